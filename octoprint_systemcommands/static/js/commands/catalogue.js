$(function () {
    // in milliseconds; how long the first entries wait for core's answer after the plugin's
    const PATIENCE = 3000;
    // there is not much room in the navbar, and it is OctoPrint's
    const MOST_IN_NAVBAR = 4;

    // What the user may run: OctoPrint's own commands, those of other plugins and those of
    // the plugin's menu. Whoever shows commands, or looks for that of a run, asks here.
    function SystemCommandsCatalogueViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];
        self.system = parameters[2];

        // from top to bottom: commands, {action: "divider"} and {group, members}. There are
        // none before all is known: what was shown after one answer would move away under
        // the pointer with the other.
        self.entries = ko.observableArray([]);
        self.commands = ko.pureComputed(() =>
            self.entries().flatMap((entry) => entry.members || (entry.key ? entry : []))
        );
        // those of them that have an icon in the navbar
        self.inNavbar = ko.pureComputed(() => {
            return self
                .commands()
                .filter((command) => command.isIn("navbar"))
                .slice(0, MOST_IN_NAVBAR);
        });
        // told when there was an answer, also one that changes nothing
        self.updates = new ko.subscribable();

        // the plugin's answer; undefined until there is one, and when it gave none
        self._menu = ko.observable();
        // whether it has answered, or could not
        self.isAnswered = ko.observable(false);
        // told when it has
        self.refreshes = new ko.subscribable();
        self._request = 0;
        self._isOutOfPatience = false;

        // whatever there is, OctoPrint's own entries and those of other plugins included
        self.isWhole = ko.pureComputed(() => {
            return self.loginState.hasPermission(self.access.permissions.SYSTEM);
        });
        // whether some command is open to the user for itself
        self.hasOwn = ko.pureComputed(() => !!self._menu() && self._menu().length > 0);

        // the command that a run is one of, undefined if there is none any more
        self.find = (run) => {
            const key = SystemCommands.Command.keyOf(run);
            return self.commands().find((command) => command.key === key);
        };
        // that of a run, unless it was one of what was only tried out: that is not in the
        // menu, or is another one there
        self.commandOf = (run) => {
            const command = run.trigger === "test" ? undefined : self.find(run);
            const isSwitch = command && command.isToggle() && run.to;
            return isSwitch ? command.switched(run.to) : command;
        };

        // what stands in one of the places: menu, sidebar or navbar
        self.entriesIn = (place) => {
            const isThere = (entry) => entry.action === "divider" || entry.isIn(place);
            const entries = self.entries().map((entry) => {
                return entry.members
                    ? {...entry, members: entry.members.filter(isThere)}
                    : entry;
            });
            return self._tidyDividers(
                entries.filter((entry) =>
                    entry.members ? entry.members.length : isThere(entry)
                )
            );
        };

        //~~ Data

        self.reload = () => {
            self.system.requestCommandData();
            self.requestData();
        };

        self.requestData = () => {
            // an answer to an older question might come in after a logout
            const request = ++self._request;
            const accept = (menu) => {
                if (request !== self._request) return;
                self._menu(menu);
                self.isAnswered(true);
                self.refreshes.notifySubscribers();
                self._onAnswer();
            };
            if (!self.loginState.loggedIn() && !self.isWhole()) {
                accept(undefined);
                return;
            }
            OctoPrint.plugins.systemcommands
                .getMenu()
                .done((response) => accept(response.commands))
                .fail(() => accept(undefined));
        };

        self.isComplete = () => {
            const isCoreHere = !!self.system.lastCommandResponse || self._isOutOfPatience;
            return self.isAnswered() && (!self.isWhole() || isCoreHere);
        };

        self._onAnswer = () => {
            self._update();
            clearTimeout(self._waiting);
            if (self.isComplete()) return;
            self._waiting = setTimeout(() => {
                self._isOutOfPatience = true;
                self._update();
            }, PATIENCE);
        };

        self._update = () => {
            const entries = self.isComplete() ? self._collect() : [];
            // what is made anew of them loses the keyboard, so there must be a reason for it
            if (!_.isEqual(entries, self.entries())) self.entries(entries);
            self.updates.notifySubscribers();
        };

        // Core's and plugins' entries are core's business, so they come from its answer. It
        // has the custom ones as well, which will do if the plugin does not answer. What is
        // left of it from somebody who was logged in before is for nobody else.
        self._collect = () => {
            const response = (self.isWhole() && self.system.lastCommandResponse) || {};
            const divider = {action: "divider"};
            const toEntry = (spec, viaCore) =>
                spec.action === "divider"
                    ? divider
                    : new SystemCommands.Command(spec, viaCore);
            const ofCore = (specs) => _.map(specs, (spec) => toEntry(spec, true));
            const custom = self._menu()
                ? self._menu().map((spec) => toEntry(spec, false))
                : ofCore(response.custom);
            return self._tidyDividers(
                self._group([
                    ...ofCore(response.core),
                    divider,
                    ...ofCore(response.plugin),
                    divider,
                    ...custom,
                    divider
                ])
            );
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

        // it is another one's menu that is to be asked for
        self.loginState.loggedIn.subscribe(() => self.isAnswered(false));

        // What there was to be run with it is not for the user any more, and goes at once.
        // What is given waits for the answers.
        self.isWhole.subscribe((is) => {
            if (is) return;
            self._menu(undefined);
            self.isAnswered(false);
            self._update();
        });
        self.system.systemActions.subscribe(self._onAnswer);

        //~~ View model callbacks

        self.onUserPermissionsChanged =
            self.onUserLoggedIn =
            self.onUserLoggedOut =
            self.onEventSettingsUpdated =
                () => {
                    self.requestData();
                };

        // definitions may have been changed while the server was away; core does not ask
        // again by itself
        self.onServerReconnect = () => self.reload();
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsCatalogueViewModel,
        dependencies: ["loginStateViewModel", "accessViewModel", "systemViewModel"]
    });
});
