(function () {
    // in milliseconds; pushed messages may get lost, so there is a question now and then
    const POLL_INTERVAL = 5000;
    // between two questions for the run itself, which changes less than its output
    const RUN_INTERVAL = 1000;

    // Follows one run: asks the server for the run and for what it prints, as far as there
    // is news and the terminal is ready for more.
    //
    //   onRun(run)          the server's latest word on it
    //   onFailed(response)  it did not answer, or does not know the run
    SystemCommands.RunFollower = function (terminal, callbacks) {
        const self = this;

        self.id = undefined;

        self.start = (id) => {
            self.stop();
            self.id = id;
            self._run = undefined;
            self._offset = 0;
            self._restarted = false;
            self._outputFinished = false;
            self._outputWanted = false;
            self._requests = {};
            self._timer = setInterval(self.refresh, POLL_INTERVAL);
            terminal.reset();
            self.refresh();
        };

        self.stop = () => {
            clearInterval(self._timer);
            self.id = undefined;
            // answers that are under way belong to no one
            self._requests = {};
        };

        // asks for everything that may have changed
        self.refresh = () => {
            if (!self.id || self.isComplete()) return;
            self.requestRun();
            self._requestOutput();
        };

        self.isComplete = () => {
            return (
                self._outputFinished &&
                self._run &&
                !SystemCommands.RunFormat.isActive(self._run)
            );
        };

        // {id, status} was pushed
        self.onChange = (changed) => {
            if (changed.id !== self.id) return;
            self._requestOutput();
            const isNews = !self._run || self._run.status !== changed.status;
            if (isNews || performance.now() - self._askedForRun > RUN_INTERVAL) {
                self.requestRun();
            }
        };

        self.onTerminalIdle = () => {
            if (self.id && self._outputWanted) self._requestOutput();
        };

        // One request of a kind at a time. What is asked for meanwhile is asked once, when
        // that one is through.
        self._ask = (kind, makeRequest, onDone) => {
            const requests = self._requests;
            if (requests[kind]) {
                requests[kind] = "again";
                return;
            }

            requests[kind] = "once";
            makeRequest()
                .done((response) => {
                    if (requests === self._requests) onDone(response);
                })
                .fail((response) => {
                    if (requests !== self._requests) return;
                    if (response.status === 404) self.stop();
                    callbacks.onFailed(response);
                })
                .always(() => {
                    const again = requests[kind] === "again";
                    requests[kind] = undefined;
                    if (again && requests === self._requests) {
                        self._ask(kind, makeRequest, onDone);
                    }
                });
        };

        self.requestRun = () => {
            self._askedForRun = performance.now();
            self._ask(
                "run",
                () => OctoPrint.plugins.systemcommands.getRun(self.id),
                self._onRun
            );
        };

        self._onRun = (run) => {
            self._run = run;
            callbacks.onRun(run);
        };

        self._requestOutput = () => {
            if (self._outputFinished) return;
            // what is there has to be shown before there is room for more
            self._outputWanted = !terminal.isIdle();
            if (self._outputWanted) return;
            self._ask(
                "output",
                () => OctoPrint.plugins.systemcommands.getOutput(self.id, self._offset),
                self._onOutput
            );
        };

        self._onOutput = (response) => {
            if (response.next < self._offset && !self._restarted) {
                // the server was killed and has kept less than was shown already
                self._restarted = true;
                self._offset = 0;
                terminal.reset();
                self._requestOutput();
                return;
            }
            self._offset = response.next;
            self._outputFinished = response.finished;
            terminal.write(response.chunks);
        };
    };
})();
