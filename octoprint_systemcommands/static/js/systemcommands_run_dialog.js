$(function () {
    // in milliseconds, that a button says that it has copied
    const COPIED_TIME = 2000;

    // the states of OSC 9;4 (progress of a command) that are shown
    const PROGRESS = {
        1: "progress-info",
        2: "progress-danger",
        3: "progress-info progress-striped active",
        4: "progress-warning"
    };

    // One run: what it prints while it prints it, and what can be done about it.
    function SystemCommandsRunDialogViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];
        self.triggering = parameters[1];

        // the server's latest word on it, undefined until there is one
        self.run = ko.observable();
        self.error = ko.observable();
        self.elapsed = ko.observable();
        self.progress = ko.observable();
        // what was copied a moment ago
        self.copied = ko.observable();
        self.following = ko.observable(true);
        self.hasStderr = ko.observable(false);
        self.isEmpty = ko.observable(true);
        self.stopRequested = ko.observable(false);

        self.isActive = ko.pureComputed(() => {
            return !!self.run() && SystemCommandsFormat.isActive(self.run());
        });
        self.isStopping = ko.pureComputed(() => {
            return self.isActive() && (self.stopRequested() || self.run().stopping);
        });
        self.title = ko.pureComputed(() => {
            return self.run() ? self.run().name || self.run().action : gettext("Run");
        });
        self.status = ko.pureComputed(() => {
            if (!self.run()) return "";
            if (self.isStopping()) return gettext("Stopping…");
            return SystemCommandsFormat.statusInFull(self.run());
        });
        self.icon = ko.pureComputed(
            () => self.run() && SystemCommandsFormat.icon(self.run())
        );
        self.byWhom = ko.pureComputed(() => {
            const run = self.run();
            if (!run) return "";
            return _.compact([run.user, SystemCommandsFormat.date(run)]).join(", ");
        });
        // A line after a colon is one to be copied: something for a file or a shell.
        self.hint = ko.pureComputed(() => {
            const lines = ((self.run() && self.run().hint) || "")
                .split(/\n+/)
                .filter(Boolean);
            return lines.map((line, index) => ({
                text: line.trim(),
                isCode: index > 0 && lines[index - 1].trim().endsWith(":")
            }));
        });
        self.downloadUrl = ko.pureComputed(() => {
            if (!self.run()) return undefined;
            return OctoPrint.plugins.systemcommands.getDownloadUrl(self.run().id);
        });
        self.command = ko.pureComputed(() => {
            // what was only tested is not in the menu, or is another one there
            if (!self.run() || self.run().door === "test") return undefined;
            return self.triggering.find(self.run());
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

        // of something that has ended there is no progress to be seen
        self.progressVisible = ko.pureComputed(
            () => self.isActive() && !!self.progress()
        );
        self.progressClass = ko.pureComputed(() => {
            return self.progress() ? PROGRESS[self.progress().state] : "";
        });
        // undefined when nobody knows how far it is
        self.progressValue = ko.pureComputed(() => {
            const progress = self.progress();
            return progress && progress.state !== 3 ? progress.value : undefined;
        });
        self.progressWidth = ko.pureComputed(() => {
            return (
                (self.progressValue() === undefined ? 100 : self.progressValue()) + "%"
            );
        });

        self._timer = undefined;

        //~~ Opening and closing

        // run: as the server describes it, or at least with its id
        self.open = (run) => {
            if (!self.runs.shownId()) self._focusedBefore = document.activeElement;
            self._reset(run.id);
            if (run.queued_at) self._onRun(run);
            self.dialog.modal("show");
            self._timer = setInterval(self._tick, 1000);
            self.follower.start(run.id);
        };

        self._reset = (id) => {
            clearInterval(self._timer);
            self.runs.shownId(id);
            self.run(undefined);
            self.error(undefined);
            self.progress(undefined);
            self.stopRequested(false);
            self.elapsed("");
        };

        self._onHidden = (event) => {
            // those of other dialogs come by here as well
            if (event.target !== self.dialog[0]) return;
            self.follower.stop();
            self.terminal.reset();
            self._reset(undefined);
            SystemCommandsFocus.giveBackTo(self._focusedBefore);
        };

        //~~ What arrives

        self._onRun = (run) => {
            const height = self.dialog.height();
            self._receivedAt = performance.now();
            self.error(undefined);
            self.run(run);
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
            self.elapsed(SystemCommandsFormat.duration(run.duration + since));
        };

        self._onProgress = (progress) => {
            const value = progress.value === undefined ? 100 : progress.value;
            self.progress(
                progress.state === 0 ? undefined : {state: progress.state, value: value}
            );
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

        self.copyOutput = () => self._copy("output", self.terminal.text());
        self.copyHint = (line) => self._copy(line, line.text);

        self._copy = (what, text) => {
            SystemCommandsClipboard.copy(text, self.dialog[0]).then((done) => {
                self.copied(done ? what : "failed");
                setTimeout(() => self.copied(undefined), COPIED_TIME);
            });
        };

        self.runAgain = () => {
            if (!self.command()) return;
            self.triggering.trigger(self.command(), {onStarted: self.runs.show});
        };

        //~~ View model callbacks

        self.onUserLoggedOut = () => {
            if (self.runs.shownId()) self.dialog.modal("hide");
        };

        self.onStartup = () => {
            self.dialog = $("#systemcommands_run_dialog");
            self.dialog.on("hidden", self._onHidden);
            self.terminal = new SystemCommandsTerminal(
                self.dialog.find(".systemcommands-terminal")[0],
                {
                    onProgress: self._onProgress,
                    onIdle: () => self.follower.onTerminalIdle(),
                    onChange: self._onTerminalChange
                }
            );
            self.follower = new SystemCommandsFollower(self.terminal, {
                onRun: self._onRun,
                onFailed: self._onFailed
            });
            self.runs.showRequests.subscribe(self.open);
            self.runs.changes.subscribe(self.follower.onChange);
            self.runs.refreshes.subscribe(self.follower.refresh);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRunDialogViewModel,
        dependencies: ["systemCommandsRunsViewModel", "systemCommandsTriggerViewModel"],
        elements: ["#systemcommands_run_dialog"]
    });
});
