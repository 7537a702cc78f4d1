$(function () {
    // a list that is longer than this has a search field
    const SEARCH_FROM = 10;

    // The settings page: the list of commands, and what can be done with it.
    function SystemCommandsEditorPageViewModel(parameters) {
        const self = this;

        self.list = parameters[0];
        self.settingsViewModel = parameters[1];
        self.history = parameters[2];
        self.commandDialog = parameters[3];
        self.importDialog = parameters[4];
        self.versionsDialog = parameters[5];
        self.presetsDialog = parameters[6];
        self.bar = parameters[7];
        self.rules = parameters[8];
        self.drafts = parameters[9];

        self.rows = self.list.rows;
        self.search = ko.observable("");
        // what screen readers are told
        self.announcement = ko.observable("");

        self.headings = ko.pureComputed(() =>
            SystemCommands.ListRow.headings(self.rows())
        );
        self.hasIcons = ko.pureComputed(() => self.rows().some((row) => row.icon()));
        self.hasSearch = ko.pureComputed(
            () => self.rows().length > SEARCH_FROM || !!self.search()
        );
        self.isSearching = ko.pureComputed(() => !!self.search().trim());
        self.isShown = (row) => !self.isSearching() || row.fits(self.search().trim());
        self.noneFits = ko.pureComputed(
            () => self.isSearching() && !self.rows().some(self.isShown)
        );

        self._say = (text, values) => {
            // what is said twice would be heard once
            self.announcement("");
            setTimeout(() => self.announcement(_.sprintf(text, values || {})));
        };

        self._elementOf = (row) => $("#systemcommands_entry_" + row.id);

        self.focus = (row, selector) => {
            self._elementOf(row)
                .find(selector || ".systemcommands-edit")
                .focus();
            self._show(row);
        };

        self._show = (row) => self.bar.show(self._elementOf(row)[0]);

        //~~ One entry

        self._openDialog = (options) => {
            const others = options.row
                ? self.rows().filter((row) => row !== options.row)
                : self.rows();
            let target = options.row;
            self.list.isHeld(true);
            self.commandDialog.open({
                ...options,
                entry: options.row ? options.row.entry() : options.entry,
                isNew: !options.row,
                others: _.compact(
                    others.map((row) =>
                        SystemCommands.DefinitionForm.actionOf(row.entry())
                    )
                ),
                submenus: _.uniq(_.compact(self.rows().map((row) => row.group()))),
                // those that run it belong to what is in the list already
                rules: options.row && self.rules,
                onAccept: (entry) => {
                    target = self._put(options.row, entry);
                },
                onClosed: () => {
                    self.list.isHeld(false);
                    if (!target) return options.opener;
                    self._show(target);
                    return self._elementOf(target).find(".systemcommands-edit");
                }
            });
        };

        self._put = (row, entry) => {
            if (row && self.rows().includes(row)) {
                const [from, to] = [row.entry(), entry].map(
                    SystemCommands.DefinitionForm.actionOf
                );
                row.entry(entry);
                if (from !== to && from !== undefined) self.rules.draft.follow(from, to);
                row.problems([]);
                return row;
            }
            return self._append(entry);
        };

        self._append = (entry) => {
            const row = new SystemCommands.ListRow(entry);
            // it is to be seen
            self.search("");
            self.rows.push(row);
            return row;
        };

        self._add = (entry) => {
            // the menu that it was chosen from is closed by then
            self._openDialog({entry: entry, opener: "#systemcommands_add"});
        };
        self.add = () => self._add();
        self.addToggle = () => self._add({type: "toggle"});
        self.addStatus = () => self._add({type: "status"});
        // Escape closes the menu, and not the settings around it
        self.onAddKey = (_data, event) => {
            if (event.key !== "Escape") return true;
            const menu = $(event.currentTarget);
            if (event.type === "keydown") self._isClosingMenu = menu.hasClass("open");
            if (!self._isClosingMenu) return true;
            menu.removeClass("open");
            $("#systemcommands_add").focus();
            event.stopPropagation();
        };
        self.edit = (row) => {
            if (!row.isDivider()) self._openDialog({row: row});
        };
        self.duplicate = (row) => {
            // what is no mapping of fields has none to change
            if (row.isDivider() || !_.isPlainObject(row.entry())) {
                const copy = new SystemCommands.ListRow(row.entry(), row.problems());
                self.rows.splice(self.rows.indexOf(row) + 1, 0, copy);
                self.focus(copy, ".systemcommands-duplicate");
                return;
            }
            const name = _.sprintf(gettext("%(name)s (copy)"), {name: row.name()});
            self._openDialog({entry: {..._.omit(row.entry(), "action"), name: name}});
        };

        self.addDivider = () => {
            const row = self._append({action: "divider"});
            self.focus(row, ".systemcommands-up");
            self._say(gettext("A divider was added at the end."));
        };

        self.remove = (row) => {
            const shown = self.rows().filter(self.isShown);
            const index = shown.indexOf(row);
            const position = self.rows.indexOf(row);
            self.rows.remove(row);
            self.bar.offerUndo(
                self.list,
                _.sprintf(gettext('"%(name)s" was deleted.'), {name: row.name()}),
                () => self._bringBack(row, position)
            );
            const next = shown[index + 1] || shown[index - 1];
            if (next) {
                self.focus(next, ".systemcommands-delete");
            } else {
                $("#systemcommands_add").focus();
            }
        };

        self._bringBack = (row, position) => {
            if (!self.isShown(row)) self.search("");
            self.rows.splice(position, 0, row);
            self.focus(row, row.isDivider() && ".systemcommands-delete");
            self._say(gettext('"%(name)s" is back.'), {name: row.name()});
        };

        self.order = new SystemCommands.MovableList(self.rows, {
            elementOf: (row) => self._elementOf(row)[0],
            focus: self.focus,
            nameOf: (row) => row.name(),
            say: (text) => self._say(text),
            onMove: self._show,
            // between those that are not shown there is no place to be seen
            isFixed: self.isSearching
        });

        //~~ Whole lists

        self.openPresets = () => {
            self.presetsDialog.open({onChoose: (preset) => self._openDialog(preset)});
        };

        self.openImport = (from) => {
            self.importDialog.open({
                from: from,
                others: self.list.actions(),
                onAdd: (entries, removed) => {
                    const rows = entries.map(
                        (entry) => new SystemCommands.ListRow(entry)
                    );
                    self.search("");
                    self.rows.push(...rows);
                    self.list.systemActions
                        .rows()
                        .filter((_row, index) => removed.includes(index))
                        .forEach((row) => row.remove(true));
                    if (rows.length) {
                        SystemCommands.DialogFocus.giveBackTo(
                            self._elementOf(rows[0]).find(".systemcommands-edit"),
                            () => self.focus(rows[0])
                        );
                    }
                }
            });
        };
        self.importSystemActions = () => self.openImport("system_actions");
        self.importAny = () => self.openImport();

        self.openVersions = () => {
            self.versionsDialog.open({
                draft: self.list,
                countText: gettext("Commands: %(count)s"),
                ifAgreed: self.bar.ifAgreed
            });
        };

        self.exportSaved = () => {
            self.list.error(undefined);
            self.list.requests
                .export()
                .done((text) => self.bar.download(text, "system-commands.yaml"))
                .fail((response) =>
                    self.list.error(self.list.requests.errorOf(response))
                );
        };

        // of all commands, whatever a click brings along
        self.openHistory = () => self.history.open();

        self.mqtt = new SystemCommands.MqttSettings(
            () => self.settingsViewModel.settings,
            () => self.list.requests.getMqtt()
        );

        //~~ View model callbacks

        self.onSettingsShown = () => self.mqtt.reload();

        self.onAllBound = () => {
            self.list.refusals.subscribe((row) => {
                // unless somebody types by now
                if (!$(document.activeElement).is("input, textarea")) self.focus(row);
            });
            // the button that has asked for it is gone by then
            self.list.state.subscribe((state) => {
                // the password has been entered
                if (state === "ready") self.mqtt.reload();
                const isLost = $(document.activeElement).is("body, :hidden");
                const isHere =
                    self.settingsViewModel.isDialogActive() &&
                    SystemCommands.Dialog.isFree();
                if (state === "ready" && isLost && isHere) {
                    SystemCommands.DialogFocus.giveBackTo("#systemcommands_add");
                }
            });
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsEditorPageViewModel,
        dependencies: [
            "systemCommandsListDraftViewModel",
            "settingsViewModel",
            "systemCommandsHistoryDialogViewModel",
            "systemCommandsCommandDialogViewModel",
            "systemCommandsImportDialogViewModel",
            "systemCommandsVersionsDialogViewModel",
            "systemCommandsPresetsDialogViewModel",
            "systemCommandsSaveBarViewModel",
            "systemCommandsRulesPageViewModel",
            "systemCommandsDraftsViewModel"
        ],
        elements: ["#settings_plugin_systemcommands"]
    });
});
