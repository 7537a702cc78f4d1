$(function () {
    const MAX_SIZE = 2 * 1024 * 1024;

    // Commands or rules from elsewhere: what would be added, and how it would be named.
    function SystemCommandsImportDialogViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];

        self.isOfRules = ko.observable(false);
        // [{value, text}]
        self.sources = ko.observableArray([]);
        self.from = ko.observable("system_actions");
        self.text = ko.observable("");
        self.isLoading = ko.observable(false);
        self.error = ko.observable();
        // undefined before there is an answer
        self.entries = ko.observable();
        self.errors = ko.observableArray([]);
        // what could not be taken over: [{text}]
        self.leftOut = ko.observableArray([]);
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
            () =>
                !!self.entries() &&
                !_.some([self.entries(), self.errors(), self.leftOut()], "length")
        );
        self.title = ko.pureComputed(() =>
            self.isOfRules() ? gettext("Import rules") : gettext("Import commands")
        );
        self.addText = ko.pureComputed(() => {
            return _.sprintf(gettext("Add selected (%(count)s)"), {
                count: self.chosen().length
            });
        });

        const YAML = {value: "yaml", text: gettext("a YAML file")};
        const FOR_COMMANDS = [
            {value: "system_actions", text: gettext("system.actions in config.yaml")},
            {
                value: "gcode_system_commands",
                text: gettext("the plugin GCODE System Commands")
            },
            YAML
        ];
        const FOR_RULES = [
            {value: "event_manager", text: gettext("OctoPrint's Event Manager")},
            YAML
        ];

        // options: from, others, onAdd (called with the entries, and with the places of
        // those that shall be removed from system.actions); about rules also nameOf(rule), and
        // actions, those of all commands: onAdd is called with the commands that come with
        // the rules then
        self.open = (options) => {
            self._options = options;
            self._chosen = undefined;
            self.text("");
            $("#systemcommands_import_file").val("");
            self.removeThere(false);
            self.isOfRules(!!options.nameOf);
            self.sources(options.nameOf ? FOR_RULES : FOR_COMMANDS);
            self.from(options.from || self.sources()[0].value);
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
            self.leftOut([]);
        };

        // asks the server, which adds nothing
        self.look = () => {
            self._reset();
            const isYaml = self.from() === "yaml";
            if (isYaml && !self.text().trim()) return;
            const request = self._request;
            self.isLoading(true);
            self._ask(isYaml)
                .done((response) => {
                    if (request !== self._request) return;
                    self.errors(response.errors || []);
                    self.leftOut(response.left_out || []);
                    self.entries(
                        self.isOfRules()
                            ? response.rules.map((rule, index) =>
                                  self._ruleToRow(rule, index, response)
                              )
                            : response.entries.map(self._toRow)
                    );
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

        self._ask = (isYaml) => {
            if (self.isOfRules()) {
                return self.definitions.rules.postQuietly("import", {
                    others: self._options.others,
                    actions: self._options.actions,
                    ...(isYaml ? {yaml: self.text()} : {event_manager: true})
                });
            }
            return self.definitions.postQuietly("import", {
                from: self.from(),
                others: self._options.others,
                ...(isYaml ? {text: self.text()} : {})
            });
        };

        self._toRow = (entry) => ({
            ...entry,
            name: SystemCommands.DefinitionForm.nameOf(entry.definition),
            action: SystemCommands.DefinitionForm.actionOf(entry.definition),
            icon: SystemCommands.DefinitionForm.iconOf(_.get(entry.definition, "icon")),
            command: SystemCommands.DefinitionForm.linesOf(entry.definition),
            place: _.sprintf(gettext("Entry %(number)s"), {number: entry.index + 1}),
            twice: self._twiceText(entry.is_used),
            ...self._judge(entry.definition, entry.problems, entry.clash)
        });

        self._ruleToRow = (rule, index, response) => {
            // the one that it runs
            const command = response.definitions.find(
                (definition) => definition.action === _.get(rule, "run")
            );
            return {
                definition: rule,
                comesWith: command,
                name: self._options.nameOf(rule, command),
                action: _.get(rule, "id"),
                icon: undefined,
                command: command && SystemCommands.DefinitionForm.linesOf(command),
                clash: undefined,
                renamed_from: undefined,
                place: "",
                twice: "",
                ...self._judge(rule, response.problems[index])
            };
        };

        self._judge = (entry, problems, id) => {
            const isRight = !_.some(problems, {severity: "error"});
            const isThere = _.includes(self._options.others, id);
            return {
                problems: _.map(problems, (problem) => ({
                    field: SystemCommands.DefinitionForm.placeOf(entry, problem),
                    message: problem.message
                })),
                isRight: isRight,
                isThere: isThere,
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
            const removed = isThere ? chosen.map((row) => row.index) : [];
            const commands = _.uniq(_.compact(_.map(chosen, "comesWith")));
            self._options.onAdd(
                chosen.map((row) => row.definition),
                self.isOfRules() ? commands : removed
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
