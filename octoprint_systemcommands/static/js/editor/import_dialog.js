$(function () {
    const MAX_SIZE = 2 * 1024 * 1024;

    // Commands from elsewhere: what would be added, and how it would be named.
    function SystemCommandsImportDialogViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];

        self.from = ko.observable("system_actions");
        self.text = ko.observable("");
        self.isLoading = ko.observable(false);
        self.error = ko.observable();
        // undefined before there is an answer
        self.entries = ko.observable();
        self.errors = ko.observableArray([]);
        self.removeThere = ko.observable(false);
        self._options = {};
        self._request = 0;
        self.lock = new SystemCommands.Credentials.Lock(self.definitions, () =>
            self.look()
        );

        self.chosen = ko.pureComputed(() =>
            (self.entries() || []).filter((row) => row.isChosen())
        );
        self.isNothing = ko.pureComputed(
            () => !!self.entries() && !self.entries().length && !self.errors().length
        );
        self.addText = ko.pureComputed(() => {
            return _.sprintf(gettext("Add selected (%(count)s)"), {
                count: self.chosen().length
            });
        });

        // options: from, others, onAdd (called with the entries, and with the places of
        // those that shall be removed from system.actions)
        self.open = (options) => {
            self._options = options;
            self._chosen = undefined;
            self.text("");
            $("#systemcommands_import_file").val("");
            self.removeThere(false);
            self.from(options.from || "system_actions");
            self._reset();
            self.dialog.show();
            self.look();
        };

        self._reset = () => {
            self._request++;
            self.isLoading(false);
            self.error(undefined);
            self.lock.open();
            self.entries(undefined);
            self.errors([]);
        };

        // asks the server, which adds nothing
        self.look = () => {
            self._reset();
            const data = {from: self.from(), others: self._options.others};
            if (data.from === "yaml") {
                data.text = self.text();
                if (!data.text.trim()) return;
            }
            const request = self._request;
            self.isLoading(true);
            self.definitions
                .postQuietly("import", data)
                .done((response) => {
                    if (request !== self._request) return;
                    self.errors(response.errors);
                    self.entries(response.entries.map(self._toRow));
                })
                .fail((response) => {
                    if (request !== self._request || self.lock.explains(response)) return;
                    self.error(self.definitions.errorOf(response));
                })
                .always(() => {
                    if (request !== self._request) return;
                    self.isLoading(false);
                    self.dialog.layout();
                });
        };

        self._toRow = (entry) => {
            const problems = _.map(entry.problems, (problem) => ({
                field: SystemCommands.DefinitionForm.placeOf(entry.definition, problem),
                message: problem.message
            }));
            const isRight = !_.some(entry.problems, {severity: "error"});
            const isThere = _.includes(self._options.others, entry.clash);
            return {
                ...entry,
                name: SystemCommands.DefinitionForm.nameOf(entry.definition),
                action: SystemCommands.DefinitionForm.actionOf(entry.definition),
                icon: SystemCommands.DefinitionForm.iconOf(
                    _.get(entry.definition, "icon")
                ),
                place: _.sprintf(gettext("Entry %(number)s"), {number: entry.index + 1}),
                problems: problems,
                isRight: isRight,
                isThere: isThere,
                twice: self._twiceText(entry.is_used),
                // what is there already is rarely wanted twice
                isChosen: ko.observable(isRight && !isThere)
            };
        };

        self._twiceText = (isUsed) => {
            if (isUsed === null) return "";
            return isUsed
                ? gettext(
                      "This ID is used more than once; so far, this is the one that is run."
                  )
                : gettext("This ID is used more than once; so far, another one is run.");
        };

        self.onFile = (_data, event) => {
            const file = event.target.files[0];
            if (!file) return;
            if (file.size > MAX_SIZE) {
                self._reset();
                self.error(gettext("The file is larger than 2 MiB."));
                return;
            }
            file.text().then((text) => self.text(text));
        };
        // the same file may be chosen again when it has been mended
        self.onFileClick = (_data, event) => {
            self._files = new DataTransfer();
            _.forEach(event.target.files, (file) => self._files.items.add(file));
            event.target.value = "";
            return true;
        };
        // it is still the one that was read
        self.onFileCancel = (_data, event) => {
            event.target.files = self._files.files;
        };

        self.add = () => {
            const chosen = self.chosen();
            const isThere = self.from() === "system_actions" && self.removeThere();
            self._options.onAdd(
                chosen.map((row) => row.definition),
                isThere ? chosen.map((row) => row.index) : []
            );
            self.dialog.hide();
        };

        self.onStartup = () => {
            self.dialog = new SystemCommands.Dialog("#systemcommands_import_dialog");
            self.from.subscribe(() => {
                if (self.dialog.element.is(":visible")) self.look();
            });
            ko.computed(self.text)
                .extend({rateLimit: {timeout: 300, method: "notifyWhenChangesStop"}})
                .subscribe(() => {
                    if (self.from() === "yaml") self.look();
                });
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsImportDialogViewModel,
        dependencies: ["systemCommandsDefinitionsClientViewModel"],
        elements: ["#systemcommands_import_dialog"]
    });
});
