(function () {
    // What the server's refusal to run a command means, for the one who wanted it run.
    SystemCommands.ErrorTexts = {
        // {title, text, output}; output is what the command had printed
        explain: (command, response) => {
            const error = SystemCommands.ErrorTexts._errorOf(response);
            const code = SystemCommands.ErrorTexts.codeOf(response);
            const say = (title, text) => ({
                title: title,
                text: _.sprintf(text, {name: command.name})
            });
            const failed = (text, output) => ({
                title: _.sprintf(gettext('"%(name)s" failed'), {name: command.name}),
                text: text,
                output: output
            });

            if (response.status === 0) {
                return say(
                    gettext("Connection lost"),
                    gettext(
                        'The connection to the server was lost before it answered. "%(name)s" may be running, or may not have been started. Check this before you run it again.'
                    )
                );
            }
            if (response.status === 403) {
                return say(
                    gettext("Not allowed"),
                    gettext(
                        'You may not run "%(name)s". You might have been logged out, or your permissions were changed. Log in again, or ask the administrator for the permission.'
                    )
                );
            }
            if (response.status === 404) {
                return say(
                    gettext("Not found"),
                    gettext(
                        '"%(name)s" does not exist any more and was not run. The menu has been refreshed.'
                    )
                );
            }
            if (code === "overloaded") {
                return say(
                    gettext("Too many commands at once"),
                    gettext(
                        'So many commands are running that "%(name)s" was not started. Run it again once another one has finished.'
                    )
                );
            }
            if ([400, 409].includes(response.status) && error) {
                return {
                    title: _.sprintf(gettext('"%(name)s" was not started'), {
                        name: command.name
                    }),
                    text: SystemCommands.ErrorTexts.isBusy(response)
                        ? SystemCommands.ErrorTexts.busy()
                        : error
                };
            }
            if (!error) {
                // not OctoPrint's answer, but that of a proxy in front of it
                return failed(
                    _.sprintf(
                        gettext(
                            "The server could not be reached (%(status)s %(reason)s). Wait a moment and run the command again."
                        ),
                        {status: response.status, reason: response.statusText}
                    )
                );
            }

            if (code) return failed(error);

            // OctoPrint has run it itself, and has no codes
            const [, head, output] = error.match(/^([^]*?)(\n\nSTDOUT:\n[^]*)?$/);
            const returnCode = head.match(/failed with return code (-?\d+):?$/);
            return failed(
                returnCode
                    ? _.sprintf(gettext("It ended with return code %(code)s."), {
                          code: returnCode[1]
                      })
                    : head,
                output && SystemCommands.ErrorTexts._withoutEmptyParts(output)
            );
        },

        // what is wrong, for programs; undefined if it is not this plugin that has answered
        codeOf: (response) => response.responseJSON && response.responseJSON.code,

        // that the command is running already, and must not be run beside that
        isBusy: (response) => SystemCommands.ErrorTexts.codeOf(response) === "busy",
        busy: () =>
            gettext("It is running already. Wait until it has ended, or stop it."),

        // what is wrong with the arguments: [{argument, message}]
        problemsOf: (response) => {
            const problems = response.responseJSON && response.responseJSON.problems;
            return response.status === 400 && _.isArray(problems) ? problems : [];
        },

        _errorOf: (response) => {
            const error = response.responseJSON && response.responseJSON.error;
            return _.isString(error) ? error : undefined;
        },

        _withoutEmptyParts: (output) => {
            const parts = output.match(/^\n\nSTDOUT:\n([^]*?)\n\nSTDERR:\n([^]*)$/);
            if (!parts) return output.trim();

            const stdout = parts[1].trimEnd();
            const stderr = parts[2].trimEnd();
            if (!stdout || !stderr) return stdout || stderr;
            return "STDOUT:\n" + stdout + "\n\nSTDERR:\n" + stderr;
        }
    };
})();
