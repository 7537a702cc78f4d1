(function () {
    const FIELDS = SystemCommands.ModelFields.definition;
    const isOfType = SystemCommands.ModelFields.isOfType;

    const CHOICES = _.mapValues(
        _.pick(FIELDS, (field) => field.enum),
        (field) => _.compact(field.enum)
    );

    const isNumber = (field) =>
        isOfType(field, "number") && !isOfType(field, "string") && !field.enum;

    // What the dialog shows for a field that is not there.
    const DEFAULTS = _.mapValues(FIELDS, (field) => {
        if (field.enum || isOfType(field, "string")) return field.default || "";
        // an environment is a list of rows in the form
        if (isOfType(field, "array") || isOfType(field, "object")) return [];
        return isOfType(field, "boolean") ? !!field.default : "";
    });

    const isText = (value) => _.isString(value) || _.isNumber(value);

    // undefined when there is no way to show it
    const toField = (field, value) => {
        const standard = DEFAULTS[field];
        if (value === undefined || value === null) return standard;
        if (_.isBoolean(standard)) return _.isBoolean(value) ? value : undefined;
        if (CHOICES[field]) return CHOICES[field].includes(value) ? value : undefined;
        // those that make the form of it keep what they cannot show
        if (field === "arguments") return _.isArray(value) ? value : undefined;
        if (field === "groups") {
            return _.isArray(value) && value.every(isText) ? value : undefined;
        }
        if (field === "environment") {
            if (!_.isPlainObject(value) || !_.every(value, isText)) return undefined;
            return _.map(value, (text, name) => ({name: name, value: String(text)}));
        }
        if (field === "confirm" && value === false) return "";
        return isText(value) ? String(value) : undefined;
    };

    const fromField = (field, value) => {
        if (field === "environment") {
            return _.object(value.map((variable) => [variable.name, variable.value]));
        }
        // what is no number stays a text, about which the server has something to say
        if (isNumber(FIELDS[field]) && isFinite(value) && value.trim()) {
            return Number(value);
        }
        return value;
    };

    // The entries of the list as they stand in config.yaml: mappings, usually.
    SystemCommands.DefinitionForm = {
        fields: Object.keys(DEFAULTS),

        isDivider: (entry) => _.isPlainObject(entry) && entry.action === "divider",

        // the action, as others must not have it
        actionOf: (entry) => {
            const action = _.isPlainObject(entry) ? entry.action : undefined;
            return isText(action) && action !== "divider" ? String(action) : undefined;
        },

        nameOf: (entry) => {
            if (SystemCommands.DefinitionForm.isDivider(entry)) return gettext("Divider");
            const candidates = _.isPlainObject(entry) ? [entry.name, entry.action] : [];
            const name = candidates.find((text) => isText(text) && text !== "");
            return name === undefined ? _.trunc(JSON.stringify(entry), 80) : String(name);
        },

        // as the menu would have it
        toCommand: (entry) =>
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
            }),

        // a field for people to read
        textOf: (value) => {
            if (value === undefined) return gettext("(nothing)");
            return _.isString(value) ? value : JSON.stringify(value);
        },

        // where in an entry a problem is, for people: arguments › level › max
        placeOf: (entry, problem) => {
            const path = problem.path || _.compact([problem.field]);
            return path
                .map((part, index) => {
                    if (!_.isNumber(part)) return part;
                    const name = _.get(entry, [...path.slice(0, index + 1), "name"]);
                    return isText(name) && name !== "" ? name : part + 1;
                })
                .join(" › ");
        },

        // people copy the classes that Font Awesome shows: "fas fa-camera"
        iconOf: (icon) => {
            const name = isText(icon)
                ? String(icon).toLowerCase().split("fa-").pop()
                : "";
            return /^[a-z0-9-]+$/.test(name) ? name : undefined;
        },

        // what a list of commands says about each, at a glance: [{icon, text}]
        signsOf: (entry) => {
            if (!_.isPlainObject(entry)) return [];
            const isSome = (value) => _.isArray(value) && value.length > 0;
            const ofPrints = {
                confirm: {
                    icon: "fa-circle-question",
                    text: gettext("Asks during a print")
                },
                refuse: {icon: "fa-ban", text: gettext("Refused during a print")}
            };
            return _.compact([
                isSome(entry.arguments) && {
                    icon: "fa-keyboard",
                    text: gettext("Asks for arguments")
                },
                isSome(entry.groups) && {
                    icon: "fa-users",
                    text: gettext("Open to user groups")
                },
                ofPrints[entry.while_printing],
                isText(entry.max_temperature) && {
                    icon: "fa-temperature-high",
                    text: _.sprintf(gettext("Refused above %(degrees)s °C"), {
                        degrees: entry.max_temperature
                    })
                }
            ]);
        },

        toForm: (entry) => {
            return _.mapValues(DEFAULTS, (standard, field) => {
                const value = toField(field, _.isPlainObject(entry) && entry[field]);
                return value === undefined || !_.isPlainObject(entry) ? standard : value;
            });
        },

        // The entry with what was changed in the form. All else stays as it was written,
        // fields that this version does not know included.
        fromForm: (entry, before, form) => {
            const result = _.isPlainObject(entry) ? {...entry} : {};
            _.forOwn(form, (value, field) => {
                if (_.isEqual(value, before[field])) return;
                if (_.isEqual(value, DEFAULTS[field])) {
                    delete result[field];
                } else {
                    result[field] = fromField(field, value);
                }
            });
            return result;
        },

        // what the form has no place for: unknown fields, and values of another kind
        leftovers: (entry) => {
            if (!_.isPlainObject(entry)) return [];
            return Object.keys(entry)
                .filter(
                    (field) =>
                        !(field in DEFAULTS) || toField(field, entry[field]) === undefined
                )
                .map((field) => ({
                    name: field,
                    value: SystemCommands.DefinitionForm.textOf(entry[field])
                }));
        }
    };
})();
