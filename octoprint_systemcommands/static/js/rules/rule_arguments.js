(function () {
    // What a rule gives to its command: the fields of the command's form, with values that
    // stand in the rule.
    //   uploads   what there is to choose from, for files
    //   form      the name of the form, see SystemCommands.ArgumentField
    SystemCommands.RuleArguments = function (uploads, form) {
        const self = this;

        self.uploads = uploads;
        self.fields = ko.observableArray([]);
        self._values = {};

        // specs: what the command asks for; values: what stands in the rule
        self.load = (specs, values) => {
            self._values = values;
            self.fields(
                specs.map((spec) => {
                    const field = new SystemCommands.ArgumentField(spec, uploads, form);
                    if (_.has(values, spec.name)) {
                        const value = values[spec.name];
                        field.value(spec.type === "toggle" ? value === true : `${value}`);
                    }
                    return field;
                })
            );
            if (specs.some((spec) => spec.type === "file")) uploads.load();
        };

        // what was entered stays, as far as there is a place for it
        self.become = (specs) => {
            self.load(specs, {...self._values, ...self.result()});
        };

        // those that nobody has entered are left to the command's defaults
        self.result = ko.pureComputed(() => {
            const result = {};
            self.fields().forEach((field) => {
                const value = field.isChanged() ? field.toJson() : null;
                if (value !== null) result[field.name] = value;
            });
            return result;
        });
    };
})();
