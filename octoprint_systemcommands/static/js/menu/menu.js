$(function () {
    const ROOT = "#navbar_systemmenu";

    function SystemCommandsMenuViewModel(parameters) {
        const self = this;

        self.access = parameters[0];
        self.catalogue = parameters[1];
        self.triggering = parameters[2];
        self.runs = parameters[3];
        self.history = parameters[4];
        self.settings = parameters[5];
        self.makeButton = parameters[6].of;

        self.keys = new SystemCommands.MenuKeys(ROOT);
        // the menu from top to bottom; members of a group follow it and are hidden with it
        self.rows = ko.observableArray([]);
        self.visible = ko.pureComputed(() => self.rows().length > 0);
        self.hasIcons = ko.pureComputed(() => self.rows().some((row) => row.icon));
        self.busy = ko.pureComputed(
            () => self.triggering.runningTotal() > 0 || self.runs.active().length > 0
        );

        self._entries = [];
        // by the group's name, so that a new answer does not fold what the user unfolded
        self._groupOpen = new Map();

        //~~ Data

        self._rebuild = () => {
            const entries = self.catalogue.isComplete() ? self._wanted() : [];
            // new rows take the keyboard focus away, so there must be a reason for them
            if (_.isEqual(entries, self._entries)) return;

            self._entries = entries;
            self.keys.keepDuring(() => self.rows(self._toRows(entries)));
        };

        self._wanted = () => {
            const commands = self.access.mayReadHistory()
                ? [...self.catalogue.entriesIn("menu"), {link: "history"}]
                : [];
            return self.access.mayEdit() ? [...commands, {link: "editor"}] : commands;
        };

        //~~ Rows

        self._toRows = (entries) => {
            return entries.flatMap((entry) => {
                if (entry.action === "divider") return {type: "divider"};
                if (entry.link) return self._toLinkRow(entry.link);
                if (!entry.members) return self._toCommandRow(entry);
                const group = self._toGroupRow(entry);
                return [group, ...entry.members.map((e) => self._toCommandRow(e, group))];
            });
        };

        self._toLinkRow = (link) => {
            return {
                history: {
                    type: "link",
                    name: gettext("Recent runs…"),
                    symbol: "fa-clock-rotate-left",
                    open: () => self.history.open()
                },
                editor: {
                    type: "link",
                    name: gettext("Edit commands…"),
                    symbol: "fa-pen",
                    open: () => self.settings.show("settings_plugin_systemcommands")
                }
            }[link];
        };

        self._toGroupRow = (entry) => {
            if (!self._groupOpen.has(entry.group)) {
                self._groupOpen.set(entry.group, ko.observable(false));
            }
            const open = self._groupOpen.get(entry.group);
            const isBusy = (member) => {
                return (
                    self.triggering.running(member)() > 0 ||
                    self.runs.activeOf(member).length > 0
                );
            };
            return {
                type: "group",
                name: entry.group,
                open: open,
                // its members show it themselves while they can be seen
                running: ko.pureComputed(() => !open() && entry.members.some(isBusy))
            };
        };

        self._toCommandRow = (command, group) => {
            const button = self.makeButton(command, true);
            const type = command.isStatus() ? "status" : "command";
            return Object.assign(button, {type: type, group: group});
        };

        //~~ What users do

        self.onCommandClick = (row, event) => {
            self._leaveMenu(event);
            row.press();
            return true;
        };

        // of several there is a list to choose from
        self.onRunsClick = (row, event) => {
            self._leaveMenu(event);
            if (row.runs().length === 1) {
                self.runs.show(row.runs()[0]);
            } else {
                self.history.open(row.command);
            }
            return true;
        };

        self.onLinkClick = (row, event) => {
            self._leaveMenu(event);
            row.open();
            return true;
        };

        // The menu closes and takes the focus with it. With a pointer nobody notices, with
        // the keyboard one would have to start over at the top of the page.
        self._leaveMenu = (event) => {
            const byKeyboard = !event.originalEvent || event.originalEvent.detail === 0;
            if (byKeyboard) $(ROOT).children(".dropdown-toggle").focus();
        };

        self.onGroupClick = (row) => {
            row.open(!row.open());
        };

        //~~ View model callbacks

        // The element itself is left to others: TouchUI binds it a second time, with a view
        // model of OctoPrint's. So it cannot have a binding that shows it.
        self.onStartup = () => {
            const show = (isVisible) => $(ROOT).css("display", isVisible ? "" : "none");
            self.visible.subscribe(show);
            show(self.visible());
            // it may have been switched off in OctoPrint's configuration
            $(ROOT)
                .children("ul")
                .each((_index, list) => new SystemCommands.MenuHeight(list));
        };

        self.catalogue.updates.subscribe(() =>
            SystemCommands.whenReleased(self._rebuild)
        );
        // what is taken away goes at once, what is given waits for the answers
        [self.access.mayReadHistory, self.access.mayEdit].forEach((may) => {
            may.subscribe((is) => is || self._rebuild());
        });
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsMenuViewModel,
        dependencies: [
            "systemCommandsPermissionsViewModel",
            "systemCommandsCatalogueViewModel",
            "systemCommandsLauncherViewModel",
            "systemCommandsRunStoreViewModel",
            "systemCommandsHistoryDialogViewModel",
            "settingsViewModel",
            "systemCommandsButtonsViewModel"
        ],
        elements: [ROOT + " > a", ROOT + " > ul"]
    });
});
