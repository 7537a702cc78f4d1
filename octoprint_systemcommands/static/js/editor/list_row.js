(function () {
    let lastId = 0;

    // An entry of the list in the editor: what stands in the file, and how it is shown.
    SystemCommands.ListRow = function (entry, problems) {
        const self = this;
        const entries = SystemCommands.DefinitionForm;

        self.id = ++lastId;
        self.entry = ko.observable(entry);
        self.problems = ko.observable(problems || []);
        self.shownProblems = ko.pureComputed(() =>
            entries.shownProblems(self.entry(), self.problems())
        );
        // for those of system.actions: whether saving takes them out of there
        self.remove = ko.observable(false);

        const field = (name) => {
            return ko.pureComputed(() => {
                const value = _.isPlainObject(self.entry()) && self.entry()[name];
                return _.isString(value) || _.isNumber(value) ? String(value) : "";
            });
        };
        self.isDivider = ko.pureComputed(() => entries.isDivider(self.entry()));
        self.name = ko.pureComputed(() => entries.nameOf(self.entry()));
        self.description = field("description");
        self.command = field("command");
        self.group = field("group");
        self.rawIcon = field("icon");
        self.icon = ko.pureComputed(() => entries.iconOf(self.rawIcon()));
        // [{icon, text}]: what is special about running it
        self.signs = ko.pureComputed(() => entries.signsOf(self.entry()));

        self.fits = (text) => {
            return JSON.stringify(self.entry())
                .toLowerCase()
                .includes(text.toLowerCase());
        };
    };

    // problems: those of each, if there are any
    SystemCommands.ListRow.listOf = (entries, problems) =>
        _.map(
            entries,
            (entry, index) => new SystemCommands.ListRow(entry, (problems || [])[index])
        );

    // Where a group begins its name stands above the entry. The menu gathers all of a group
    // where its first entry is.
    SystemCommands.ListRow.headings = (rows) => {
        const headings = new Map();
        const seen = new Set();
        let last = "";
        rows.forEach((row) => {
            const group = row.isDivider() ? "" : row.group();
            if (group && group !== last) {
                headings.set(row, {name: group, isAgain: seen.has(group)});
                seen.add(group);
            }
            last = group;
        });
        return headings;
    };
})();
