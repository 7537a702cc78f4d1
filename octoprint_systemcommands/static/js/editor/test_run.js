(function () {
    // Runs a command that is not saved yet, and shows beside it what comes of that: the
    // fields for its arguments, and its run.
    //   options   definitions (sends it), guards, mayListFiles, runs, notices,
    //             onSubmit (somebody wants it run, from its form), onLayout,
    //             onError (called with what to say when it was not started)
    SystemCommands.TestRun = function (options) {
        const self = this;

        self.isShown = ko.observable(false);
        self.isStarting = ko.observable(false);
        // the fields for its arguments, undefined without any
        self.form = ko.observable();
        // SystemCommands.RunView, as soon as there is an element for it
        self.run = ko.observable();
        self.isActive = ko.pureComputed(() => !!self.run() && self.run().isActive());
        self.isRun = ko.pureComputed(() => !!self.run() && !!self.run().run());

        self.onStartup = (element) => {
            self._element = element;
            self.run(
                new SystemCommands.RunView(
                    $(element).find(".systemcommands-terminal")[0],
                    options.runs,
                    {onLayout: options.onLayout}
                )
            );
        };

        // what is on its way belongs to nobody then
        self.reset = () => {
            self._session = {};
            self._specs = undefined;
            self.form(undefined);
            self.run().reset();
            self.isStarting(false);
            self.isShown(false);
        };

        self.hide = () => {
            self.isShown(false);
            options.onLayout();
        };

        self.start = (entry) => {
            self._entry = entry;
            self._command = self._commandOf(entry);
            const isOther = self._makeForm();
            self.isShown(true);
            options.onLayout();
            if (!self.form()) {
                self._send({definition: entry}, {});
            } else {
                // what has to be entered first is asked for, which is no mistake yet
                const open = self.form().fields.find((field) => field.problem());
                if (isOther && open) {
                    document.getElementById(open.id).focus();
                } else {
                    self._submit();
                }
            }
            self._element.scrollIntoView({block: "nearest"});
        };

        // the entry as the menu would have it
        self._commandOf = (entry) =>
            new SystemCommands.Command({
                source: "custom",
                action: entry.action,
                name: SystemCommands.DefinitionForm.nameOf(entry),
                arguments: _.map(
                    entry.arguments,
                    SystemCommands.ArgumentDefinition.toSpec
                ),
                while_printing: entry.while_printing,
                max_temperature: entry.max_temperature
            });

        // True if the fields are others than before. What was entered stays, as far as there
        // is a place for it.
        self._makeForm = () => {
            const specs = self._command.arguments;
            if (_.isEqual(specs, self._specs)) return false;
            self._specs = specs;
            const before = self.form() ? self.form().fields : [];
            if (!specs.length) {
                self.form(undefined);
                return true;
            }
            const request = {
                command: self._command,
                // those that another command was run with are not for this one
                values: {},
                start: (values, callbacks) => {
                    self._send({definition: self._entry, arguments: values}, callbacks);
                }
            };
            const form = new SystemCommands.ArgumentForm(request, {
                form: "systemcommands_tryout",
                mayListFiles: options.mayListFiles(),
                refusal: options.guards.refusal,
                isShown: () => self.form() === form
            });
            // what is to be run has to be looked at first
            self._submit = form.submit;
            form.submit = options.onSubmit;
            form.fields.forEach((field) => {
                const old = _.find(before, {name: field.name, type: field.type});
                if (old && old.isChanged()) field.value(old.value());
            });
            self.form(form);
            form.load();
            return true;
        };

        self._onStarted = (run) => {
            const command = self._command;
            self.run().show(run);
            // who has closed the dialog is told as of other runs
            options.runs.watchOwn(run, (ended) => {
                const shown = self.run().run();
                if (!shown || shown.id !== run.id) {
                    options.notices.runEnded(command, ended);
                }
            });
            $(self._element)
                .find(".systemcommands-screen")[0]
                .scrollIntoView({block: "nearest"});
        };

        self._send = (data, callbacks) => {
            const session = self._session;
            const isWanted = () => session === self._session;
            SystemCommands.Asking(self._command, data, {
                isWanted: isWanted,
                send: (sent) => {
                    self.isStarting(true);
                    const request = options.definitions.post("test", sent).always(() => {
                        if (isWanted()) self.isStarting(false);
                    });
                    if (callbacks.onRequest) callbacks.onRequest(request);
                    return request;
                },
                onDone: self._onStarted,
                onFailed: (response) => {
                    if (!callbacks.onFailed || !callbacks.onFailed(response)) {
                        options.onError(options.definitions.errorOf(response));
                    }
                }
            });
        };
    };
})();
