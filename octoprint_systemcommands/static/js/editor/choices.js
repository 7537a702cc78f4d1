(function () {
    let lastId = 0;

    const isText = (value) => _.isString(value) || _.isNumber(value);

    // A choice is a text, or a mapping with a label for people. Its value is undefined when
    // it is nothing that can be shown.
    const partsOf = (raw) => {
        const parts = _.isPlainObject(raw) ? raw : {value: raw};
        return {
            value: isText(parts.value) ? String(parts.value) : undefined,
            label: isText(parts.label) ? String(parts.label) : ""
        };
    };

    // One of them in the editor. `raw` is undefined for a new one.
    function ChoiceRow(raw, list) {
        const self = this;
        const parts = partsOf(raw);
        const isNew = raw === undefined;
        const before = [parts.value || "", parts.label];

        self.id = ++lastId;
        self.value = ko.observable(before[0]);
        self.label = ko.observable(before[1]);
        // what is no text can only be replaced by one
        self.oddValue = isNew || parts.value !== undefined ? "" : JSON.stringify(raw);
        self.isTouched = ko.observable(false);
        self.error = ko.pureComputed(() => list.errorOf(self));

        const isKept = () => !isNew && _.isEqual([self.value(), self.label()], before);
        // one that was begun, but has nothing in it
        self.isEmpty = ko.pureComputed(() => {
            return !isKept() && !self.value() && !self.label();
        });
        self.result = ko.pureComputed(() => {
            if (isKept()) return raw;
            const label = self.label() ? {label: self.label()} : {};
            if (_.isPlainObject(raw)) {
                const others = _.omit(raw, "value", "label");
                return {...others, value: self.value(), ...label};
            }
            return self.label() ? {value: self.value(), ...label} : self.value();
        });

        let last;
        self.value.subscribe((value) => (last = value), null, "beforeChange");
        self.value.subscribe((value) => list.onRename(self, last, value));
        [self.value, self.label].forEach((field) =>
            field.subscribe(() => {
                self.isTouched(true);
                list.onTouch();
            })
        );
    }

    // The values of an argument that is a choice, in their order.
    //   raw       what stands in the file
    //   options   errorOf (called with a choice), onTouch, onRename (called with an old and
    //             a new value)
    SystemCommands.Choices = function (raw, options) {
        const self = this;

        self.onTouch = options.onTouch;
        self.errorOf = options.errorOf;
        self.onRename = (choice, from, to) => {
            const isThereStill = self
                .rows()
                .some((other) => other !== choice && other.value() === from);
            if (from && !isThereStill) options.onRename(from, to);
        };

        self.rows = ko.observableArray();
        self.rows(raw.map((choice) => new ChoiceRow(choice, self)));
        self.rows.subscribe(() => self.onTouch());

        // those that the server gets to see
        self.sent = ko.pureComputed(() => self.rows().filter((row) => !row.isEmpty()));
        self.result = ko.pureComputed(() => self.sent().map((row) => row.result()));
        self.values = ko.pureComputed(() => {
            return self.sent().map((row) => ({
                value: row.value(),
                text: row.label() || row.value()
            }));
        });

        self._focus = (row, selector) => {
            $("#systemcommands_choice_" + row.id)
                .find(selector || "input")
                .first()
                .focus();
        };

        self.insert = (index) => {
            const row = new ChoiceRow(undefined, self);
            self.rows.splice(index, 0, row);
            return row;
        };
        self.add = () => self._focus(self.insert(self.rows().length));

        self.remove = (row, event) => {
            const index = self.rows().indexOf(row);
            const cell = $(event.target).closest(".systemcommands-cell");
            self.rows.remove(row);
            const next = self.rows()[Math.min(index, self.rows().length - 1)];
            if (next) {
                self._focus(next, ".systemcommands-delete");
            } else {
                cell.find(".systemcommands-add-choice").focus();
            }
        };

        self.order = new SystemCommands.MovableList(self.rows, {focus: self._focus});

        self.onKeydown = (row, event) => {
            if (!self.order.onKeydown(row, event)) return false;
            // here it is the next choice that one wants, not the end of the dialog
            const isComposing = event.originalEvent.isComposing;
            if (event.key === "Enter" && $(event.target).is("input") && !isComposing) {
                self._focus(self.insert(self.rows().indexOf(row) + 1));
                return false;
            }
            return true;
        };
    };

    SystemCommands.Choices.partsOf = partsOf;
})();
