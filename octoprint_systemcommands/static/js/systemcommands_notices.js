$(function () {
    // the browser has to lay all of it out, and nobody reads more in a notice
    const MAX_OUTPUT = 20000;
    // notices that are remembered, to be taken away again
    const MAX_STARTED = 50;

    // What the user is told about a command that was triggered. Everything that comes from
    // definitions or commands is put in as text, never as HTML.
    function SystemCommandsNoticesViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];

        // the notices that say of a run that it was started, by its id
        self._started = new Map();

        self.started = (command) => {
            self._succeeded(
                gettext("Started"),
                gettext('"%(name)s" was started.'),
                command
            );
        };

        // for entries of which nobody tells us whether the server waits for their end
        self.accepted = (command) => {
            self._succeeded(
                gettext("Accepted"),
                gettext('The server accepted "%(name)s" and reported no error.'),
                command
            );
        };

        self.runStarted = (command, run) => {
            const notice = self._succeeded(
                gettext("Started"),
                gettext('"%(name)s" was started.'),
                command,
                run
            );
            self._started.set(run.id, notice);
            if (self._started.size > MAX_STARTED) {
                self._started.delete(self._started.keys().next().value);
            }
        };

        self.removeStarted = (run) => {
            const notice = self._started.get(run.id);
            if (notice) notice.remove();
            self._started.delete(run.id);
        };

        self.runEnded = (command, run) => {
            self.removeStarted(run);
            const status = run.status;
            if (status === "succeeded") {
                self._succeeded(
                    gettext("Finished"),
                    gettext('"%(name)s" finished successfully.'),
                    command,
                    run
                );
            } else if (status === "failed" && command.ignore) {
                self._succeeded(
                    gettext("Finished"),
                    gettext('"%(name)s" finished. Its return code is ignored.'),
                    command,
                    run
                );
            } else if (status === "stopped") {
                self._succeeded(
                    gettext("Stopped"),
                    gettext('"%(name)s" was stopped.'),
                    command,
                    run
                );
            } else {
                const reason = run.hint || SystemCommandsFormat.statusInFull(run) + ".";
                self._failed(
                    _.sprintf(gettext('"%(name)s" failed'), {name: command.name}),
                    reason,
                    self._showButton(run)
                );
            }
        };

        self.failed = (command, response) => {
            const error = SystemCommandsErrors.explain(command, response);
            self._failed(
                error.title,
                error.text,
                error.output ? self._outputBox(error.output) : undefined
            );
        };

        // by this page, before the server was asked
        self.refused = (command, text) => {
            self._open({
                title: _.sprintf(gettext('"%(name)s" was not started'), {
                    name: command.name
                }),
                text: text
            });
        };

        self._outputBox = (output) => {
            return $('<pre class="systemcommands-output" tabindex="0"></pre>').text(
                output.slice(-MAX_OUTPUT)
            );
        };

        self._showButton = (run) => {
            return $('<button type="button" class="btn btn-small"></button>')
                .text(gettext("Show output"))
                .on("click", () => self.runs.show(run));
        };

        self._succeeded = (title, text, command, run) => {
            return self._open(
                {
                    title: title,
                    text: _.sprintf(text, {name: command.name}),
                    type: "success"
                },
                run ? self._showButton(run) : undefined
            );
        };

        self._failed = (title, text, addition) => {
            return self._open(
                {
                    title: title,
                    text: text,
                    type: "error",
                    hide: false,
                    width: addition ? "450px" : "300px",
                    // without a mouse there is no hovering that makes the button appear
                    buttons: {closer_hover: false, sticker: false}
                },
                addition
            );
        };

        // addition: what stands below the text
        self._open = (options, addition) => {
            const notice = new PNotify(
                _.extend(
                    {
                        title_escape: true,
                        text_escape: true,
                        addclass: "systemcommands-notice",
                        auto_display: false
                    },
                    options
                )
            );
            if (addition) {
                $('<div class="systemcommands-addition"></div>')
                    .append(addition)
                    .appendTo(notice.text_container)
                    .on("click", "button", () => notice.remove());
            }
            self._makeCloserReachable(notice);
            notice.open();

            // only what is displayed can be scrolled; what went wrong is usually said last
            notice.text_container.find("pre").each((_index, element) => {
                element.scrollTop = element.scrollHeight;
            });
            return notice;
        };

        // PNotify's button is a div that only a pointer can get at
        self._makeCloserReachable = (notice) => {
            notice
                .get()
                .find(".ui-pnotify-closer")
                .attr({"tabindex": 0, "role": "button", "aria-label": gettext("Close")})
                .on("keydown", (event) => {
                    if (event.key !== "Enter" && event.key !== " ") return;
                    event.preventDefault();
                    notice.remove(false);
                });
        };

        // who looks at the run does not need to be told how to
        self.runs.shownId.subscribe((id) => self.removeStarted({id: id}));
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsNoticesViewModel,
        dependencies: ["systemCommandsRunsViewModel"]
    });
});
