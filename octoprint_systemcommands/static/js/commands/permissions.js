$(function () {
    // What the user may do, and the commands that there are for that: the plugin's menu. Of
    // somebody without the permission SYSTEM, only the server knows whether some command is
    // open to one of the user's groups.
    function SystemCommandsAccessViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];

        // undefined until the server has answered, and when it could not
        self.menu = ko.observable();
        // whether it has answered, or could not
        self.isAnswered = ko.observable(false);
        self._request = 0;

        const has = (name) => {
            return self.loginState.hasPermission(self.access.permissions[name]);
        };
        const hasCommands = () => !!self.menu() && self.menu().length > 0;

        // whatever there is, OctoPrint's own entries and those of other plugins included
        self.mayRunAll = ko.pureComputed(() => has("SYSTEM"));
        self.mayRun = ko.pureComputed(() => self.mayRunAll() || hasCommands());
        self.mayReadHistory = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_HISTORY") || self.mayRun()
        );
        // those who define commands try them out
        self.mayWatch = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_EDIT") || self.mayReadHistory()
        );
        self.mayClear = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_HISTORY") || self.mayRunAll()
        );

        // the editor is a page of OctoPrint's settings
        self.mayEdit = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_EDIT") && has("SETTINGS")
        );

        self.mayListFiles = ko.pureComputed(() => has("FILES_LIST"));
        self.user = self.loginState.username;

        // when it is known anew what the user may do
        self.refreshes = new ko.subscribable();

        self.requestData = () => {
            // an answer to an older question might come in after a logout
            const request = ++self._request;
            const accept = (menu) => {
                if (request !== self._request) return;
                self.menu(menu);
                self.isAnswered(true);
                self.refreshes.notifySubscribers();
            };
            if (!self.loginState.loggedIn() && !self.mayRunAll()) {
                accept(undefined);
                return;
            }
            OctoPrint.plugins.systemcommands
                .getMenu()
                .done((response) => accept(response.commands))
                .fail(() => accept(undefined));
        };

        // it is another one's menu that is to be asked for
        self.loginState.loggedIn.subscribe(() => self.isAnswered(false));

        // what there was to be run with it is not for the user any more
        self.mayRunAll.subscribe((may) => {
            if (may) return;
            self.menu(undefined);
            self.isAnswered(false);
        });

        //~~ View model callbacks

        self.onUserPermissionsChanged =
            self.onUserLoggedIn =
            self.onUserLoggedOut =
            self.onEventSettingsUpdated =
            self.onServerReconnect =
                () => {
                    self.requestData();
                };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsAccessViewModel,
        dependencies: ["loginStateViewModel", "accessViewModel"]
    });
});
