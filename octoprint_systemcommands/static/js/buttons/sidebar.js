$(function () {
    // Bootstrap's names for the colours of buttons, which themes know
    const LOOKS = {
        blue: "btn-primary",
        cyan: "btn-info",
        green: "btn-success",
        orange: "btn-warning",
        red: "btn-danger",
        dark: "btn-inverse"
    };

    // The panel in the sidebar: commands to press, under the names of their groups.
    function SystemCommandsSidebarViewModel(parameters) {
        const self = this;

        self.catalogue = parameters[0];
        self.makeButton = parameters[1].of;

        // {name, buttons} from top to bottom; what is in no group has no name above it
        self.sections = ko.observableArray([]);
        self._entries = [];

        self._rebuild = () => {
            const entries = self.catalogue.entriesIn("sidebar");
            // new buttons take the keyboard focus away, so there must be a reason for them
            if (_.isEqual(entries, self._entries)) return;
            self._entries = entries;
            self.sections(self._toSections(entries));
        };

        self._toSections = (entries) => {
            const sections = [];
            let isOpen = false;
            entries.forEach((entry) => {
                if (entry.members) {
                    sections.push(self._toSection(entry.group, entry.members));
                } else if (isOpen && entry.key) {
                    _.last(sections).buttons.push(self._toButton(entry));
                } else if (entry.key) {
                    sections.push(self._toSection(undefined, [entry]));
                }
                isOpen = !!entry.key;
            });
            return sections;
        };

        self._toSection = (name, commands) => ({
            name: name,
            buttons: commands.map(self._toButton)
        });

        self._toButton = (command) => {
            const button = self.makeButton(command);
            const look = LOOKS[command.color];
            // a switch has its colour while it is on
            button.looks = ko.pureComputed(() => {
                return look && (!button.isSwitch || button.isOn()) && !button.refusal()
                    ? look + " systemcommands-filled"
                    : "";
            });
            return button;
        };

        //~~ What users do

        self.press = (button) => button.press();
        self.stop = (button) => button.stop();
        self.cancel = (button) => button.cancel();

        // What goes away leaves the keyboard to the button that it belongs to.
        self._keepFocus = () => {
            const focused = document.activeElement;
            const cell = focused && focused.closest(".systemcommands-slot");
            if (cell && !focused.offsetParent) cell.querySelector("button").focus();
        };

        //~~ View model callbacks

        self.onStartup = () => {
            // what decides which of the buttons beside others are there
            const beside = ko.computed(() =>
                self
                    .sections()
                    .flatMap((section) => section.buttons)
                    .map((button) => [button.runs(), button.waiting()])
            );
            // after all that is bound has changed, and before the browser looks for the focus
            beside.extend({deferred: true}).subscribe(self._keepFocus);
        };

        self.catalogue.updates.subscribe(() =>
            SystemCommands.whenReleased(self._rebuild)
        );
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsSidebarViewModel,
        dependencies: [
            "systemCommandsCatalogueViewModel",
            "systemCommandsButtonsViewModel"
        ],
        elements: ["#sidebar_plugin_systemcommands_wrapper"]
    });
});
