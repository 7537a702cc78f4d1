$(function () {
    // The rules on the settings page, and what can be done with them.
    function SystemCommandsRulesPageViewModel(parameters) {
        const self = this;

        self.draft = parameters[0];
        self.dialog = parameters[1];
        self.bar = parameters[2];
        self.importDialog = parameters[3];
        self.versionsDialog = parameters[4];
        self.runs = parameters[5];
        self.list = parameters[6];

        self.rows = self.draft.rows;
        self.hasSome = ko.pureComputed(() => self.rows().length > 0);

        self._elementOf = (row) => $("#systemcommands_rule_entry_" + row.id);
        self._focus = (row, selector) => {
            const element = self._elementOf(row);
            element.find(selector || ".systemcommands-edit").focus();
            self.bar.show(element[0]);
        };

        //~~ One rule

        self._open = (options) => {
            let target = options.row;
            self.draft.isHeld(true);
            self.dialog.open({
                entry: options.row ? options.row.entry() : options.entry || {},
                isNew: !options.row,
                others: self.draft.ids(options.row),
                onAccept: (entry) => {
                    target = self._put(options.row, entry);
                },
                onClosed: () => {
                    self.draft.isHeld(false);
                    if (options.onClosed) return options.onClosed();
                    if (target) self.bar.show(self._elementOf(target)[0]);
                    return target && self._elementOf(target).find(".systemcommands-edit");
                }
            });
        };

        self._put = (row, entry) => {
            if (row && self.rows().includes(row)) {
                row.entry(entry);
                row.problems([]);
                return row;
            }
            const added = self.draft.rowOf(entry);
            self.rows.push(added);
            return added;
        };

        self.add = () => self._open({});
        self.edit = (row) => self._open({row: row});
        self.duplicate = (row) => {
            const name = _.sprintf(gettext("%(name)s (copy)"), {name: row.ownName()});
            self._open({
                entry: {
                    ..._.omit(row.entry(), "id"),
                    ...(row.ownName() ? {name: name} : {})
                }
            });
        };

        self.remove = (row) => {
            const position = self.rows.indexOf(row);
            self.rows.remove(row);
            self.bar.offerUndo(
                self.draft,
                _.sprintf(gettext('"%(name)s" was deleted.'), {name: row.name()}),
                () => {
                    self.rows.splice(position, 0, row);
                    self._focus(row);
                }
            );
            const next = self.rows()[Math.min(position, self.rows().length - 1)];
            if (next) self._focus(next, ".systemcommands-delete");
            else $("#systemcommands_add_rule").focus();
        };

        self.showRun = (row) => self.runs.show({id: row.news().run});

        //~~ Of one command, for its dialog

        self.ofCommand = (action) =>
            self.rows().filter((row) => row.isOf("custom", action));
        // onClosed returns the element that gets the focus
        self.addFor = (action, onClosed) => {
            self._open({entry: {run: action}, onClosed: onClosed});
        };
        self.editFor = (row, onClosed) => self._open({row: row, onClosed: onClosed});

        //~~ Whole lists

        self.openImport = () => {
            self.importDialog.open({
                // the command that comes with it is not in the list yet
                nameOf: (rule, command) =>
                    new SystemCommands.RuleSentence(
                        (source, action) =>
                            command ? command.name : self.draft.nameOf(source, action),
                        self.draft.toggleOf
                    ).of(rule),
                others: self.draft.ids(),
                actions: self.list.actions(),
                onAdd: (rules, commands) => {
                    commands.forEach((entry) =>
                        self.list.rows.push(self.list.rowOf(entry))
                    );
                    const rows = rules.map((rule) => self._put(undefined, rule));
                    if (rows.length) {
                        SystemCommands.DialogFocus.giveBackTo(
                            self._elementOf(rows[0]).find(".systemcommands-edit"),
                            () => self._focus(rows[0])
                        );
                    }
                }
            });
        };

        self.openVersions = () => {
            self.versionsDialog.open({
                draft: self.draft,
                countText: gettext("Rules: %(count)s"),
                ifAgreed: self.bar.ifAgreed
            });
        };

        self.exportSaved = () => {
            const {requests, error} = self.draft;
            error(undefined);
            requests
                .export()
                .done((text) => self.bar.download(text, "system-rules.yaml"))
                .fail((response) => error(requests.errorOf(response)));
        };

        self.onAllBound = () => {
            self.draft.refusals.subscribe((row) => {
                // unless somebody types by now
                if (!$(document.activeElement).is("input, textarea")) self._focus(row);
            });
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRulesPageViewModel,
        dependencies: [
            "systemCommandsRulesDraftViewModel",
            "systemCommandsRuleDialogViewModel",
            "systemCommandsSaveBarViewModel",
            "systemCommandsImportDialogViewModel",
            "systemCommandsVersionsDialogViewModel",
            "systemCommandsRunStoreViewModel",
            "systemCommandsListDraftViewModel"
        ]
    });
});
