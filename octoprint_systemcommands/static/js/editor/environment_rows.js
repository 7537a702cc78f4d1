(function () {
    // The environment variables that a command gets, as rows of names and values.
    //   onTouch   is called when one of them is changed
    SystemCommands.EnvironmentRows = function (onTouch) {
        const self = this;

        // [{name, value}], both observables
        self.rows = ko.observableArray([]);
        self.result = ko.pureComputed(() =>
            self
                .rows()
                .map((row) => ({name: row.name(), value: row.value()}))
                .filter((variable) => variable.name || variable.value)
        );

        self._add = (variable) => {
            const row = {
                name: ko.observable(variable.name),
                value: ko.observable(variable.value)
            };
            [row.name, row.value].forEach((value) => value.subscribe(onTouch));
            self.rows.push(row);
        };

        self.load = (variables) => {
            self.rows([]);
            variables.forEach(self._add);
        };

        self.add = () => {
            self._add({name: "", value: ""});
            $("#systemcommands_add_variable")
                .parent()
                .find(".systemcommands-variables input")
                .slice(-2)
                .first()
                .focus();
        };

        self.remove = (row, event) => {
            SystemCommands.DialogFocus.keepWhileRemoving(
                event,
                () => self.rows.remove(row),
                "#systemcommands_add_variable"
            );
        };
    };
})();
