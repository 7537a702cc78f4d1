$(function () {
    // in milliseconds; how long the first entries wait for core's answer after the plugin's
    const PATIENCE = 3000;
    const ROOT = "#navbar_systemmenu";

    function SystemCommandsMenuViewModel(parameters) {
        const self = this;

        self.access = parameters[0];
        self.system = parameters[1];
        self.triggering = parameters[2];
        self.runs = parameters[3];
        self.history = parameters[4];
        self.guards = parameters[5];
        self.settings = parameters[6];

        self.keys = new SystemCommands.MenuKeys(ROOT);
        // the menu from top to bottom; members of a group follow it and are hidden with it
        self.rows = ko.observableArray([]);
        self.visible = ko.pureComputed(() => self.rows().length > 0);
        self.hasIcons = ko.pureComputed(() => self.rows().some((row) => row.icon));
        self.busy = ko.pureComputed(
            () => self.triggering.runningTotal() > 0 || self.runs.active().length > 0
        );

        self._entries = [];
        self._isOutOfPatience = false;
        // by the group's name, so that a new answer does not fold what the user unfolded
        self._groupOpen = new Map();

        //~~ Data

        self.requestAll = () => {
            self.system.requestCommandData();
            self.access.requestData();
        };

        self._rebuild = () => {
            const entries = self._isComplete() ? self._wanted() : [];
            // new rows take the keyboard focus away, so there must be a reason for them
            if (_.isEqual(entries, self._entries)) return;

            self._entries = entries;
            self.rows(self._toRows(entries));
            self.triggering.commands(
                self.rows().flatMap((row) => (row.type === "command" ? row.command : []))
            );
        };

        self._wanted = () => {
            const commands = self.access.mayReadHistory()
                ? [...self._collect(), {link: "history"}]
                : [];
            return self.access.mayEdit() ? [...commands, {link: "editor"}] : commands;
        };

        // What was shown after one answer would move away under the pointer with the other.
        self._isComplete = () => {
            return (
                self.access.isAnswered() &&
                (!self.access.mayRunAll() ||
                    !!self.system.lastCommandResponse ||
                    self._isOutOfPatience)
            );
        };

        self._onAnswer = () => {
            self._rebuild();
            clearTimeout(self._waiting);
            if (self._isComplete()) return;
            self._waiting = setTimeout(() => {
                self._isOutOfPatience = true;
                self._rebuild();
            }, PATIENCE);
        };

        // Core's and plugins' entries are core's business, so they come from its answer. It
        // has the custom ones as well, which will do if the plugin does not answer. What is
        // left of it from somebody who was logged in before is for nobody else.
        self._collect = () => {
            const all = self.access.mayRunAll();
            const response = (all && self.system.lastCommandResponse) || {};
            const divider = {action: "divider"};
            const fromCore = (spec) => self._toEntry(spec, true);
            const custom = self.access.menu()
                ? _.map(self.access.menu(), (spec) => self._toEntry(spec, false))
                : _.map(response.custom, fromCore);

            return self._tidyDividers(
                self._group([
                    ..._.map(response.core, fromCore),
                    divider,
                    ..._.map(response.plugin, fromCore),
                    divider,
                    ...custom,
                    divider
                ])
            );
        };

        self._toEntry = (spec, viaCore) => {
            if (spec.action === "divider") return {action: "divider"};
            return {
                source: spec.source,
                action: spec.action,
                // other plugins may have anything there
                name: String(spec.name || spec.action),
                description: spec.description,
                icon: spec.icon,
                group: spec.group,
                confirm: spec.confirm,
                ignore: spec.ignore,
                showOutput: spec.show_output,
                freshCredentials: spec.fresh_credentials,
                arguments: spec.arguments,
                whilePrinting: spec.while_printing,
                maxTemperature: spec.max_temperature,
                whenBusy: spec.when_busy,
                viaCore: viaCore
            };
        };

        // A group stands where its first entry is, whereever the others are.
        self._group = (entries) => {
            const groups = new Map();
            const result = [];
            entries.forEach((entry) => {
                if (!entry.group) {
                    result.push(entry);
                    return;
                }
                if (!groups.has(entry.group)) {
                    const group = {group: entry.group, members: []};
                    groups.set(entry.group, group);
                    result.push(group);
                }
                groups.get(entry.group).members.push(entry);
            });
            return result;
        };

        self._tidyDividers = (entries) => {
            const isDivider = (entry) => !entry || entry.action === "divider";
            // the one at the end is for what comes below the commands
            return entries.filter(
                (entry, index) => !isDivider(entry) || !isDivider(entries[index - 1])
            );
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
            const runs = ko.pureComputed(() => self.runs.activeOf(command));
            const requests = self.triggering.running(command);
            const refusal = ko.pureComputed(() => self.guards.refusal(command));
            return {
                type: "command",
                command: command,
                name: command.name,
                icon: command.icon,
                group: group,
                refusal: refusal,
                title: ko.pureComputed(() => {
                    return refusal() ? refusal().text : command.description;
                }),
                // "…", unless the name has it already
                asks: ko.pureComputed(() => {
                    return (
                        !/(…|\.\.\.)$/.test(command.name) && self.triggering.asks(command)
                    );
                }),
                runs: runs,
                // there is nothing to look at before the server has answered
                pending: ko.pureComputed(() => requests() > 0 && runs().length === 0)
            };
        };

        //~~ What users do

        self.onCommandClick = (row, event) => {
            self._leaveMenu(event);
            self.triggering.trigger(row.command);
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

        // definitions may have been changed while the server was away; core does not ask
        // again by itself
        self.onServerReconnect = () => {
            self.system.requestCommandData();
        };

        self.system.systemActions.subscribe(self._onAnswer);
        self.access.refreshes.subscribe(self._onAnswer);
        self.triggering.vanished.subscribe(self.requestAll);
        // what is taken away goes at once, what is given waits for the answers
        [self.access.mayRunAll, self.access.mayReadHistory, self.access.mayEdit].forEach(
            (may) => {
                may.subscribe((is) => is || self._rebuild());
            }
        );
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsMenuViewModel,
        dependencies: [
            "systemCommandsAccessViewModel",
            "systemViewModel",
            "systemCommandsTriggerViewModel",
            "systemCommandsRunsViewModel",
            "systemCommandsHistoryViewModel",
            "systemCommandsGuardsViewModel",
            "settingsViewModel"
        ],
        elements: [ROOT + " > a", ROOT + " > ul"]
    });
});
