$(function () {
    // The list of commands as it is being edited.
    function SystemCommandsListDraftViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];

        SystemCommands.Draft.call(self, {
            requests: self.definitions,
            loginState: parameters[1],
            rowOf: (entry, problems) => new SystemCommands.ListRow(entry, problems),
            listOf: (response) => response.definitions,
            problemsOf: (response) => (response.problems || {}).definitions,
            dataOf: (entries) => {
                const indexes = self.systemActions.indexesToRemove();
                const removed = indexes.length ? {remove_system_actions: indexes} : {};
                return {definitions: entries, ...removed};
            },
            notSaved: gettext("The commands have not been saved."),
            beside: {
                isChanged: () => self.systemActions.toRemove().length > 0,
                accept: (response) => self.systemActions.accept(response),
                keepAll: () => self.systemActions.keepAll(),
                clear: () => self.systemActions.rows([])
            }
        });

        self.actions = () =>
            _.compact(self.entries().map(SystemCommands.DefinitionForm.actionOf));
        self.systemActions = new SystemCommands.SystemActions(self.entries);
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsListDraftViewModel,
        dependencies: ["systemCommandsDefinitionsClientViewModel", "loginStateViewModel"]
    });
});
