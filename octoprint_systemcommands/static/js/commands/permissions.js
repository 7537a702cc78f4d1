$(function () {
    // What the user may do. Of somebody without the permission SYSTEM, only the server knows
    // whether some command is open to one of the user's groups.
    function SystemCommandsPermissionsViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];
        self.catalogue = parameters[2];

        const has = (name) => {
            return self.loginState.hasPermission(self.access.permissions[name]);
        };

        self.mayRun = ko.pureComputed(
            () => self.catalogue.isWhole() || self.catalogue.hasOwn()
        );
        self.mayReadHistory = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_HISTORY") || self.mayRun()
        );
        // those who define commands try them out
        self.mayWatch = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_EDIT") || self.mayReadHistory()
        );
        self.mayClear = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_HISTORY") || self.catalogue.isWhole()
        );

        // the editor is a page of OctoPrint's settings
        self.mayEdit = ko.pureComputed(
            () => has("PLUGIN_SYSTEMCOMMANDS_EDIT") && has("SETTINGS")
        );

        self.mayListFiles = ko.pureComputed(() => has("FILES_LIST"));
        self.user = self.loginState.username;

        // whether it is known what the user may do, and when it is known anew
        self.isAnswered = self.catalogue.isAnswered;
        self.refreshes = self.catalogue.refreshes;
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsPermissionsViewModel,
        dependencies: [
            "loginStateViewModel",
            "accessViewModel",
            "systemCommandsCatalogueViewModel"
        ]
    });
});
