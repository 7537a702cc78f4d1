(function () {
    const entries = window.SystemCommandsEntries;

    // Entries of two lists are the same one when they have the same key: the action is the
    // name that lasts, dividers and broken entries are counted.
    const keyed = (list) => {
        const seen = new Map();
        return list.map((entry) => {
            const action = entries.actionOf(entry);
            const base = action === undefined ? JSON.stringify(entry) : "action " + action;
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

    const fieldsOf = (from, to) => {
        if (!_.isPlainObject(from) || !_.isPlainObject(to)) return [];
        // those that everybody knows first, in the order of the form
        return _.union(entries.fields, Object.keys(from), Object.keys(to))
            .filter((field) => !_.isEqual(from[field], to[field]))
            .map((field) => ({
                name: field,
                from: entries.textOf(from[field]),
                to: entries.textOf(to[field])
            }));
    };

    // What has to happen to the list `from` so that it becomes the list `to`:
    // [{kind: added | removed | changed | moved, label, name, fields: [{name, from, to}]}]
    //   labels   what each kind is called
    window.SystemCommandsDifference = {
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
