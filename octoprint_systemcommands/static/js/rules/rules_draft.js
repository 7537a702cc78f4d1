$(function () {
    // The list of rules as it is being edited, and the commands that they may run.
    function SystemCommandsRulesDraftViewModel(parameters) {
        const self = this;

        self.loginState = parameters[1];
        self.list = parameters[2];
        self.catalogue = parameters[3];

        const entries = SystemCommands.DefinitionForm;

        const entriesOf = () =>
            [...self.list.rows(), ...self.list.systemActions.rows()]
                .map((row) => row.entry())
                .filter((entry) => entries.actionOf(entry) !== undefined);
        const withCore = (own) => {
            const core = self.catalogue
                .commands()
                .filter((command) => command.source === "core");
            return _.uniq([...own, ...core], "key");
        };
        // [{key, source, action, name, arguments, whilePrinting}], as they are in the editor:
        // those that can be run, and what a rule may do with them
        self.commands = ko.pureComputed(() => {
            const isRun = (entry) => entries.typeOf(entry) !== "status";
            return withCore(entriesOf().filter(isRun).map(entries.toCommand));
        });
        self.runnable = ko.pureComputed(() =>
            withCore(entriesOf().flatMap(entries.toRunnable))
        );
        // [{key, name}] of what a rule may wait for the end of: of a toggle, whichever way it
        // was switched, or only one of them
        self.ending = ko.pureComputed(() => {
            const switched = (command, to) => ({
                key: SystemCommands.Command.keyOf({
                    source: command.source,
                    action: `${command.action}:${to}`
                }),
                name: command.switched(to).name
            });
            return self
                .commands()
                .flatMap((command) =>
                    command.isToggle()
                        ? [command, switched(command, "on"), switched(command, "off")]
                        : command
                );
        });
        const find = (commands, source, action) => {
            const key = SystemCommands.Command.keyOf({source: source, action: action});
            return commands().find((one) => one.key === key);
        };
        self.nameOf = (source, action) => {
            const command = find(self.ending, source, action);
            return command ? command.name : String(action);
        };
        // a toggle, and what a rule does with it: {name, to}
        self.toggleOf = (source, action) => {
            const {base, to} = entries.switched(action);
            const toggle = find(self.commands, source, base);
            return toggle && toggle.type === "toggle"
                ? {name: toggle.name, to: to}
                : undefined;
        };
        self.sentence = new SystemCommands.RuleSentence(self.nameOf, self.toggleOf);

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
                // both may say which way a toggle is switched
                const renamed = (run) => to + String(run).slice(from.length);
                const isAfter = row.isAfter("custom", from);
                const isOf = row.isOf("custom", from);
                if (!isAfter && !isOf) return;
                row.entry({
                    ...entry,
                    ...(isAfter
                        ? {when: {...entry.when, run: renamed(entry.when.run)}}
                        : {}),
                    ...(isOf ? {run: renamed(entry.run)} : {})
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
