(function () {
    // with more than these a list is easier to search than to scroll
    const MANY = 12;
    // more take the browser long to draw
    const MOST = 200;

    // The uploaded files to choose from. Who may not list them has to know their names.
    SystemCommands.Uploads = function (mayList) {
        const self = this;

        // undefined while they are being loaded
        self.paths = ko.observable();
        self.isLoading = ko.pureComputed(() => self.isKnown() && !self.paths());
        self.isKnown = ko.observable(mayList);
        self.hasNone = ko.pureComputed(() => !!self.paths() && !self.paths().length);
        self.isMany = ko.pureComputed(() => !!self.paths() && self.paths().length > MANY);

        // those that have the text in their path, and the one that is chosen in any case
        self.matching = (text, chosen) => {
            const paths = self.paths() || [];
            const wanted = text.trim().toLowerCase();
            const found = paths.filter((path) => path.toLowerCase().includes(wanted));
            const shown = found.slice(0, MOST);
            if (chosen && !shown.includes(chosen)) shown.unshift(chosen);
            return shown;
        };

        self.has = (path) => !self.paths() || self.paths().includes(path);

        self.load = () => {
            if (!self.isKnown()) return;
            // that of all places has another form in OctoPrint 2.0
            OctoPrint.files
                .listForLocation("local", true)
                .done((response) => {
                    const paths = flatten(response.files);
                    self.paths(paths.sort((a, b) => a.localeCompare(b)));
                })
                .fail(() =>
                    SystemCommands.DialogFocus.keepDuring(() => self.isKnown(false))
                );
        };
    };

    const flatten = (entries) => {
        return entries.flatMap((entry) => {
            return entry.type === "folder" ? flatten(entry.children || []) : entry.path;
        });
    };
})();
