(function () {
    // Which runs the list of recent runs shows.
    //   catalogue   knows which commands there are
    //   onChange    called when somebody has chosen something else
    SystemCommands.HistoryFilter = function (catalogue, onChange) {
        const self = this;

        self.status = ko.observable("");
        self.command = ko.observable("");
        self.user = ko.observable("");
        // everybody who was seen to run something
        self._names = ko.observableArray([]);

        self.statuses = [
            {value: "", text: gettext("All")},
            {value: "pending", text: gettext("Waiting")},
            {value: "queued,starting,running", text: gettext("Running")},
            {value: "succeeded", text: gettext("Succeeded")},
            {value: "failed,timed_out,interrupted", text: gettext("Failed")},
            {value: "stopped", text: gettext("Stopped")}
        ];

        // those that make runs, in the order of the menu
        self.commands = ko.pureComputed(() => [
            {value: "", text: gettext("All commands")},
            ...catalogue
                .commands()
                .filter((command) => command.isRecorded())
                .map((command) => ({value: command.key, text: command.name}))
        ]);

        // to choose from where there is a choice, which is so if one sees what others run
        self.users = ko.pureComputed(() => [
            {value: "", text: gettext("All users")},
            ..._.sortBy(self._names()).map((name) => ({value: name, text: name}))
        ]);
        self.hasUsers = ko.pureComputed(() => self._names().length > 1);

        self.isActive = ko.pureComputed(
            () => !!self.status() || !!self.command() || !!self.user()
        );

        // as the server is asked
        self.query = () => {
            const [source, ...action] = self.command().split("/");
            return {
                source: source,
                action: action.join("/"),
                status: self.status(),
                user: self.user()
            };
        };

        // key: of the command whose runs are to be shown, if it is one; status: those of
        // one of `statuses`, if it is one
        self.reset = (key, status) => {
            self._isResetting = true;
            self.status(status || "");
            self.command(key || "");
            self.user("");
            self._isResetting = false;
        };

        self.learnNames = (runs) => {
            const names = _.union(self._names(), _.compact(_.map(runs, "user")));
            // a list that is made anew is one that closes while somebody chooses from it
            if (names.length !== self._names().length) self._names(names);
        };
        self.forgetNames = () => self._names([]);

        [self.status, self.command, self.user].forEach((field) =>
            field.subscribe(() => {
                if (!self._isResetting) onChange();
            })
        );
    };
})();
