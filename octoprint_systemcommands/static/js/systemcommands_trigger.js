$(function () {
    // in milliseconds, before a notice says that a run was started
    const STARTED_DELAY = 500;

    // From the click on a command to its end: permission, confirmation, credentials, request,
    // and what is said about its end.
    function SystemCommandsTriggerViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];
        self.notices = parameters[2];
        self.runs = parameters[3];

        // what there is to trigger; kept up to date by the menu
        self.commands = ko.observableArray([]);

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

        // the command that a run is one of, undefined if there is none any more
        self.find = (run) => {
            return self
                .commands()
                .find((c) => c.source === run.source && c.action === run.action);
        };

        self.mayTrigger = () => {
            return self.loginState.hasPermission(self.access.permissions.SYSTEM);
        };

        // callbacks, all optional:
        //   onStarted     with the new run, instead of opening the dialog when asked to
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
                .done((response) => {
                    if (self._isRun(command)) {
                        self._onStarted(command, response, callbacks);
                    } else {
                        self._onDone(command);
                    }
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

        // OctoPrint's own and other plugins' entries are OctoPrint's business
        self._isRun = (command) => !command.viaCore;

        self._request = (command) => {
            if (self._isRun(command)) {
                return OctoPrint.plugins.systemcommands.startRun(
                    command.source,
                    command.action,
                    {confirmed: !!command.confirm}
                );
            }
            return OctoPrint.system.executeCommand(
                command.source,
                encodeURIComponent(command.action)
            );
        };

        self._onDone = (command) => {
            if (command.source === "core") {
                self.notices.started(command);
            } else {
                self.notices.accepted(command);
            }
        };

        self._onStarted = (command, run, callbacks) => {
            if (callbacks.onStarted) {
                callbacks.onStarted(run);
            } else if (command.showOutput === "always") {
                self._showUnlessBusy(run);
            }

            // of what is over in no time it is enough to say that it is
            const timer = setTimeout(() => {
                if (self.runs.shownId() !== run.id) self.notices.runStarted(command, run);
            }, STARTED_DELAY);
            self.runs.watchOwn(run, (ended) => {
                clearTimeout(timer);
                self._onEnded(command, ended);
            });
        };

        self._onEnded = (command, run) => {
            // who looks at it knows
            if (self.runs.shownId() === run.id) {
                self.notices.removeStarted(run);
                return;
            }

            const failed =
                ["failed", "timed_out"].includes(run.status) && !command.ignore;
            const mayShow = (command.showOutput || "on_failure") === "on_failure";
            if (failed && mayShow && self._showUnlessBusy(run)) {
                self.notices.removeStarted(run);
            } else {
                self.notices.runEnded(command, run);
            }
        };

        // a dialog that opens by itself must not get in the way of another one
        self._showUnlessBusy = (run) => {
            if ($(".modal:visible").length) return false;
            self.runs.show(run);
            return true;
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
            "systemCommandsNoticesViewModel",
            "systemCommandsRunsViewModel"
        ]
    });
});
