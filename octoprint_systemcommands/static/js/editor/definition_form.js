(function () {
    const FIELDS = SystemCommands.ModelFields.definition;
    const isOfType = SystemCommands.ModelFields.isOfType;

    const CHOICES = _.mapValues(
        _.pick(FIELDS, (field) => field.enum),
        (field) => _.compact(field.enum)
    );

    const isNumber = (field) =>
        (isOfType(field, "number") || isOfType(field, "integer")) &&
        !isOfType(field, "string") &&
        !field.enum;

    // What the dialog shows for a field that is not there.
    const DEFAULTS = _.mapValues(FIELDS, (field) => {
        if (field.enum || isOfType(field, "string")) return field.default || "";
        // an environment is a list of rows in the form
        if (isOfType(field, "array") || isOfType(field, "object")) {
            return field.default || [];
        }
        if (isOfType(field, "boolean")) return !!field.default;
        return _.isNumber(field.default) ? String(field.default) : "";
    });

    // where it may stand, in the order in which this is written
    const PLACES = ["menu", "sidebar", "navbar"];
    // lists of what is ticked
    const TICKED = {
        show_in: PLACES,
        gcode_script: ["before_print", "after_print", "on_pause", "on_resume"]
    };

    // What each type does without: its fields are not shown, and stay in the file.
    const UNUSED = SystemCommands.ModelFields.unused;

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
        if (TICKED[field]) {
            const ticked = [].concat(value);
            return _.difference(ticked, TICKED[field]).length ? undefined : ticked;
        }
        if (field === "environment") {
            if (!_.isPlainObject(value) || !_.every(value, isText)) return undefined;
            return _.map(value, (text, name) => ({name: name, value: String(text)}));
        }
        if (field === "confirm" && value === false) return "";
        return isText(value) ? String(value) : undefined;
    };

    const fromField = (field, value) => {
        if (TICKED[field]) return TICKED[field].filter((one) => value.includes(one));
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
        places: PLACES,

        // whether a type has a use for a field
        uses: (type, field) => !_.includes(UNUSED[type], field),

        // command, toggle or status
        typeOf: (entry) => {
            const type = _.isPlainObject(entry) && entry.type;
            return _.has(UNUSED, type) ? type : "command";
        },

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
                ignore: entry.ignore,
                while_printing: entry.while_printing,
                max_temperature: entry.max_temperature,
                type: SystemCommands.DefinitionForm.typeOf(entry),
                guards: entry.guards,
                show_in: entry.show_in,
                color: entry.color,
                has_state: !!entry.state
            }),

        // all that it may have a shell run, for people
        linesOf: (entry) => {
            const {typeOf, uses} = SystemCommands.DefinitionForm;
            return ["command", "on", "off", "state"]
                .filter((field) => uses(typeOf(entry), field))
                .map((field) => _.get(entry, field))
                .filter(isText)
                .join("\n");
        },

        // of "light:on": what is switched, and to what
        switched: (action) => {
            const [, base, to] = /^(.+):(on|off)$/.exec(action) || [];
            return base ? {base: base, to: to} : {base: String(action), to: undefined};
        },

        // What a rule may run: a toggle in either direction, or to the other one; nothing of
        // a status.
        toRunnable: (entry) => {
            const {typeOf, toCommand} = SystemCommands.DefinitionForm;
            const type = typeOf(entry);
            if (type !== "toggle") return type === "status" ? [] : [toCommand(entry)];
            const switched = (to, text) => {
                const isGuarded = to !== "on" || entry.guards === "both";
                return toCommand({
                    ...(isGuarded
                        ? entry
                        : _.omit(entry, "while_printing", "max_temperature")),
                    action: to ? `${entry.action}:${to}` : entry.action,
                    name: _.sprintf(text, {name: toCommand(entry).name})
                });
            };
            return [
                switched("on", gettext("%(name)s: switch on")),
                switched("off", gettext("%(name)s: switch off")),
                switched("", gettext("%(name)s: toggle"))
            ];
        },

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

        // as they are shown beside an entry
        shownProblems: (entry, problems) =>
            problems.map((problem) => ({
                place: SystemCommands.DefinitionForm.placeOf(entry, problem),
                message: problem.message
            })),

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
            const {typeOf, uses} = SystemCommands.DefinitionForm;
            const has = (field) => uses(typeOf(entry), field);
            const places = _.isArray(entry.show_in) ? entry.show_in : ["menu"];
            const ofType = {
                toggle: {icon: "fa-toggle-on", text: gettext("Toggle")},
                status: {icon: "fa-gauge", text: gettext("Status")}
            };
            const ofPrints = {
                confirm: {
                    icon: "fa-circle-question",
                    text: gettext("Asks during a print")
                },
                refuse: {icon: "fa-ban", text: gettext("Refused during a print")}
            };
            return _.compact([
                ofType[entry.type],
                places.includes("sidebar") && {
                    icon: "fa-table-columns",
                    text: gettext("In the panel")
                },
                places.includes("navbar") && {
                    icon: "fa-window-maximize",
                    text: gettext("In the navigation bar")
                },
                !places.length && {icon: "fa-eye-slash", text: gettext("Not to be seen")},
                has("arguments") &&
                    isSome(entry.arguments) && {
                        icon: "fa-keyboard",
                        text: gettext("Asks for arguments")
                    },
                isSome(entry.groups) && {
                    icon: "fa-users",
                    text: gettext("Open to user groups")
                },
                has("gcode") &&
                    entry.gcode === true && {
                        icon: "fa-code",
                        text: gettext("Open to G-code")
                    },
                entry.mqtt === true && {
                    icon: "fa-tower-broadcast",
                    text: gettext("Open to MQTT")
                },
                has("while_printing") && ofPrints[entry.while_printing],
                has("max_temperature") &&
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
                const written = fromField(field, value);
                const isUsual = [value, written].some((one) =>
                    _.isEqual(one, DEFAULTS[field])
                );
                if (isUsual || (isNumber(FIELDS[field]) && value === "")) {
                    delete result[field];
                } else {
                    result[field] = written;
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
