(function () {
    const MODELS = SystemCommands.ModelFields.arguments;
    const isOfType = SystemCommands.ModelFields.isOfType;
    const COMMON = ["name", "type", "label", "help", "required"];

    const isText = (value) => _.isString(value) || _.isNumber(value);
    const isNothing = (value) => value === undefined || value === null;

    // in the order of the form: its own words of what is wrong come last
    const fieldsOf = (type) => {
        const own = _.without(Object.keys(MODELS[type] || {}), ...COMMON, "error");
        // of yes and no, neither is wrong
        const isChecked = type in MODELS && type !== "toggle";
        return [...COMMON, ...own, ...(isChecked ? ["error"] : [])];
    };
    const isOf = (kinds) => (field, type) => {
        const known = _.get(MODELS, [type, field]) || {};
        return kinds.some((kind) => isOfType(known, kind));
    };
    const isNumeric = isOf(["number", "integer"]);
    const isBoolean = isOf(["boolean"]);
    const isFlag = (field, type) => field === "required" || isBoolean(field, type);

    // what a field shows when there is nothing; undefined: it follows from the others
    const standardOf = (field, type) => {
        if (field === "required") return undefined;
        if (field === "choices") return [];
        return isFlag(field, type) ? false : "";
    };

    // whether the form of the type has a place for such a value
    const isReadable = (field, value, type) => {
        if (!fieldsOf(type).includes(field)) return false;
        if (isNothing(value)) return true;
        if (field === "type") return value in MODELS;
        if (field === "choices") return _.isArray(value);
        if (isFlag(field, type)) return _.isBoolean(value);
        return isNumeric(field, type) ? _.isNumber(value) : isText(value);
    };

    const toField = (field, value, type) => {
        if (isNothing(value) || !isReadable(field, value, type)) {
            return standardOf(field, type);
        }
        const isKept = field === "choices" || isFlag(field, type);
        return isKept ? value : String(value);
    };

    // undefined: it need not be written down
    const fromField = (field, value, type) => {
        if (_.isEqual(value, standardOf(field, type))) return undefined;
        // what is no number stays a text, about which the server has something to say
        if (isNumeric(field, type) && isFinite(value) && value.trim()) {
            return Number(value);
        }
        return value;
    };

    const typeOf = (raw) =>
        toField("type", _.isPlainObject(raw) ? raw.type : undefined, "");

    // The arguments of a command as they stand in the file: mappings, usually.
    SystemCommands.ArgumentDefinition = {
        types: Object.keys(MODELS),
        max: _.get(SystemCommands.ModelFields.definition, "arguments.maxItems"),

        fieldsOf: fieldsOf,
        toField: toField,
        isReadable: isReadable,

        titleOf: (type) =>
            ({
                text: gettext("Text"),
                number: gettext("Number"),
                choice: gettext("Choice"),
                toggle: gettext("Toggle"),
                secret: gettext("Secret"),
                file: gettext("File")
            })[type] || "",

        iconOf: (type) =>
            ({
                text: "fa-font",
                number: "fa-hashtag",
                choice: "fa-list-ul",
                toggle: "fa-toggle-on",
                secret: "fa-key",
                file: "fa-file"
            })[type] || "fa-question",

        // the environment variable that the command finds the value in
        variableOf: (name) => "SC_" + name.toUpperCase(),

        // A name made of what people call it, which is none of the others.
        nameFor: (label, type, others) => {
            const plain = label
                .toLowerCase()
                .replace(/[äöüßæø]/g, (letter) => {
                    return {ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "oe"}[letter];
                })
                .normalize("NFKD")
                .replace(/[\u0300-\u036f]/g, "")
                .replace(/[^a-z0-9]+/g, "_")
                .replace(/^_|_$/g, "");
            const kind = type || "argument";
            // it has to begin with a letter
            const base = /^[a-z]/.test(plain)
                ? plain
                : _.compact([kind, plain]).join("_");
            const most = (MODELS[type] || MODELS.text).name.maxLength;
            let name = base.slice(0, most).replace(/_$/, "");
            for (let number = 2; others.includes(name); number++) {
                const end = "_" + number;
                name = base.slice(0, most - end.length).replace(/_$/, "") + end;
            }
            return name;
        },

        // the fields that its type has, with texts for all but choices and yes or no
        toForm: (raw) => {
            const type = typeOf(raw);
            const from = _.isPlainObject(raw) ? raw : {};
            return _.object(
                fieldsOf(type).map((field) => [field, toField(field, from[field], type)])
            );
        },

        // The argument with what was changed in the form. All else stays as it was written.
        //   form    the fields of the type that it has now
        fromForm: (raw, form) => {
            const before = SystemCommands.ArgumentDefinition.toForm(raw);
            if (_.isEqual(form, before)) return raw;
            const isOther = form.type !== before.type;
            const gone = _.difference(Object.keys(before), Object.keys(form));
            const result = _.isPlainObject(raw) ? _.omit(raw, gone) : {};
            _.forOwn(form, (value, field) => {
                // a default of 5 is not the same for a text and for a number
                const isKept = !isOther || COMMON.includes(field);
                if (isKept && _.isEqual(value, before[field])) return;
                const written = fromField(field, value, form.type);
                if (written === undefined) {
                    delete result[field];
                } else {
                    result[field] = written;
                }
            });
            return result;
        },

        // what the form has no place for, of an argument that has become another one
        leftovers: (raw, result) => {
            if (!_.isPlainObject(raw)) return [];
            const type = typeOf(result);
            return Object.keys(raw)
                .filter((field) => _.isEqual(raw[field], result[field]))
                .filter((field) => !isReadable(field, raw[field], type))
                .map((field) => ({
                    name: field,
                    // whether it is a text tells what is wrong with it
                    value: fieldsOf(type).includes(field)
                        ? JSON.stringify(raw[field])
                        : SystemCommands.DefinitionForm.textOf(raw[field])
                }));
        },

        // without a word about it in the file: a default is there to be taken or replaced
        isRequiredByItself: (raw) => _.get(raw, "default") !== "",

        // the argument as the form of a run needs it; the server has nothing against it
        toSpec: (raw) => {
            const hasDefault = !isNothing(raw.default) || raw.type === "toggle";
            const spec = _.omit(_.pick(raw, fieldsOf(raw.type)), isNothing);
            spec.label = raw.label ? String(raw.label) : raw.name;
            if (!_.isBoolean(spec.required)) {
                spec.required = SystemCommands.ArgumentDefinition.isRequiredByItself(raw);
            }
            if (raw.type === "toggle") spec.default = !!raw.default;
            if (raw.type === "choice") {
                spec.choices = raw.choices.map((choice) => {
                    const {value, label} = SystemCommands.Choices.partsOf(choice);
                    return {value: value, label: label || value};
                });
                if (hasDefault) spec.default = String(raw.default);
            }
            return spec;
        }
    };
})();
