$(function () {
    // the browser has to lay all of it out, and nobody reads more in a notice
    const MAX_OUTPUT = 20000;
    // notices that are remembered, to be taken away again
    const MAX_STARTED = 50;

    const LOOKS = {
        started: {type: "info", icon: "fas fa-play"},
        stopped: {type: "info", icon: "fas fa-stop"},
        succeeded: {type: "success"},
        refused: {type: "notice"},
        failed: {type: "error"}
    };

    // What the user is told about a command that was triggered. Everything that comes from
    // definitions or commands is put in as text, never as HTML.
    function SystemCommandsNoticesViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];
        // for who does not even see the page
        self.notifications = new SystemCommands.Notifications(self.runs.show);

        // the notices that say of a run that it was started, by its id
        self._started = new Map();
        // by command: the notice that says that it was not started
        self._notStarted = new Map();
        // what was said last of a line of G-code; a file may have many that are wrong
        self._ofGcode = undefined;

        const named = (text, command) => _.sprintf(text, {name: command.name});

        const {close, all} = SystemCommands.Notice;

        self.started = (command) => {
            self._say(
                "started",
                gettext("Started"),
                named(gettext('"%(name)s" was started.'), command)
            );
        };

        // for entries of which nobody tells us whether the server waits for their end
        self.accepted = (command) => {
            self._say(
                "succeeded",
                gettext("Accepted"),
                named(
                    gettext('The server accepted "%(name)s" and reported no error.'),
                    command
                )
            );
        };

        self.runStarted = (command, run) => {
            const notice = self._say(
                "started",
                gettext("Started"),
                named(gettext('"%(name)s" was started.'), command),
                self._showButton(run)
            );
            self._started.set(run.id, notice);
            if (self._started.size > MAX_STARTED) {
                self._started.delete(self._started.keys().next().value);
            }
        };

        self.removeStarted = (run) => {
            close(self._started.get(run.id));
            self._started.delete(run.id);
        };

        self.runEnded = (command, run) => {
            self.removeStarted(run);
            // somebody may begin to look at the run while its output is fetched
            const session = self._session;
            const unlessShown = (say) => (output) => {
                const isSame = session === self._session;
                if (isSame && self.runs.shownId() !== run.id) say(output);
            };
            const isIgnored = run.status === "failed" && command.ignore;
            if (run.status === "succeeded" || isIgnored) {
                const say = unlessShown((output) => {
                    self._runFinished(command, run, isIgnored, output);
                });
                if (command.showOutput === "never") {
                    say();
                } else {
                    SystemCommands.ShortOutput.whole(run, say);
                }
            } else if (run.status === "stopped") {
                self._say(
                    "stopped",
                    gettext("Stopped"),
                    named(gettext('"%(name)s" was stopped.'), command),
                    self._showButton(run)
                );
            } else {
                SystemCommands.ShortOutput.end(
                    run,
                    unlessShown((output) => self._runFailed(command, run, output))
                );
            }
        };

        self._runFinished = (command, run, isIgnored, output) => {
            const text = isIgnored
                ? gettext('"%(name)s" finished. Its return code is ignored.')
                : gettext('"%(name)s" finished successfully.');
            self._say(
                "succeeded",
                gettext("Finished"),
                named(text, command),
                self._showButton(run),
                output
            );
        };

        self._runFailed = (command, run, output) => {
            self._say(
                "failed",
                named(gettext('"%(name)s" failed'), command),
                run.hint || SystemCommands.RunFormat.statusInFull(run) + ".",
                self._showButton(run),
                output
            );
        };

        self.failed = (command, response) => {
            const error = SystemCommands.ErrorTexts.explain(command, response);
            const output = error.output && self._outputBox(error.output);
            self._sayOnce(command, "failed", error.title, error.text, undefined, output);
        };

        // run: the one that is in the way, if it is one
        self.refused = (command, text, run) => {
            const title = named(gettext('"%(name)s" was not started'), command);
            const isHidden = run && run.id !== self.runs.shownId();
            const button =
                isHidden && self._showButton(run, gettext("Show the running one"));
            self._sayOnce(command, "refused", title, text, button);
        };

        // what a link leads to; nobody is told whether it is there
        self.noSuchRun = (isUnknown) => {
            self._say(
                "refused",
                gettext("This run cannot be shown"),
                isUnknown
                    ? gettext("The server does not answer.")
                    : gettext("There is no such run, or you may not see it.")
            );
        };

        // of the command that a rule runs before the printer is connected;
        // run: its id, null if it was not even begun
        self.notConnected = ({reason, run}) => {
            const texts = {
                failed: gettext("The command to be run before connecting has failed."),
                too_long: gettext(
                    "The command to be run before connecting takes too long."
                ),
                not_ready: gettext("The printer was not ready in time for the upload."),
                not_printed: gettext("OctoPrint could not begin its print.")
            };
            self._say(
                "failed",
                ["not_ready", "not_printed"].includes(reason)
                    ? gettext("The upload is not printed")
                    : gettext("The printer was not connected"),
                texts[reason],
                run && self._showButton({id: run})
            );
        };

        // A line of G-code has run nothing. action: the command as the line has it, or all of
        // what cannot be read; line: its number in the file that is printed, if it is in one
        self.gcodeRanNothing = ({reason, action, line}) => {
            const texts = {
                wrong_line: gettext(
                    '"%(action)s" cannot be read. The Terminal tab says why.'
                ),
                unknown: gettext('There is no command "%(action)s" to be run.'),
                not_opened: gettext(
                    'The command "%(action)s" is not open to G-code. Whoever edits commands can allow it.'
                ),
                too_many: gettext(
                    'Too many lines are waiting, so "%(action)s" was not run.'
                ),
                not_run: gettext('"%(action)s" was not run. The Terminal tab says why.')
            };
            close(self._ofGcode);
            self._ofGcode = self._say(
                "refused",
                _.isNumber(line)
                    ? _.sprintf(gettext("Line %(line)s of the print ran no command"), {
                          line: line
                      })
                    : gettext("A line of G-code ran no command"),
                _.sprintf(texts[reason] || texts.not_run, {action: action})
            );
        };

        self._outputBox = (output) => {
            return $('<pre class="systemcommands-output" tabindex="0"></pre>').text(
                output.slice(-MAX_OUTPUT)
            );
        };

        self._showButton = (run, label) => {
            return SystemCommands.Notice.button(label || gettext("Show output"), () =>
                self.runs.show(run)
            );
        };

        // whoever clicks several times is told once that it is not started
        self._sayOnce = (command, ...what) => {
            self.removeNotStarted(command);
            self._notStarted.set(command.key, self._say(...what));
        };

        self.removeNotStarted = (command) => {
            close(self._notStarted.get(command.key));
            self._notStarted.delete(command.key);
        };

        // button, output: elements that stand below the text, if there are any
        self._say = (kind, title, text, button, output) => {
            const isError = kind === "failed";
            return SystemCommands.Notice.show({
                ...LOOKS[kind],
                title: title,
                text: text,
                hide: !isError,
                width: output || (isError && button) ? "450px" : "300px",
                isUrgent: isError,
                isLong: !!output || kind === "refused",
                output: output,
                button: button
            });
        };

        // who looks at the run does not need to be told how to
        self.runs.shownId.subscribe((id) => self.removeStarted({id: id}));

        //~~ View model callbacks

        self.onDataUpdaterPluginMessage = (plugin, data) => {
            if (plugin !== "systemcommands" || !self.runs.access.mayWatch()) return;
            if (data.type === "not_connected") self.notConnected(data);
            if (data.type === "gcode") self.gcodeRanNothing(data);
        };

        // what commands have printed is not for whoever comes next
        self.onUserLoggedOut = () => {
            self._session = {};
            // what somebody has not saved yet has nothing to do with that
            all()
                .filter((notice) => !notice.get().hasClass("systemcommands-reminder"))
                .forEach(close);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsNoticesViewModel,
        dependencies: ["systemCommandsRunStoreViewModel"]
    });
});
