(function () {
    // there is nothing to be printed yet
    const NOT_BEGUN = ["pending", "queued"];

    // A run as it is looked at, in the dialog of a run and beside a command that is tested:
    // its state, what it prints, and how to stop it.
    //   element   what its output is shown in
    //   runs      tells of changes
    //   options   onLayout(): it may have become higher, onEnded(run): while it was shown
    SystemCommands.RunView = function (element, runs, options) {
        const self = this;

        // the server's latest word on it, undefined while there is none
        self.run = ko.observable();
        self.error = ko.observable();
        self.elapsed = ko.observable("");
        self.following = ko.observable(true);
        self.hasStderr = ko.observable(false);
        self.isEmpty = ko.observable(true);
        // {stdout, stderr}
        self.firstLines = ko.observable({});
        self._stopRequested = ko.observable(false);

        const ofRun = (describe, otherwise) =>
            ko.pureComputed(() => (self.run() ? describe(self.run()) : otherwise));

        self.isActive = ofRun(SystemCommands.RunFormat.isActive, false);
        self.isPending = ofRun(SystemCommands.RunFormat.isPending, false);
        self.isStopping = ko.pureComputed(() => {
            return self.isActive() && (self._stopRequested() || !!self.run().stopping);
        });
        self.progress = new SystemCommands.Progress(() => self.isActive());
        self.status = ofRun((run) => {
            if (self.isStopping()) return gettext("Stopping…");
            return SystemCommands.RunFormat.statusInFull(run);
        }, "");
        self.icon = ofRun(SystemCommands.RunFormat.icon, "");
        self.hint = ofRun(SystemCommands.RunFormat.hint, []);
        self.emptyText = ofRun((run) => {
            if (!self.isEmpty() || self.error() || NOT_BEGUN.includes(run.status))
                return "";
            // its hint says what became of what it printed
            if (run.status === "interrupted") return "";
            if (self.isActive()) return gettext("It has not printed anything yet.");
            if (run.output && run.output.bytes > 0 && !run.output.kept) {
                return gettext("What it printed is not kept any more.");
            }
            return gettext("It printed nothing.");
        }, "");

        // run: as the server describes it, or at least with its id
        self.show = (run) => {
            self.reset();
            if (run.queued_at) self._onRun(run);
            self._timer = setInterval(self._tick, 1000);
            self._follower.start(run.id);
        };

        self.reset = () => {
            clearInterval(self._timer);
            self._follower.stop();
            self._terminal.reset();
            self.run(undefined);
            self.error(undefined);
            self.elapsed("");
            self.progress.set(undefined);
            self._stopRequested(false);
        };

        // run: what the server has said of it in answer to something else
        self.update = (run) => {
            if (!self.run() || self.run().id !== run.id) return;
            self._onRun(run);
            self._follower.refresh();
        };

        //~~ What arrives

        self._onRun = (run) => {
            const wasActive = self.isActive();
            self._receivedAt = performance.now();
            self.error(undefined);
            self.run(run);
            if (wasActive && !self.isActive() && options.onEnded) options.onEnded(run);
            self._tick();
            options.onLayout();
        };

        self._onFailed = (response) => {
            const reasons = {
                403: gettext("You may not see this run."),
                404: gettext("This run is not kept any more.")
            };
            self.error(
                reasons[response.status] ||
                    gettext(
                        "The server does not answer. What is shown may be out of date."
                    )
            );
        };

        // The server knows how long it took, whatever the time is here and there. In between
        // its answers this page's stopwatch goes on counting.
        self._tick = () => {
            const run = self.run();
            if (self.isPending()) {
                self.elapsed(SystemCommands.Waiting.text(run));
                return;
            }
            if (!run || !_.isNumber(run.duration)) {
                self.elapsed("");
                return;
            }
            const passed = performance.now() - self._receivedAt;
            const since = self.isActive() ? passed / 1000 : 0;
            self.elapsed(SystemCommands.RunFormat.duration(run.duration + since));
        };

        //~~ What users do

        self.stop = () => {
            if (!self.isActive() || self.isStopping()) return;
            const id = self.run().id;
            const ifShown = (then) => (response) => {
                if (self.run() && self.run().id === id) then(response);
            };
            self._stopRequested(true);
            // the button goes away, and must not take the keyboard with it
            element.focus();
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
                        self._stopRequested(false);
                        self._follower.refresh();
                    })
                );
        };

        self.jumpToEnd = () => {
            self._terminal.jumpToEnd();
            element.focus();
        };
        // somewhere else in it is to be looked at
        self.leaveEnd = () => {
            self._terminal.following = false;
            self.following(false);
        };
        self.stayAtEnd = () => {
            if (self.following()) self._terminal.jumpToEnd();
        };

        self.text = () => self._terminal.text();
        self.isComplete = () => self._follower.isComplete();

        self._terminal = new SystemCommands.Terminal(element, {
            onProgress: self.progress.set,
            onIdle: () => self._follower.onTerminalIdle(),
            onChange: (terminal) => {
                self.following(terminal.following);
                self.hasStderr(terminal.hasStderr);
                self.isEmpty(terminal.isEmpty());
                self.firstLines({
                    stdout: terminal.firstLine("stdout"),
                    stderr: terminal.firstLine("stderr")
                });
            }
        });
        self._follower = new SystemCommands.RunFollower(self._terminal, {
            onRun: self._onRun,
            onFailed: self._onFailed
        });
        runs.changes.subscribe(self._follower.onChange);
        runs.refreshes.subscribe(self._follower.refresh);
    };
})();
