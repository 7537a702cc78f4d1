$(function () {
    // The list of rules as it is being edited, and the commands that they may run.
    function SystemCommandsRulesDraftViewModel(parameters) {
        const self = this;

        self.loginState = parameters[1];
        self.list = parameters[2];
        self.catalogue = parameters[3];

        const entries = SystemCommands.DefinitionForm;

        // [{key, source, action, name, arguments, whilePrinting}], as they are in the editor
        self.commands = ko.pureComputed(() => {
            const own = [...self.list.rows(), ...self.list.systemActions.rows()]
                .map((row) => row.entry())
                .filter((entry) => entries.actionOf(entry) !== undefined)
                .map(entries.toCommand);
            const core = self.catalogue
                .commands()
                .filter((command) => command.source === "core");
            return _.uniq([...own, ...core], "key");
        });
        self.nameOf = (source, action) => {
            const key = SystemCommands.Command.keyOf({source: source, action: action});
            const command = self.commands().find((one) => one.key === key);
            return command ? command.name : String(action);
        };
        self.sentence = new SystemCommands.RuleSentence(self.nameOf);

        // what became of rules, by their ids: {at, text, run}
        self.news = ko.observable({});

        SystemCommands.Draft.call(self, {
            requests: parameters[0].rules,
            loginState: self.loginState,
            rowOf: (entry, problems) =>
                new SystemCommands.RuleRow(entry, problems, self.sentence, self.news),
            listOf: (response) => response.rules,
            problemsOf: (response) => response.problems,
            dataOf: (rules) => ({rules: rules}),
            notSaved: gettext("The rules have not been saved."),
            beside: {
                accept: (response) => self.news(response.state || {}),
                clear: () => self.news({})
            },
            // lists are compared by what commands are told from each other by
            toEntries: (rules) =>
                rules.map((rule) =>
                    _.isPlainObject(rule)
                        ? {action: rule.id, ..._.omit(rule, "id")}
                        : rule
                ),
            fromEntries: (rules) =>
                rules.map((rule) =>
                    _.isPlainObject(rule)
                        ? {id: rule.action, ..._.omit(rule, "action")}
                        : rule
                )
        });

        self.ids = (except) =>
            _.compact(
                self
                    .rows()
                    .filter((row) => row !== except)
                    .map((row) => row.ruleId())
            ).map(String);

        // a command has another id now
        self.follow = (from, to) => {
            self.rows().forEach((row) => {
                const entry = row.entry();
                if (!row.isMapping()) return;
                const isAfter =
                    _.isPlainObject(entry.when) &&
                    (entry.when.source || "custom") === "custom" &&
                    String(entry.when.run) === from;
                if (!isAfter && !row.isOf("custom", from)) return;
                row.entry({
                    ...entry,
                    ...(isAfter ? {when: {...entry.when, run: to}} : {}),
                    ...(row.isOf("custom", from) ? {run: to} : {})
                });
            });
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRulesDraftViewModel,
        dependencies: [
            "systemCommandsDefinitionsClientViewModel",
            "loginStateViewModel",
            "systemCommandsListDraftViewModel",
            "systemCommandsCatalogueViewModel"
        ]
    });
});
