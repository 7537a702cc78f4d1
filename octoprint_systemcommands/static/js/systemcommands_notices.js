$(function () {
    // the browser has to lay all of it out, and nobody reads more in a notice
    const MAX_OUTPUT = 20000;

    // What the user is told about a command that was triggered. Everything that comes from
    // definitions or commands is put in as text, never as HTML.
    function SystemCommandsNoticesViewModel() {
        const self = this;

        self.started = (command) => {
            self._succeeded(
                gettext("Started"),
                gettext('"%(name)s" was started.'),
                command
            );
        };

        self.finished = (command) => {
            self._succeeded(
                gettext("Finished"),
                gettext('"%(name)s" finished successfully.'),
                command
            );
        };

        self.finishedUnchecked = (command) => {
            self._succeeded(
                gettext("Finished"),
                gettext('"%(name)s" finished. Its return code is not looked at.'),
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

        self.failed = (command, response) => {
            const error = self._errorOf(response);
            const say = (title, text) => {
                self._failed(title, _.sprintf(text, {name: command.name}));
            };

            if (response.status === 0) {
                say(
                    gettext("Connection lost"),
                    gettext(
                        'The connection to the server was lost before it answered. "%(name)s" may be running, or may not have been started. Check this before you run it again.'
                    )
                );
            } else if (response.status === 403) {
                say(
                    gettext("Not allowed"),
                    gettext(
                        'You may not run "%(name)s". You might have been logged out, or your permissions were changed. Log in again, or ask the administrator for the permission.'
                    )
                );
            } else if (response.status === 404) {
                say(
                    gettext("Not found"),
                    gettext(
                        '"%(name)s" does not exist any more and was not run. The menu has been refreshed.'
                    )
                );
            } else if (response.status === 503 && error) {
                say(
                    gettext("Too many commands at once"),
                    gettext(
                        'So many commands are running that "%(name)s" was not started. Run it again once another one has finished.'
                    )
                );
            } else if (error) {
                self._failedWithOutput(command, error);
            } else {
                // not OctoPrint's answer, but that of a proxy in front of it
                self._failed(
                    _.sprintf(gettext('"%(name)s" failed'), {name: command.name}),
                    _.sprintf(
                        gettext(
                            "The server could not be reached (%(status)s %(reason)s). Wait a moment and run the command again."
                        ),
                        {status: response.status, reason: response.statusText}
                    )
                );
            }
        };

        self._errorOf = (response) => {
            const error = response.responseJSON && response.responseJSON.error;
            return _.isString(error) ? error : undefined;
        };

        self._failedWithOutput = (command, error) => {
            const [, head, output] = error.match(/^([^]*?)(\n\nSTDOUT:\n[^]*)?$/);
            const returnCode = head.match(/failed with return code (-?\d+):?$/);

            let text = head;
            if (returnCode) {
                text = _.sprintf(gettext("It ended with return code %(code)s."), {
                    code: returnCode[1]
                });
            }

            self._failed(
                _.sprintf(gettext('"%(name)s" failed'), {name: command.name}),
                text,
                output ? self._withoutEmptyParts(output) : ""
            );
        };

        self._withoutEmptyParts = (output) => {
            const parts = output.match(/^\n\nSTDOUT:\n([^]*?)\n\nSTDERR:\n([^]*)$/);
            if (!parts) return output.trim();

            const stdout = parts[1].trimEnd();
            const stderr = parts[2].trimEnd();
            if (!stdout || !stderr) return stdout || stderr;
            return "STDOUT:\n" + stdout + "\n\nSTDERR:\n" + stderr;
        };

        self._succeeded = (title, text, command) => {
            self._open({
                title: title,
                text: _.sprintf(text, {name: command.name}),
                type: "success"
            });
        };

        self._failed = (title, text, output) => {
            self._open(
                {
                    title: title,
                    text: text,
                    type: "error",
                    hide: false,
                    width: output ? "450px" : "300px",
                    // without a mouse there is no hovering that makes the button appear
                    buttons: {closer_hover: false, sticker: false}
                },
                output
            );
        };

        self._open = (options, output) => {
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
            if (output) {
                $('<pre class="systemcommands-output" tabindex="0"></pre>')
                    .text(output.slice(-MAX_OUTPUT))
                    .appendTo(notice.text_container);
            }
            self._makeCloserReachable(notice);
            notice.open();

            // only what is displayed can be scrolled; what went wrong is usually said last
            notice.text_container.find("pre").each((_index, element) => {
                element.scrollTop = element.scrollHeight;
            });
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
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsNoticesViewModel
    });
});
