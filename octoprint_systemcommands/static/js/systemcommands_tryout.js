(function () {
    // Runs a command that is not saved yet. Its arguments are asked for first.
    //   definitions   sends it
    //   runs          shows the run, and asks for the arguments
    //   onError       is called with what to say when it was not started
    window.SystemCommandsTryout = function (definitions, runs, onError) {
        const self = this;

        self.isStarting = ko.observable(false);

        self.start = (entry) => {
            const specs = _.map(entry.arguments, SystemCommandsArguments.toSpec);
            if (specs.length) {
                runs.ask({
                    title: SystemCommandsEntries.nameOf(entry),
                    arguments: specs,
                    submit: (values, confirmed) => self._post(entry, values, confirmed)
                });
            } else {
                self._startAtOnce(entry);
            }
        };

        self._post = (entry, values, confirmed) => {
            const data = {definition: entry, confirmed: !!confirmed};
            if (values) data.arguments = values;
            return definitions.post("test", data);
        };

        self._startAtOnce = (entry, confirmed) => {
            self.isStarting(true);
            self._post(entry, undefined, confirmed)
                .done(runs.show)
                .fail((response) => {
                    const reason = (response.responseJSON || {}).reason;
                    if (response.status === 409 && reason === "confirm" && !confirmed) {
                        self._askAboutPrint(definitions.errorOf(response), () =>
                            self._startAtOnce(entry, true)
                        );
                    } else {
                        onError(definitions.errorOf(response));
                    }
                })
                .always(() => self.isStarting(false));
        };

        self._askAboutPrint = (message, proceed) => {
            showConfirmationDialog({
                title: gettext("A print is under way"),
                message: _.escape(message),
                question: "",
                proceed: gettext("Run it all the same"),
                onproceed: proceed
            })
                .find(".modal-footer [data-dismiss]")
                .focus();
        };
    };
})();
