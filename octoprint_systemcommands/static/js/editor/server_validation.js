(function () {
    // What the server says about the entry in a form, field by field.
    //   ask             sends the entry, returns a promise; called with whether somebody waits
    //                   for it
    //   locator         is called before that; returns what says where a problem belongs, or
    //                   that it is none
    //   onSuggestion    is called with the action or id that the server proposes; true when
    //                   the entry is another one then
    //   fields          of an entry, if it is not a command
    SystemCommands.ServerValidation = function (options) {
        const self = this;
        const fields = options.fields || SystemCommands.DefinitionForm.fields;

        self.problems = ko.observableArray([]);
        // somebody waits for it, and must not go on before
        self.isAwaited = ko.observable(false);
        // an empty form is no mistake yet: without this it is only told of fields that
        // were changed
        self.showAll = ko.observable(false);
        self.touched = _.object(fields.map((field) => [field, ko.observable(false)]));

        self._request = 0;
        self._onVerdict = undefined;

        const messages = (problems) =>
            problems.map((problem) => problem.message).join(" ");
        self.errors = _.object(
            fields.map((field) => [
                field,
                ko.pureComputed(() => {
                    if (!self.showAll() && !self.touched[field]()) return "";
                    return messages(
                        // those of one argument stand there
                        self.problems().filter((p) => p.field === field && !p.row)
                    );
                })
            ])
        );
        self.otherErrors = ko.pureComputed(() => {
            const others = self.problems().filter((p) => !fields.includes(p.field));
            // what the form does not have is known by its name in the file
            return messages(
                others.map((p) => (p.field ? {message: `${p.field}: ${p.message}`} : p))
            );
        });

        // whoever has asked before is not interested any more
        self.reset = (showAll) => {
            self._request++;
            self._onVerdict = undefined;
            self.isAwaited(false);
            self.problems([]);
            self.showAll(!!showAll);
            _.forEach(self.touched, (touched) => touched(false));
        };

        // The latest answer counts: what was asked before gets the answer to what was asked
        // last. The promise is that of this very request, and only of interest until then.
        self.check = (onVerdict, isAwaited) => {
            const request = ++self._request;
            const result = $.Deferred();
            if (onVerdict) self._onVerdict = onVerdict;
            if (isAwaited) self.isAwaited(true);
            const locate = options.locator();
            const onAnswer = (response) => {
                if (request !== self._request) return;
                const suggestion = response.suggested_action || response.suggested_id;
                if (options.onSuggestion(suggestion)) {
                    self.check().then(result.resolve, result.reject);
                    return;
                }
                const then = self._onVerdict;
                self._onVerdict = undefined;
                self.isAwaited(false);
                self.problems(_.compact(response.problems.map(locate)));
                result.resolve();
                if (then) then();
            };
            options
                .ask(self.isAwaited())
                .done((response) => {
                    // what is said about it makes the dialog higher or lower
                    SystemCommands.whenReleased(() => onAnswer(response));
                })
                .fail((response) => {
                    if (request !== self._request) return;
                    self._onVerdict = undefined;
                    self.isAwaited(false);
                    result.reject(response);
                });
            return result.promise();
        };
    };
})();
