$(function () {
    // Makes the buttons of commands, for whoever shows some.
    function SystemCommandsButtonsViewModel(parameters) {
        const page = {
            triggering: parameters[0],
            runs: parameters[1],
            guards: parameters[2],
            states: parameters[3]
        };

        this.of = (command, isInMenu) =>
            new SystemCommands.Button(command, page, isInMenu);
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsButtonsViewModel,
        dependencies: [
            "systemCommandsLauncherViewModel",
            "systemCommandsRunStoreViewModel",
            "systemCommandsPrintStateViewModel",
            "systemCommandsStatesViewModel"
        ]
    });
});
