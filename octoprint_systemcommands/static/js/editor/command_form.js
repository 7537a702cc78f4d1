(function () {
    const entries = SystemCommands.DefinitionForm;
    const PLAIN_FIELDS = _.without(entries.fields, "environment", "arguments", "groups");

    // A definition in a form: what stands in the file goes in, and what is to stand there
    // comes out. What was not changed stays as it was written.
    //   onTouch(field)   a field was changed
    SystemCommands.CommandForm = function (onTouch) {
        const self = this;

        // what it began with
        self.entry = ko.observable({});
        self._before = {};

        const usual = entries.toForm({});
        self.fields = {};
        PLAIN_FIELDS.forEach((field) => {
            // Knockout changes the list of what is checked itself
            self.fields[field] = ko.observable(_.clone(usual[field]));
            self.fields[field].subscribe(() => onTouch(field));
        });
        self.environment = new SystemCommands.EnvironmentRows(() =>
            onTouch("environment")
        );
        self.argumentEditor = new SystemCommands.ArgumentEditor(
            () => onTouch("arguments"),
            // what they are for
            ko.pureComputed(() => {
                const {type, command, on, off} = self.fields;
                if (type() !== "toggle") return command();
                return _.compact([on(), off()]).join("\n");
            })
        );
        self.access = new SystemCommands.GroupChoice();
        self.access.chosen.subscribe(() => onTouch("groups"));
        // fields that have no place in the form
        self.leftovers = ko.observableArray([]);
        self._removed = ko.observableArray([]);

        // isShown: its arguments were there before, and tell what is wrong with them
        self.load = (entry, isShown) => {
            const isText = _.isString(entry);
            self.entry(_.isPlainObject(entry) || isText ? entry : {});
            self._before = entries.toForm(entry);
            _.forEach(self.fields, (field, name) => field(_.clone(self._before[name])));
            // a line that is no mapping yet
            if (isText) self.fields.command(entry);
            self.environment.load(self._before.environment);
            self.argumentEditor.load(self._before.arguments, isShown);
            self.access.load(self._before.groups);
            self.leftovers(entries.leftovers(entry));
            self._removed([]);
        };

        self._values = ko.pureComputed(() => ({
            ..._.mapValues(self.fields, (value) => value()),
            arguments: self.argumentEditor.result(),
            groups: self.access.chosen(),
            environment: self.environment.result()
        }));
        self.result = ko.pureComputed(() => {
            const kept = _.isPlainObject(self.entry())
                ? _.omit(self.entry(), self._removed())
                : self.entry();
            return entries.fromForm(kept, self._before, self._values());
        });

        self.removeLeftover = (field, event) => {
            SystemCommands.DialogFocus.keepWhileRemoving(
                event,
                () => {
                    self._removed.push(field.name);
                    self.leftovers.remove(field);
                },
                "#systemcommands_field_action"
            );
        };
    };
})();
