(function () {
    // that many of the last runs are looked through for values that were entered
    const LAST_RUNS = 10;

    // The form in which the arguments of a command are entered.
    //   request    what the trigger asks for: {command, values, start, onStarted}
    //   options    form: a name for it, user: who enters them, mayListFiles: whether the user may,
    //              refusal(command): what is in the way, onStarted(run): it runs,
    //              isShown(): whether the form is still to be seen,
    //              onCancelled(): a question was answered with no
    SystemCommands.ArgumentForm = function (request, options) {
        const self = this;
        const command = request.command;
        const hasFiles = command.arguments.some((spec) => spec.type === "file");

        self.name = command.name;
        self.description = command.description;
        self.uploads = new SystemCommands.Uploads(options.mayListFiles);
        self.fields = command.arguments.map(
            (spec) => new SystemCommands.ArgumentField(spec, self.uploads, options.form)
        );
        self.hasRequired = self.fields.some((field) => field.isRequired);

        self.isSubmitting = ko.observable(false);
        // the server's, as far as it belongs to no field
        self.serversProblem = ko.observable();
        self.alert = ko.pureComputed(() => {
            if (self.serversProblem()) return self.serversProblem();
            // what is under way may be known to run before its answer is here
            if (self.isSubmitting()) return "";
            const refusal = options.refusal(command);
            return refusal ? refusal.text : "";
        });

        //~~ What is known before the user says anything

        self._propose = (values) => {
            if (!values) return;
            self.fields.forEach((field) => {
                if (_.has(values, field.name)) field.proposeLast(values[field.name]);
            });
        };

        // the user's own last values, unless it is known which ones are wanted
        self._loadLastValues = () => {
            OctoPrint.plugins.systemcommands
                .getRuns({
                    source: command.source,
                    action: command.action,
                    user: options.user,
                    limit: LAST_RUNS
                })
                .done((response) => {
                    // of something else that was only tried out
                    const last = response.runs.find((run) => run.trigger !== "test");
                    if (last) self._propose(last.arguments);
                });
        };

        self.load = () => {
            if (hasFiles) self.uploads.load();
            if (request.values) {
                self._propose(request.values);
            } else if (options.user) {
                self._loadLastValues();
            }
        };

        //~~ What users do

        self.submit = () => {
            if (self.isSubmitting()) return;
            self.serversProblem(undefined);
            self.fields.forEach((field) => {
                field.isInspected(true);
                field.serversProblem(undefined);
            });
            if (self._focusMistake()) return;

            const values = {};
            self.fields.forEach((field) => (values[field.name] = field.toJson()));
            // until the request is under way there may be a question, and a password
            request.start(values, {
                onRequest: self._onRequest,
                onStarted: options.onStarted,
                onFailed: self._onFailed,
                onCancelled: options.onCancelled
            });
        };

        self._onRequest = (sent) => {
            self.isSubmitting(true);
            sent.always(() => self.isSubmitting(false));
        };

        self._onFailed = (response) => {
            if (!options.isShown()) return false;
            const others = [];
            SystemCommands.ErrorTexts.problemsOf(response).forEach((problem) => {
                const field = _.find(self.fields, {name: problem.argument});
                if (field) {
                    field.serversProblem(problem.message);
                } else {
                    others.push(problem.message);
                }
            });
            if (!self._focusMistake() && !others.length) {
                const error = SystemCommands.ErrorTexts.explain(command, response);
                others.push([error.text, error.output].filter(Boolean).join("\n"));
            }
            self.serversProblem(others.join("\n"));
            return true;
        };

        // true if there is one
        self._focusMistake = () => {
            const field = self.fields.find((one) => one.mistake());
            if (field) document.getElementById(field.id).focus();
            return !!field;
        };
    };
})();
