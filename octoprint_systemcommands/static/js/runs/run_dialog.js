$(function () {
    // One run: what it is to be run with, what it prints while it prints it, and what can be
    // done about it.
    function SystemCommandsRunDialogViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];
        self.triggering = parameters[1];
        self.access = parameters[2];
        self.guards = parameters[3];

        // while the arguments are asked for, undefined when there is a run to be seen
        self.form = ko.observable();
        // the server's latest word on it, undefined until there is one
        self.run = ko.observable();
        self.error = ko.observable();
        self.elapsed = ko.observable();
        self.progress = new SystemCommands.Progress(() => self.isActive());
        self.clipboard = new SystemCommands.Clipboard();
        self.following = ko.observable(true);
        self.hasStderr = ko.observable(false);
        self.isEmpty = ko.observable(true);
        self.stopRequested = ko.observable(false);

        self.isActive = ko.pureComputed(() => {
            return !!self.run() && SystemCommands.Format.isActive(self.run());
        });
        self.isStopping = ko.pureComputed(() => {
            return self.isActive() && (self.stopRequested() || self.run().stopping);
        });
        self.title = ko.pureComputed(() => {
            if (self.form()) return self.form().name;
            return self.run() ? self.run().name || self.run().action : gettext("Output");
        });
        self.status = ko.pureComputed(() => {
            if (!self.run()) return "";
            if (self.isStopping()) return gettext("Stopping…");
            return SystemCommands.Format.statusInFull(self.run());
        });
        self.icon = ko.pureComputed(
            () => self.run() && SystemCommands.Format.icon(self.run())
        );
        self.byWhom = ko.pureComputed(() => {
            const run = self.run();
            if (!run) return "";
            return _.compact([
                run.user,
                SystemCommands.Format.trigger(run),
                run.address,
                SystemCommands.Format.date(run),
                run.stopped_by &&
                    _.sprintf(gettext("stopped by %(user)s"), {user: run.stopped_by})
            ]).join(", ");
        });
        self.given = ko.pureComputed(() => {
            return self.run()
                ? SystemCommands.Format.arguments(self.run(), self.command())
                : [];
        });
        self.hint = ko.pureComputed(() => {
            return self.run() ? SystemCommands.Format.hint(self.run()) : [];
        });
        self.downloadUrl = ko.pureComputed(() => {
            if (!self.run()) return undefined;
            return OctoPrint.plugins.systemcommands.getDownloadUrl(self.run().id);
        });
        self.command = ko.pureComputed(() => {
            // what was only tested is not in the menu, or is another one there
            if (!self.run() || self.run().trigger === "test") return undefined;
            return self.triggering.find(self.run());
        });
        self.tools = new SystemCommands.Tools({
            dialog: $("#systemcommands_run_dialog"),
            run: self.run,
            command: self.command,
            clipboard: self.clipboard,
            settings: parameters[4],
            onJump: () => {
                self.terminal.following = false;
                self.following(false);
            },
            onView: () => {
                if (self.following()) self.terminal.jumpToEnd();
            }
        });
        self.emptyText = ko.pureComputed(() => {
            const run = self.run();
            if (!run || !self.isEmpty() || self.error() || run.status === "queued")
                return "";
            if (self.isActive()) return gettext("It has not printed anything yet.");
            if (run.output && run.output.bytes > 0 && !run.output.kept) {
                return gettext("What it printed is not kept any more.");
            }
            return gettext("It printed nothing.");
        });

        self._timer = undefined;

        //~~ Opening and closing

        self.isOpen = () => !!self.form() || !!self.runs.shownId();

        // run: as the server describes it, or at least with its id
        self.open = (run) => {
            self._prepare();
            self.runs.shownId(run.id);
            if (run.queued_at) self._onRun(run);
            self._show();
            self._timer = setInterval(self._tick, 1000);
            self.follower.start(run.id);
        };

        self.openForm = (request) => {
            self._prepare();
            const form = new SystemCommands.Arguments(request, {
                form: "systemcommands_run",
                user: self.access.user(),
                mayListFiles: self.access.mayListFiles(),
                refusal: self.guards.refusal,
                isShown: () => self.form() === form,
                onStarted: (run) => self._onFormStarted(form, request, run),
                onCancelled: () => {
                    SystemCommands.Focus.giveBackTo(self.dialog.find(".btn-primary"));
                }
            });
            self.form(form);
            form.load();
            self._show();
        };

        self._onFormStarted = (form, request, run) => {
            // whoever has closed it meanwhile has other things to do
            if (self.form() !== form) return false;
            if (request.onStarted) return request.onStarted(run);
            if (request.command.showOutput === "always") {
                self.open(run);
            } else {
                self.dialog.modal("hide");
            }
            return true;
        };

        self._prepare = () => {
            self.follower.stop();
            self.tools.search.reset();
            self.terminal.reset();
            self._reset();
        };

        self._show = () => {
            const wasOpen = self.dialog.is(":visible");
            self.dialog.modal("show");
            if (!wasOpen) return;
            // it has become higher or lower, and what had the focus may be gone
            self.dialog.modal("layout");
            const isFocused = $(document.activeElement).is("a:visible, button:visible");
            if (self.form() || !isFocused) self._focusFirst(self.dialog.data("focusOn"));
        };

        self._focusFirst = (selector) => self.dialog.find(selector).first().focus();

        self._reset = () => {
            clearInterval(self._timer);
            self.runs.shownId(undefined);
            self.form(undefined);
            self.run(undefined);
            self.error(undefined);
            self.progress.set(undefined);
            self.stopRequested(false);
            self.elapsed("");
        };

        self._onHidden = (event) => {
            // those of other dialogs come by here as well
            if (event.target !== self.dialog[0]) return;
            self.follower.stop();
            self.tools.search.reset();
            self.terminal.reset();
            self._reset();
        };

        //~~ What arrives

        self._onRun = (run) => {
            const height = self.dialog.height();
            self._receivedAt = performance.now();
            self.error(undefined);
            const wasActive = self.isActive();
            self.run(run);
            if (wasActive && !self.isActive()) {
                SystemCommands.Title(run, self.command() && self.command().ignore);
            }
            self._tick();
            // a hint makes it higher
            if (self.dialog.height() !== height) self.dialog.modal("layout");
        };

        self._onFailed = (response) => {
            if (response.status === 404) {
                self.error(gettext("This run is not kept any more."));
            } else if (response.status === 403) {
                self.error(gettext("You may not see this run."));
            } else {
                self.error(
                    gettext(
                        "The server does not answer. What is shown may be out of date."
                    )
                );
            }
        };

        // The server knows how long it took, whatever the time is here and there. In between
        // its answers this page's stopwatch goes on counting.
        self._tick = () => {
            const run = self.run();
            if (!run || !_.isNumber(run.duration)) {
                self.elapsed("");
                return;
            }
            const since = self.isActive()
                ? (performance.now() - self._receivedAt) / 1000
                : 0;
            self.elapsed(SystemCommands.Format.duration(run.duration + since));
        };

        self._onTerminalChange = (terminal) => {
            self.following(terminal.following);
            self.hasStderr(terminal.hasStderr);
            self.isEmpty(terminal.isEmpty());
        };

        //~~ What users do

        self.jumpToEnd = () => {
            self.terminal.jumpToEnd();
            self._focusTerminal();
        };

        // A button that goes away takes the focus with it, and the dialog loses the keyboard.
        self._focusTerminal = () => self.dialog.find(".systemcommands-terminal").focus();

        self.stop = () => {
            if (self.stopRequested()) return;
            const id = self.runs.shownId();
            const ifShown = (then) => (response) => {
                if (self.runs.shownId() === id) then(response);
            };
            self.stopRequested(true);
            self._focusTerminal();
            OctoPrint.plugins.systemcommands
                .stopRun(id)
                .done(ifShown(self._onRun))
                .fail(
                    ifShown((response) => {
                        // that it has ended by itself is fine, too
                        if (response.status !== 409) self._onFailed(response);
                    })
                )
                .always(
                    ifShown(() => {
                        self.stopRequested(false);
                        self.follower.refresh();
                    })
                );
        };

        self.copyOutput = () => {
            self.clipboard.copy("output", self.terminal.text(), self.dialog[0]);
        };
        self.copyHint = (line) => {
            // lines are made anew with each answer of the server
            self.clipboard.copy(line.text, line.text, self.dialog[0]);
        };

        self.runAgain = () => {
            if (!self.command()) return;
            const callbacks = {onStarted: self.runs.show};
            self.triggering.trigger(self.command(), callbacks, self.run().arguments);
        };

        //~~ View model callbacks

        self.onUserLoggedOut = () => {
            if (self.isOpen()) self.dialog.modal("hide");
        };

        self.onStartup = () => {
            self.dialog = $("#systemcommands_run_dialog");
            self.dialog.on("hidden", self._onHidden);
            const screen = self.dialog.find(".systemcommands-terminal")[0];
            // it is as high as its text, and the dialog stays in the middle
            new ResizeObserver(() => {
                if (self.dialog.is(":visible")) self.dialog.modal("layout");
            }).observe(screen);
            self.terminal = new SystemCommands.Terminal(screen, {
                onProgress: self.progress.set,
                onIdle: () => self.follower.onTerminalIdle(),
                onChange: self._onTerminalChange
            });
            self.follower = new SystemCommands.Follower(self.terminal, {
                onRun: self._onRun,
                onFailed: self._onFailed
            });
            self.runs.showRequests.subscribe(self.open);
            self.runs.hideRequests.subscribe(() => self.dialog.modal("hide"));
            self.triggering.formRequests.subscribe(self.openForm);
            self.runs.changes.subscribe(self.follower.onChange);
            self.runs.refreshes.subscribe(self.follower.refresh);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRunDialogViewModel,
        dependencies: [
            "systemCommandsRunsViewModel",
            "systemCommandsTriggerViewModel",
            "systemCommandsAccessViewModel",
            "systemCommandsGuardsViewModel",
            "settingsViewModel"
        ],
        elements: ["#systemcommands_run_dialog"]
    });
});
