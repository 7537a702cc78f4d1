(function () {
    // Runs a command that is not saved yet. Its arguments are asked for first.
    //   options   definitions (sends it), triggering (asks for the arguments), runs (shows
    //             the run), onError (called with what to say when it was not started)
    window.SystemCommandsTryout = function (options) {
        const self = this;

        self.isStarting = ko.observable(false);

        self.start = (entry) => {
            const command = self._commandOf(entry);
            const start = (values, callbacks) => {
                const data = {definition: entry, arguments: values};
                self._send(command, data, callbacks);
            };
            if (command.arguments.length) {
                options.triggering.formRequests.notifySubscribers({
                    command: command,
                    // those that another command was run with are not for this one
                    values: {},
                    start: start
                });
            } else {
                start(undefined, {
                    onRequest: self._onRequest,
                    onStarted: options.runs.show,
                    onFailed: (response) =>
                        options.onError(options.definitions.errorOf(response))
                });
            }
        };

        // the entry as the menu would have it
        self._commandOf = (entry) => ({
            source: "custom",
            action: entry.action,
            name: SystemCommandsEntries.nameOf(entry),
            description: entry.description,
            arguments: _.map(entry.arguments, SystemCommandsArgumentFields.toSpec),
            whilePrinting: entry.while_printing,
            maxTemperature: entry.max_temperature,
            showOutput: "always"
        });

        self._onRequest = (request) => {
            self.isStarting(true);
            request.always(() => self.isStarting(false));
        };

        self._send = (command, data, callbacks) => {
            const request = options.definitions
                .post("test", data)
                .done(callbacks.onStarted)
                .fail((response) => {
                    const reason = (response.responseJSON || {}).reason;
                    if (reason === "confirm" && !data.confirmed) {
                        SystemCommandsConfirm(
                            command,
                            {print: true},
                            () =>
                                self._send(
                                    command,
                                    {...data, confirmed: true},
                                    callbacks
                                ),
                            callbacks.onCancelled
                        );
                    } else {
                        callbacks.onFailed(response);
                    }
                });
            callbacks.onRequest(request);
        };
    };
})();
