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
                start(undefined, {onRequest: self._onRequest});
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
                .done((run) => self._onStarted(run, callbacks))
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
                        self._onFailed(response, callbacks);
                    }
                });
            callbacks.onRequest(request);
        };

        // A form says what has become of it, unless somebody has closed it meanwhile.
        self._onStarted = (run, callbacks) => {
            if (callbacks.onStarted && callbacks.onStarted(run)) return;
            options.runs.show(run);
        };

        self._onFailed = (response, callbacks) => {
            if (callbacks.onFailed && callbacks.onFailed(response)) return;
            options.onError(options.definitions.errorOf(response));
        };
    };
})();
