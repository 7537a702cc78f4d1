(function () {
    // The entries of OctoPrint's own list, system.actions, beside the plugin's: what was
    // imported can be removed there when the list is saved.
    //   entries   observable: the plugin's list
    SystemCommands.SystemActions = function (entries) {
        const self = this;

        self.rows = ko.observableArray([]);

        // what was imported, if it is still here
        self.isToRemove = (row) => {
            const {linesOf} = SystemCommands.DefinitionForm;
            const lines = linesOf(row.entry());
            return row.remove() && entries().some((entry) => linesOf(entry) === lines);
        };
        self.toRemove = ko.pureComputed(() => self.rows().filter(self.isToRemove));
        self.indexesToRemove = () =>
            self.rows().flatMap((row, index) => (self.isToRemove(row) ? index : []));
        self.keepAll = () => self.rows().forEach((row) => row.remove(false));

        // what the server has there now, some of which may be wanted away already
        self.accept = (response) => {
            const unwanted = self.toRemove().map((row) => row.entry());
            const problems = (response.problems || {}).system_actions;
            const rows = SystemCommands.ListRow.listOf(response.system_actions, problems);
            rows.forEach((row) =>
                row.remove(unwanted.some((other) => _.isEqual(other, row.entry())))
            );
            self.rows(rows);
        };
    };
})();
