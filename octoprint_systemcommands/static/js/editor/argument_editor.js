(function () {
    const args = SystemCommands.ArgumentDefinition;

    // The arguments of the command in the dialog.
    //   onTouch   is called when one of them is changed
    //   command   an observable, what is run
    SystemCommands.ArgumentEditor = function (onTouch, command) {
        const self = this;

        self.rows = ko.observableArray([]);
        self.result = ko.pureComputed(() => self.rows().map((row) => row.result()));
        // {row, index} of the one that was removed last
        self.removed = ko.observable();
        self.removedText = ko.pureComputed(() => {
            if (!self.removed()) return "";
            const name = self.removed().row.title();
            return _.sprintf(gettext('"%(name)s" was removed.'), {name: name});
        });
        self.announcement = ko.observable("");
        self.clipboard = new SystemCommands.Clipboard();

        self.types = args.types.map((type) => ({
            type: type,
            title: args.titleOf(type),
            icon: args.iconOf(type),
            add: () => self.add(type)
        }));
        // what the command reads, and nobody sets
        self.missing = ko.pureComputed(() => {
            const names = self.rows().map((row) => row.environmentName());
            return _.difference(SystemCommands.Variables.wanted(command()), names).map(
                (variable) => ({
                    text: _.sprintf(gettext("There is no argument for $%(variable)s."), {
                        variable: variable
                    }),
                    add: () => self.add("text", variable.slice(3).toLowerCase())
                })
            );
        });
        self.isFull = ko.pureComputed(() => self.rows().length >= args.max);

        self.load = (raws, showAll) => {
            self.removed(undefined);
            self.announcement("");
            self.rows(raws.map((raw) => self._newRow(raw, {showAll: showAll})));
        };

        self._newRow = (raw, options) => {
            return new SystemCommands.ArgumentRow(raw, {
                ...options,
                command: command,
                onTouch: self._onTouch
            });
        };

        self._onTouch = (row, field) => {
            // whoever has emptied the name is about to type another one
            self._nameAll(field === "name" ? row : undefined);
            if (self.rows().includes(row)) onTouch();
        };

        // names that nobody has chosen give way to those that somebody has
        self._nameAll = (butFor) => {
            self.rows()
                .filter((row) => row.makesName && row !== butFor)
                .forEach((row) => row.nameAfter(self._namesOfOthers(row)));
        };
        self.onNameLeft = () => self._nameAll();
        self._namesOfOthers = (row) => {
            return self
                .rows()
                .filter((other) => other !== row)
                .map((other) => other.form.name());
        };

        //~~ The list of them

        self._elementOf = (row) => $("#systemcommands_defined_" + row.id);
        self._focus = (row, selector) => {
            self._elementOf(row).find(selector).first().focus();
        };

        // name: undefined for one that follows from the label
        self.add = (type, name) => {
            if (self.isFull()) return;
            const row = self._newRow(undefined, {type: type});
            row.nameAfter(self._namesOfOthers(row));
            if (name) row.form.name(name);
            self.removed(undefined);
            self.rows.push(row);
            onTouch();
            $("#systemcommands_arguments_part").prop("open", true);
            self._focus(row, ".systemcommands-fields input");
        };

        self.remove = (row) => {
            const index = self.rows().indexOf(row);
            self.removed({row: row, index: index});
            self.rows.remove(row);
            onTouch();
            const next = self.rows()[Math.min(index, self.rows().length - 1)];
            if (next) {
                self._focus(next, ".systemcommands-delete");
            } else {
                $("#systemcommands_add_argument").find("button").first().focus();
            }
        };

        self.undo = () => {
            const {row, index} = self.removed();
            self.removed(undefined);
            self.rows.splice(index, 0, row);
            self._nameAll();
            onTouch();
            self._focus(row, ".systemcommands-toggle");
        };

        self.order = new SystemCommands.MovableList(self.rows, {
            focus: self._focus,
            nameOf: (row) => row.title(),
            say: self.announcement,
            onMove: () => onTouch()
        });

        self.copy = (row, event) => {
            self.clipboard.copy(row, row.quoted(), $(event.target).closest(".modal")[0]);
        };

        self.insert = (row) => {
            // those of a toggle are for both, and begin where it is switched on
            const [field] = $("#systemcommands_field_command, #systemcommands_field_on");
            SystemCommands.Variables.insert(field, row.environmentName());
        };

        //~~ What is wrong with them

        // Returns what says where a problem of the list as it is now belongs, also when the
        // list has changed by the time that the server answers.
        self.locator = () => {
            const sent = self.rows().map((row) => ({
                row: row,
                choices: row.choices.sent()
            }));
            return (problem) => {
                const [field, index, place, position] = problem.path || [];
                const found = field === "arguments" && sent[index];
                if (!found) return problem;
                const choice = place === "choices" ? found.choices[position] : undefined;
                return {...problem, row: found.row, place: place, choice: choice};
            };
        };

        self.setProblems = (problems) => {
            self.rows().forEach((row) =>
                row.problems(problems.filter((problem) => problem.row === row))
            );
        };
        self.showAll = () => self.rows().forEach((row) => row.showAll(true));
        self.unfoldMistakes = () => {
            self.rows()
                .filter((row) => row.hasMistakes())
                .forEach((row) => row.isOpen(true));
        };
    };
})();
