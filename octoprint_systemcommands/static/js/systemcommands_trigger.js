$(function () {
    // From the click on a command to its end: permission, confirmation, credentials, request.
    function SystemCommandsTriggerViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];
        self.notices = parameters[2];

        // how many requests of this page are under way, by command; this outlives the
        // entries of the menu, which are made anew whenever the definitions change
        self._running = new Map();
        self.runningTotal = ko.observable(0);

        self.running = (command) => {
            const key = command.source + "/" + command.action;
            if (!self._running.has(key)) {
                self._running.set(key, ko.observable(0));
            }
            return self._running.get(key);
        };

        self.mayTrigger = () => {
            return self.loginState.hasPermission(self.access.permissions.SYSTEM);
        };

        // callbacks, both optional:
        //   onVanished    the server does not know the command any more
        //   onCancelled   the user did not confirm
        self.trigger = (command, callbacks) => {
            if (!self.mayTrigger()) return;

            const execute = () => self._execute(command, callbacks || {});
            self._confirm(command, callbacks || {}, () => {
                if (command.freshCredentials) {
                    // returns nothing in OctoPrint 1.11, so all there is is the callback
                    self.loginState.reauthenticateIfNecessary(execute);
                } else {
                    execute();
                }
            });
        };

        self._confirm = (command, callbacks, proceed) => {
            if (!command.confirm) {
                proceed();
                return;
            }

            // The dialog takes HTML. Core's texts are OctoPrint's own and written for that,
            // names and texts of all others are written by people and may hold anything.
            const name = _.escape(command.name);
            const shortName = _.escape(_.trunc(command.name, 40));
            const isCore = command.source === "core";
            let decided = false;
            const dialog = showConfirmationDialog({
                title: name,
                message: isCore
                    ? command.confirm
                    : _.escape(command.confirm).replace(/\r\n|\r|\n/g, "<br>"),
                proceed: isCore
                    ? name
                    : _.sprintf(gettext('Run "%(name)s"'), {name: shortName}),
                dialogClass: "systemcommands-confirm",
                onproceed: () => {
                    // a double click is one decision
                    if (decided) return;
                    decided = true;
                    proceed();
                },
                onclose: () => {
                    if (!decided && callbacks.onCancelled) callbacks.onCancelled();
                }
            });
            // without this the focus stays behind the dialog, and escape does nothing
            dialog.find(".modal-footer [data-dismiss]").focus();
        };

        self._execute = (command, callbacks, isRetry) => {
            const running = self.running(command);
            running(running() + 1);
            self.runningTotal(self.runningTotal() + 1);

            self._request(command)
                .done(() => {
                    self._onDone(command);
                })
                .fail((response) => {
                    if (response.status === 403 && command.freshCredentials && !isRetry) {
                        // this browser's clock is not the server's, who has the last word
                        self.loginState.forceReauthentication(() => {
                            self._execute(command, callbacks, true);
                        });
                        return;
                    }
                    self._onFailed(command, response);
                    if (response.status === 404 && callbacks.onVanished) {
                        callbacks.onVanished();
                    }
                })
                .always(() => {
                    running(running() - 1);
                    self.runningTotal(self.runningTotal() - 1);
                });
        };

        self._request = (command) => {
            if (command.viaCore) {
                return OctoPrint.system.executeCommand(
                    command.source,
                    encodeURIComponent(command.action)
                );
            }
            return OctoPrint.plugins.systemcommands.execute(
                command.source,
                command.action
            );
        };

        self._onDone = (command) => {
            if (command.source === "core" || command.async) {
                self.notices.started(command);
            } else if (command.async === undefined) {
                self.notices.accepted(command);
            } else if (command.ignore) {
                self.notices.finishedUnchecked(command);
            } else {
                self.notices.finished(command);
            }
        };

        self._onFailed = (command, response) => {
            // a shutdown or restart may end the connection (or leave just the proxy) before
            // the answer is out, and is then doing what it should
            const gone = [0, 502, 503, 504].includes(response.status);
            if (command.source === "core" && gone && !response.responseJSON) {
                self.notices.started(command);
            } else {
                self.notices.failed(command, response);
            }
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsTriggerViewModel,
        dependencies: [
            "loginStateViewModel",
            "accessViewModel",
            "systemCommandsNoticesViewModel"
        ]
    });
});
