$(function () {
    // in milliseconds, before a notice says that a run was started
    const STARTED_DELAY = 500;
    // in which one types
    const FIELDS =
        "input:not(:checkbox, :radio, :button), textarea, select, [contenteditable]";

    // From the click on a command to its end: permission, what the printer has against it,
    // arguments, confirmation, credentials, request, and what is said about its end.
    function SystemCommandsLauncherViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];
        self.guards = parameters[2];
        self.notices = parameters[3];
        self.runs = parameters[4];
        self.catalogue = parameters[5];

        // for the dialog that asks for arguments: {command, values, start, onStarted}, where
        // start(arguments, callbacks) is called with what was entered
        self.formRequests = new ko.subscribable();

        // how many requests of this page are under way, by command; this outlives the
        // entries of the menu, which are made anew whenever the definitions change
        self._running = new Map();
        self.runningTotal = ko.observable(0);

        self.running = (command) => {
            if (!self._running.has(command.key)) {
                self._running.set(command.key, ko.observable(0));
            }
            return self._running.get(command.key);
        };

        // whether there is a question before it starts
        self.asks = (command) => {
            return (
                !!command.confirm ||
                !!command.freshCredentials ||
                command.hasArguments() ||
                self.guards.asksAboutPrint(command)
            );
        };

        // callbacks, all optional:
        //   onStarted     with the new run; true if it is shown, and need not open by itself
        //   onFailed      with the server's answer; true if it tells the user itself
        //   onRequest     with the promise of each request
        //   onCancelled   the user did not confirm
        //   isButton      it is no entry of the menu that was pressed
        // values: what the arguments were the last time, if the form is to begin with these
        self.trigger = (command, callbacks, values) => {
            if (!self.access.mayRun()) return;

            const body = callbacks && callbacks.isButton ? {trigger: "button"} : {};
            const refusal = self.guards.refusal(command);
            if (refusal) {
                self.notices.refused(command, refusal.text, refusal.run);
            } else if (command.hasArguments()) {
                self.formRequests.notifySubscribers({
                    command: command,
                    values: values,
                    onStarted: callbacks && callbacks.onStarted,
                    start: (entered, formCallbacks) => {
                        self.start(command, {...body, arguments: entered}, formCallbacks);
                    }
                });
            } else {
                self.start(command, body, callbacks || {});
            }
        };

        // body: what is sent beside the command's source and action
        self.start = (command, body, callbacks) => {
            const aboutPrint = self.guards.asksAboutPrint(command);
            const execute = () => {
                self._execute(
                    command,
                    aboutPrint ? {...body, confirmed: true} : body,
                    callbacks
                );
            };
            const proceed = () => {
                const isFresh = self.loginState.checkCredentialsSeen();
                if (command.freshCredentials && !isFresh) {
                    self._askForPassword(execute);
                } else {
                    execute();
                }
            };

            if (command.confirm || aboutPrint) {
                SystemCommands.Confirm(
                    command,
                    {own: !!command.confirm, print: aboutPrint},
                    proceed,
                    callbacks.onCancelled
                );
            } else {
                proceed();
            }
        };

        self._askForPassword = (onEntered) => {
            SystemCommands.Credentials.ask(self.loginState, onEntered);
        };

        self._execute = (command, body, callbacks) => {
            const running = self.running(command);
            const count = (step) => {
                running(running() + step);
                self.runningTotal(self.runningTotal() + step);
            };
            SystemCommands.Asking(command, body, {
                send: (sent) => {
                    count(1);
                    const request = self._request(command, sent);
                    if (callbacks.onRequest) callbacks.onRequest(request);
                    return request;
                },
                onSettled: () => count(-1),
                askForPassword: command.freshCredentials && self._askForPassword,
                onCancelled: callbacks.onCancelled,
                onDone: (response) => {
                    if (command.viaCore) self._onDone(command);
                    else self._onStarted(command, response, callbacks);
                },
                onFailed: (response) => self._onFailed(command, response, callbacks)
            });
        };

        self._request = (command, body) => {
            if (!command.viaCore) {
                return OctoPrint.plugins.systemcommands.startRun(
                    command.source,
                    command.action,
                    command.to ? {...body, to: command.to} : body
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
            self.notices.removeNotStarted(command);
            const isShown = callbacks.onStarted && callbacks.onStarted(run);
            if (!isShown && command.showOutput === "always") {
                self._showUnlessBusy(run);
            }

            // of what is over in no time it is enough to say that it is
            const timer = setTimeout(() => {
                const isSeen = self.runs.shownId() === run.id || self._isSeen(command);
                if (!isSeen) self.notices.runStarted(command, run);
            }, STARTED_DELAY);
            const notify = self.notices.notifications.watch(run);
            self.runs.watchOwn(run, (ended) => {
                clearTimeout(timer);
                notify(ended);
                self._onEnded(command, ended);
            });
        };

        self._onEnded = (command, run) => {
            SystemCommands.PageTitle(run, command.ignore);
            // who looks at it knows
            if (self.runs.shownId() === run.id) {
                self.notices.removeStarted(run);
                return;
            }

            const failed =
                ["failed", "timed_out"].includes(run.status) && !command.ignore;
            const mayShow = command.showOutput === "on_failure";
            if (failed && mayShow && self._showUnlessBusy(run)) {
                self.notices.removeStarted(run);
            } else if (run.status !== "succeeded" || !self._isSeen(command)) {
                self.notices.runEnded(command, run);
            }
        };

        // a switch on the page shows by itself what it has been switched to
        self._isSeen = (command) => {
            if (!command.to) return false;
            const hasIcon = self.catalogue
                .inNavbar()
                .some((shown) => shown.key === command.key);
            return hasIcon || command.isIn("sidebar");
        };

        // A dialog that opens by itself must not get in the way of another one, nor of an
        // open menu, and take the focus from whoever is typing.
        self._showUnlessBusy = (run) => {
            const isTyping = $(document.activeElement).is(FIELDS);
            if (isTyping || $(".modal:visible, .dropdown.open").length) return false;
            self.runs.show(run);
            return true;
        };

        self._onFailed = (command, response, callbacks) => {
            // a shutdown or restart may end the connection (or leave just the proxy) before
            // the answer is out, and is then doing what it should
            const gone = [0, 502, 503, 504].includes(response.status);
            if (command.source === "core" && gone && !response.responseJSON) {
                self.notices.started(command);
                return;
            }

            if (!callbacks.onFailed || !callbacks.onFailed(response)) {
                if (SystemCommands.ErrorTexts.isBusy(response)) {
                    self._onBusy(command);
                } else {
                    self.notices.failed(command, response);
                }
            }
            // The server does not know it any more, or as another one: wrong arguments are
            // those of a form that is not up to date.
            if ([400, 404].includes(response.status)) self.catalogue.reload();
        };

        // What is pending is to be run at once. onDone is called with the run.
        self.runNow = (run, onDone) => {
            const command = self._commandOf(run);
            const aboutPrint = self.guards.asksAboutPrint(command);
            const proceed = () => {
                SystemCommands.Asking(command, aboutPrint ? {confirmed: true} : {}, {
                    send: (body) => OctoPrint.plugins.systemcommands.runNow(run.id, body),
                    onDone: onDone || _.noop,
                    onFailed: (response) => self._onNotChanged(command, response)
                });
            };
            if (command.confirm || aboutPrint) {
                SystemCommands.Confirm(
                    command,
                    {own: !!command.confirm, print: aboutPrint},
                    proceed
                );
            } else {
                proceed();
            }
        };

        self.callOff = (run) => {
            OctoPrint.plugins.systemcommands
                .stopRun(run.id)
                .fail((response) => self._onNotChanged(self._commandOf(run), response));
        };

        // it may be there no more
        self._commandOf = (run) =>
            self.catalogue.commandOf(run) || new SystemCommands.Command(run);

        // that it has begun or ended meanwhile is told by itself
        self._onNotChanged = (command, response) => {
            const code = SystemCommands.ErrorTexts.codeOf(response);
            if (["not_pending", "ended", "unknown_run"].includes(code)) return;
            self.notices.failed(command, response);
        };

        // The server knows of runs that this page has not heard of yet, and tells of those
        // that the user may see.
        self._onBusy = (command) => {
            const say = (run) => {
                self.notices.refused(command, SystemCommands.ErrorTexts.busy(), run);
            };
            OctoPrint.plugins.systemcommands
                .getRuns({
                    source: command.source,
                    action: command.action,
                    status: "queued,starting,running",
                    limit: 10
                })
                .done((response) => {
                    say(response.runs.find((run) => run.trigger !== "test"));
                })
                .fail(() => say());
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsLauncherViewModel,
        dependencies: [
            "loginStateViewModel",
            "systemCommandsPermissionsViewModel",
            "systemCommandsPrintStateViewModel",
            "systemCommandsNoticesViewModel",
            "systemCommandsRunStoreViewModel",
            "systemCommandsCatalogueViewModel"
        ]
    });
});
