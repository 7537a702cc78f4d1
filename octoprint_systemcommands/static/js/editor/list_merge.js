(function () {
    // the entries of a list by what tells them from each other, in their order
    const toMap = (list) => {
        const items = SystemCommands.ListDiff.keyed(list);
        return new Map(items.map((item) => [item.key, item.entry]));
    };

    // of what is in both lists, what stands elsewhere in the second one
    const movedIn = (list, base) => {
        const places = new Map([...base.keys()].map((key, index) => [key, index]));
        const common = [...list.keys()].filter((key) => places.has(key));
        const stayed = SystemCommands.ListDiff.inOrder(
            common.map((key) => places.get(key))
        );
        return common.filter((key) => !stayed.has(places.get(key)));
    };

    const orderOf = (list, other) => [...list.keys()].filter((key) => other.has(key));

    // Puts some keys where another order has them: after the one that they come after there,
    // or at the end.
    const insert = (keys, floating, order) => {
        const result = keys.filter((key) => !floating.has(key));
        const there = new Set(result);
        let lastFixed = -1;
        order.forEach((key, index) => {
            if (there.has(key)) lastFixed = index;
        });
        order.forEach((key, index) => {
            if (!floating.has(key)) return;
            let before = index - 1;
            while (before >= 0 && !there.has(order[before])) before--;
            const place = before >= 0 ? result.indexOf(order[before]) + 1 : 0;
            result.splice(index > lastFixed ? result.length : place, 0, key);
            there.add(key);
        });
        return result;
    };

    // Two lists that were made of the same one. What only one of them has changed can be had
    // together with what only the other one has.
    //   clashes       [{key, base, theirs, mine}]: what both have changed, each in its way;
    //                 undefined is one that is not there (any more)
    //   isOrderClash  whether both have moved the same entries to different places
    //   merge         the list; given a choice ("theirs" or "mine") for the key of each clash,
    //                 and for "order" if that is one
    SystemCommands.ListMerge = function (base, theirs, mine) {
        const lists = {base: toMap(base), theirs: toMap(theirs), mine: toMap(mine)};
        const keys = new Set([...lists.theirs.keys(), ...lists.mine.keys()]);
        const moved = movedIn(lists.mine, lists.base);
        const theirMoved = movedIn(lists.theirs, lists.base);

        this.clashes = [];
        const decided = new Map();
        // those that are in neither list are gone, whoever has deleted them
        keys.forEach((key) => {
            const [from, their, my] = ["base", "theirs", "mine"].map((name) =>
                lists[name].get(key)
            );
            if (_.isEqual(their, my) || _.isEqual(from, my)) decided.set(key, "theirs");
            else if (_.isEqual(from, their)) decided.set(key, "mine");
            else this.clashes.push({key: key, base: from, theirs: their, mine: my});
        });

        this.isOrderClash =
            moved.some((key) => theirMoved.includes(key)) &&
            !_.isEqual(
                orderOf(lists.theirs, lists.mine),
                orderOf(lists.mine, lists.theirs)
            );

        this.merge = (choices) => {
            const entries = new Map();
            keys.forEach((key) => {
                const side = decided.get(key) || choices[key];
                const entry = lists[side].get(key);
                if (entry !== undefined) entries.set(key, entry);
            });
            const [first, second] =
                this.isOrderClash && choices.order === "mine"
                    ? ["mine", "theirs"]
                    : ["theirs", "mine"];
            const movedToo = this.isOrderClash ? [] : moved;
            const floating = [...entries.keys()].filter(
                (key) => !lists[first].has(key) || movedToo.includes(key)
            );
            const order = insert(
                [...lists[first].keys()].filter((key) => entries.has(key)),
                new Set(floating),
                [...lists[second].keys()]
            );
            return order.map((key) => entries.get(key));
        };
    };
})();
