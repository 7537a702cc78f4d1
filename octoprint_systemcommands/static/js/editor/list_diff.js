(function () {
    const entries = SystemCommands.DefinitionForm;

    // Entries of two lists are the same one when they have the same key: the action is the
    // name that lasts, dividers and broken entries are counted.
    const keyed = (list) => {
        const seen = new Map();
        return list.map((entry) => {
            const action = entries.actionOf(entry);
            const base =
                action === undefined ? JSON.stringify(entry) : "action " + action;
            const count = (seen.get(base) || 0) + 1;
            seen.set(base, count);
            return {key: base + " " + count, entry: entry};
        });
    };

    // the largest part of the numbers that is in order already
    const inOrder = (numbers) => {
        const best = numbers.map(() => 1);
        const before = numbers.map(() => -1);
        let last = numbers.length ? 0 : -1;
        numbers.forEach((number, index) => {
            for (let other = 0; other < index; other++) {
                if (numbers[other] < number && best[other] >= best[index]) {
                    best[index] = best[other] + 1;
                    before[index] = other;
                }
            }
            if (best[index] > best[last]) last = index;
        });
        const result = new Set();
        for (; last >= 0; last = before[last]) result.add(numbers[last]);
        return result;
    };

    const isNothing = (value) => value === undefined || value === null;

    const textOfChoice = (choice) => {
        const {value, label} = SystemCommands.Choices.partsOf(choice);
        if (value === undefined) return entries.textOf(choice);
        return label && label !== value ? `${value} (${label})` : value;
    };

    // what stands in a field, for people
    const textOf = (field, value) => {
        if (!_.isArray(value)) return entries.textOf(value);
        if (!value.length) {
            return field === "show_in" ? gettext("(nowhere)") : entries.textOf(undefined);
        }
        const toText = field === "choices" ? textOfChoice : entries.textOf;
        return value.map(toText).join(", ");
    };

    // an argument, all but its name
    const textOfArgument = (argument) => {
        const known = SystemCommands.ArgumentDefinition.fieldsOf(argument.type);
        return _.union(known, Object.keys(argument))
            .filter((field) => field !== "name" && field in argument)
            .map((field) => `${field}: ${textOf(field, argument[field])}`)
            .join("\n");
    };

    // undefined when they cannot be told from each other
    const byName = (list) => {
        const named = _.isArray(list) ? list : [];
        const result = new Map(
            named.map((argument) => [_.get(argument, "name"), argument])
        );
        const isRight = isNothing(list) || result.size === list.length;
        return isRight && [...result.keys()].every(_.isString) ? result : undefined;
    };

    const compare = (prefix, from, to, fields) => {
        return fields
            .filter((field) => !_.isEqual(from[field], to[field]))
            .map((field) => ({
                name: prefix + field,
                from: textOf(field, from[field]),
                to: textOf(field, to[field])
            }));
    };

    const argumentsOf = (from, to) => {
        const [old, current] = [byName(from), byName(to)];
        if (!old || !current) {
            return [
                {name: "arguments", from: entries.textOf(from), to: entries.textOf(to)}
            ];
        }
        const nothing = entries.textOf(undefined);
        const result = _.union([...old.keys()], [...current.keys()]).flatMap((name) => {
            const [before, after] = [old.get(name), current.get(name)];
            const place = `arguments › ${name}`;
            if (!before) return {name: place, from: nothing, to: textOfArgument(after)};
            if (!after) return {name: place, from: textOfArgument(before), to: nothing};
            const fields = _.union(Object.keys(before), Object.keys(after));
            return compare(place + " › ", before, after, fields);
        });
        const [oldOrder, order] = [
            [...old.keys()].filter((name) => current.has(name)),
            [...current.keys()].filter((name) => old.has(name))
        ];
        if (!_.isEqual(oldOrder, order)) {
            result.push({
                name: "arguments",
                from: oldOrder.join(", "),
                to: order.join(", ")
            });
        }
        return result;
    };

    const fieldsOf = (from, to) => {
        if (!_.isPlainObject(from) || !_.isPlainObject(to)) return [];
        // those that everybody knows first, in the order of the form
        return _.union(entries.fields, Object.keys(from), Object.keys(to)).flatMap(
            (field) =>
                field === "arguments" && !_.isEqual(from[field], to[field])
                    ? argumentsOf(from[field], to[field])
                    : compare("", from, to, [field])
        );
    };

    // What has to happen to the list `from` so that it becomes the list `to`:
    // [{kind: added | removed | changed | moved, label, name, columns, fields: [{name, from, to}]}]
    //   labels   what each kind is called; and columns, if they need it: what stands in from
    //            and in to
    SystemCommands.ListDiff = {
        keyed: keyed,
        inOrder: inOrder,

        between: (from, to, labels) => {
            const old = new Map(
                keyed(from).map((item, index) => [item.key, {...item, index: index}])
            );
            const current = keyed(to);
            const keys = new Set(current.map((item) => item.key));
            const stayed = inOrder(
                current
                    .filter((item) => old.has(item.key))
                    .map((item) => old.get(item.key).index)
            );

            const result = [];
            const add = (kind, entry, fields) => {
                result.push({
                    kind: kind,
                    label: labels[kind],
                    name: entries.nameOf(entry),
                    columns: labels.columns,
                    fields: fields || []
                });
            };
            old.forEach((item) => {
                if (!keys.has(item.key)) add("removed", item.entry);
            });
            current.forEach((item) => {
                const before = old.get(item.key);
                if (!before) {
                    add("added", item.entry);
                    return;
                }
                const fields = fieldsOf(before.entry, item.entry);
                if (fields.length) add("changed", item.entry, fields);
                if (!stayed.has(before.index)) add("moved", item.entry);
            });
            return result;
        }
    };
})();
