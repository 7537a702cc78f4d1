(function () {
    const COLORS = ["blue", "cyan", "green", "orange", "red", "dark"];

    // A command as something to press, wherever it stands: what is written on it, in which
    // state it is, what is against it, and what becomes of it meanwhile.
    //   command   a SystemCommands.Command
    //   page      {triggering, runs, guards, states}: the view models
    //   isInMenu  it is an entry of the menu
    SystemCommands.Button = function (command, page, isInMenu) {
        const self = this;

        self.command = command;
        self.name = command.name;
        self.icon = command.icon;
        // the class of its colour
        self.color = COLORS.includes(command.color)
            ? "systemcommands-" + command.color
            : "";
        self.isSwitch = command.isToggle();
        self.isStatus = command.isStatus();

        //~~ In which state it is

        self.state = ko.pureComputed(() => page.states.of(command)());
        self.isSwitching = ko.pureComputed(() => self.state().state === "switching");
        // where it is, or is about to be: on, off, or undefined, which is neither
        self.position = ko.pureComputed(() => {
            const {state, to} = self.state();
            const position = self.isSwitching() ? to : state;
            return ["on", "off"].includes(position) ? position : undefined;
        });
        self.isOn = ko.pureComputed(() => self.isSwitch && self.state().state === "on");
        self.stateText = ko.pureComputed(() => {
            if (self.isStatus) return self.text() || gettext("Unknown");
            if (self.isSwitching()) return gettext("switching…");
            const {assumed} = self.state();
            return (
                {
                    on: assumed ? gettext("On (assumed)") : gettext("On"),
                    off: assumed ? gettext("Off (assumed)") : gettext("Off")
                }[self.position()] || gettext("Unknown")
            );
        });
        // the first line of what the command that tells the state has printed
        self.text = ko.pureComputed(() => {
            const {state, text} = self.state();
            return (self.isStatus && state === "unknown" ? "" : text) || "";
        });
        // A switch is on or off for screen readers, and "mixed" would be off. What is not
        // known is a checkbox to them, which may be neither.
        self.checked = ko.pureComputed(
            () => ({on: "true", off: "false"})[self.position()] || "mixed"
        );
        self.role = ko.pureComputed(() => {
            if (!self.isSwitch) return undefined;
            return self.position() ? "switch" : "checkbox";
        });

        //~~ What pressing it would do

        // what is not known is switched on, as the server does
        self.wanted = ko.pureComputed(() => {
            if (!self.isSwitch) return command;
            return command.switched(self.position() === "on" ? "off" : "on");
        });
        self.refusal = ko.pureComputed(() => {
            return self.isStatus ? undefined : page.guards.refusal(self.wanted());
        });
        // "…", unless the name has it already
        self.asks = ko.pureComputed(() => {
            const isSaid = /(…|\.\.\.)$/.test(command.name);
            return !isSaid && !self.isStatus && page.triggering.asks(self.wanted());
        });
        self.title = ko.pureComputed(() => {
            return self.refusal() ? self.refusal().text : command.description;
        });
        // where there is room for an icon only
        self.fullTitle = ko.pureComputed(() => {
            const hasState = self.isSwitch || self.isStatus;
            const lines = [
                hasState ? command.name + ": " + self.stateText() : command.name,
                self.isSwitch && self.text(),
                self.title(),
                self.waits() && command.name + " " + self.waits()
            ];
            return _.compact(lines).join("\n");
        });

        self.press = () => page.triggering.trigger(self.wanted(), {isButton: !isInMenu});

        //~~ What goes on

        self.runs = ko.pureComputed(() => page.runs.activeOf(command));
        const requests = page.triggering.running(command);
        // there is nothing to look at before the server has answered
        self.pending = ko.pureComputed(() => requests() > 0 && self.runs().length === 0);
        self.isBusy = ko.pureComputed(
            () => self.pending() || self.runs().length > 0 || self.isSwitching()
        );
        // the first of what is pending of it
        self.waiting = ko.pureComputed(() => {
            return SystemCommands.Waiting.sort(page.runs.pendingOf(command))[0];
        });
        self.waits = ko.pureComputed(() => {
            page.runs.now();
            return self.waiting() ? SystemCommands.Waiting.text(self.waiting()) : "";
        });

        // all that go on of it: whoever presses it wants to have peace
        self.stop = () => self.runs().forEach(page.triggering.callOff);
        self.cancel = () => page.triggering.callOff(self.waiting());
    };
})();
