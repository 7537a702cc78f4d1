(function () {
    let lastId = 0;

    const args = SystemCommands.ArgumentDefinition;

    // An argument in the dialog of a command.
    //   raw       what stands in the file, undefined for a new one
    //   options   type (of a new one), showAll (mistakes, untouched as it is), onTouch,
    //             command (an observable: what it is an argument of)
    SystemCommands.ArgumentRow = function (raw, options) {
        const self = this;
        const isNew = raw === undefined;

        self.id = ++lastId;
        self.raw = ko.observable(isNew ? {} : raw);
        self.isOpen = ko.observable(isNew);
        // what cannot be read at all
        self.broken = _.isPlainObject(self.raw()) ? "" : JSON.stringify(raw);

        //~~ Fields

        const before = args.toForm(self.raw());
        const initial = (field) => {
            if (_.has(before, field)) return before[field];
            // perhaps it is of use when it becomes an argument of another type
            const value = _.get(self.raw(), field);
            const type = args.types.find((other) => args.isReadable(field, value, other));
            return args.toField(field, value, type);
        };
        self.form = _.object(
            [
                "name",
                "label",
                "help",
                "error",
                "required",
                "pattern",
                "max_length",
                "min",
                "max",
                "step"
            ].map((field) => [field, ko.observable(initial(field))])
        );
        self.form.type = ko.observable(isNew ? options.type : before.type);
        const standard = initial("default");
        self.form.default = ko.observable(_.isString(standard) ? standard : "");
        // the default of a toggle
        self.form.isOn = ko.observable(standard === true);
        self.choices = new SystemCommands.Choices(initial("choices"), {
            errorOf: (choice) => self._errorOf("choices", choice),
            onTouch: () => self._touch("choices"),
            onRename: (from, to) => {
                if (self.form.default() === from) self.form.default(to);
            }
        });

        self.has = (field) => args.fieldsOf(self.form.type()).includes(field);
        self._valueOf = (field) => {
            if (field === "choices") return self.choices.result();
            const isToggle = field === "default" && self.form.type() === "toggle";
            return isToggle ? self.form.isOn() : self.form[field]();
        };
        self.result = ko.pureComputed(() => {
            const fields = args.fieldsOf(self.form.type());
            return args.fromForm(
                self.raw(),
                _.object(fields.map((field) => [field, self._valueOf(field)]))
            );
        });

        self._isRequiredByItself = () => args.isRequiredByItself(self.result());
        self.isRequired = ko.pureComputed({
            read: () => {
                const said = self.form.required();
                return said === undefined ? self._isRequiredByItself() : said;
            },
            write: (value) => {
                const isSaid =
                    value === before.required || value !== self._isRequiredByItself();
                self.form.required(isSaid ? value : undefined);
            }
        });

        //~~ What people see of it

        self.title = ko.pureComputed(
            () => self.form.label() || self.form.name() || gettext("(without a name)")
        );
        self.typeTitle = ko.pureComputed(() => args.titleOf(self.form.type()));
        self.typeIcon = ko.pureComputed(() => args.iconOf(self.form.type()));
        self.variable = ko.pureComputed(() => {
            return self.form.name() ? "$" + args.variableOf(self.form.name()) : "";
        });
        // what the command finds there
        self.meaning = ko.pureComputed(() => {
            const type = self.form.type();
            const isOptional = type !== "toggle" && !self.isRequired();
            return _.compact([
                type === "toggle" && gettext('It is "true" or "false".'),
                type === "file" && gettext("It is the path of the file on the disk."),
                isOptional && gettext("It is empty when nothing was entered.")
            ]).join(" ");
        });
        // how the command has to write it
        self.environmentName = ko.pureComputed(() => {
            return self.form.name() ? args.variableOf(self.form.name()) : "";
        });
        self.quoted = ko.pureComputed(() =>
            SystemCommands.Variables.spell(options.command(), self.environmentName())
        );
        self.isUnused = ko.pureComputed(() => {
            const command = options.command() || "";
            const name = self.environmentName();
            const isBegun = !!command.trim() && !!name;
            return isBegun && !SystemCommands.Variables.uses(command, name);
        });
        self.leftovers = ko.pureComputed(() => args.leftovers(self.raw(), self.result()));
        self.removeLeftover = (field, event) => {
            SystemCommands.DialogFocus.keepWhileRemoving(
                event,
                () => self.raw(_.omit(self.raw(), field.name)),
                `#systemcommands_defined_${self.id} .systemcommands-toggle`
            );
        };
        self.toggle = () => self.isOpen(!self.isOpen());

        //~~ Name and type

        // The name is made of the label, unless the user has a better idea.
        self.makesName = isNew || !before.name;
        self.nameAfter = (others) => {
            const name = args.nameFor(self.form.label(), self.form.type(), others);
            self._madeName = name;
            self.form.name(name);
        };
        self.form.name.subscribe((name) => {
            if (name !== self._madeName) self.makesName = !name;
        });

        self._fits = (text) => {
            if (self.form.type() === "number") return !!text.trim() && isFinite(text);
            if (self.form.type() !== "choice") return true;
            return self.choices.values().some((choice) => choice.value === text);
        };
        self._lastDefault = "";
        self._onType = (type) => {
            self._lastDefault = self.form.default() || self._lastDefault;
            self.form.default(self._fits(self._lastDefault) ? self._lastDefault : "");
            if (type === "choice" && !self.choices.rows().length) self._beginChoices();
        };
        self._beginChoices = () => {
            const isTouched = self._touched.choices();
            self.choices.insert(0);
            // it was not the user who did this
            self._touched.choices(isTouched);
        };

        //~~ What is wrong with it

        // [{place, choice, message}]: a field, or undefined for the argument as a whole
        self.problems = ko.observableArray([]);
        // what was not touched yet is no mistake yet
        self.showAll = ko.observable(!!options.showAll);
        self._touched = _.mapValues({...self.form, choices: true, "": true}, () =>
            ko.observable(false)
        );
        self._touch = (field) => {
            self._touched[field](true);
            self._touched[""](true);
            options.onTouch(self, field);
        };

        // places that cannot be seen, or that are none
        self._placeOf = (problem) => (self.has(problem.place) ? problem.place : "");
        self._messageOf = (problem) => {
            const isElsewhere = problem.place && !self._placeOf(problem);
            return isElsewhere ? `${problem.place} ${problem.message}` : problem.message;
        };
        self._errorOf = (place, choice) => {
            const isTouched = choice ? choice.isTouched() : self._touched[place]();
            if (!self.showAll() && !isTouched) return "";
            return self
                .problems()
                .filter((p) => self._placeOf(p) === place && p.choice === choice)
                .map(self._messageOf)
                .join(" ");
        };
        self.errors = _.mapValues(self._touched, (_touched, place) =>
            ko.pureComputed(() => self._errorOf(place))
        );
        self.error = self.errors[""];
        self.hasMistakes = ko.pureComputed(() => {
            return (
                _.some(self.errors, (error) => error()) ||
                self.choices.rows().some((choice) => choice.error())
            );
        });

        //~~ From here on changes are the user's

        if (isNew) self._onType(self.form.type());
        self.form.type.subscribe(self._onType);
        _.forEach(self.form, (field, name) =>
            field.subscribe(() => self._touch(name === "isOn" ? "default" : name))
        );
    };
})();
