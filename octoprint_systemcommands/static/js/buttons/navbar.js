$(function () {
    // Icons in the navbar, for what is used every day.
    function SystemCommandsNavbarViewModel(parameters) {
        const self = this;

        self.catalogue = parameters[0];
        self.makeButton = parameters[1].of;

        self.buttons = ko.observableArray([]);
        self._commands = [];

        self._rebuild = () => {
            const commands = self.catalogue.inNavbar();
            // new buttons take the keyboard focus away, so there must be a reason for them
            if (_.isEqual(commands, self._commands)) return;
            self._commands = commands;
            self.buttons(commands.map((one) => self.makeButton(one)));
        };

        self.press = (button) => button.press();

        // they are links, as all in the navbar are, but are used as buttons
        self.onKeydown = (button, event) => {
            if (event.key !== " ") return true;
            button.press();
        };

        self.catalogue.updates.subscribe(() =>
            SystemCommands.whenReleased(self._rebuild)
        );
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsNavbarViewModel,
        dependencies: [
            "systemCommandsCatalogueViewModel",
            "systemCommandsButtonsViewModel"
        ],
        elements: ["#navbar_plugin_systemcommands_buttons"]
    });
});
