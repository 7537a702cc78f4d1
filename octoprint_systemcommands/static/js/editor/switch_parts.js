(function () {
    const entries = SystemCommands.DefinitionForm;

    const words = _.once(() => ({
        on: gettext("On"),
        off: gettext("Off"),
        unknown: gettext("Unknown")
    }));

    // What a run of the command that tells a state has to say, as the server takes it. All
    // that did not end by itself says nothing.
    const stateOf = (type, run) => {
        const hasEnded = ["succeeded", "failed"].includes(run.status);
        if (!hasEnded) return "unknown";
        if (run.exit_code === 0) return "on";
        return type === "toggle" && run.exit_code === 1 ? "off" : "unknown";
    };

    // The command lines of a toggle or a status: on, off and state, which are tested one by
    // one.
    //   form   observables by field
    //   run    observable: SystemCommands.RunView, of the test
    SystemCommands.SwitchParts = function (form, run) {
        const self = this;

        self._chosen = ko.observable();
        self.reset = () => self._chosen(undefined);
        self.choose = self._chosen;

        // of those that the type has: the one that was tested last, or what does no harm;
        // undefined for a command
        self.part = ko.pureComputed(() => {
            if (form.type() === "command") return undefined;
            if (form.type() === "status") return "state";
            return self._chosen() || (form.state() ? "state" : "on");
        });

        // what is tested of an entry, as the page has to know it
        self.commandOf = (entry) => {
            const part = self.part();
            const isState = part === "state";
            const isFree = isState || (part === "on" && entry.guards !== "both");
            const unused = isFree ? ["while_printing", "max_temperature"] : [];
            if (isState) unused.push("arguments");
            const tested = _.omit(entry, unused);
            // its exit code is an answer
            return entries.toCommand(isState ? {...tested, ignore: true} : tested);
        };

        // which one it is, for people
        self.name = ko.pureComputed(() => {
            const names = {
                on: gettext("switch on"),
                off: gettext("switch off"),
                state: gettext("state")
            };
            return (form.type() === "toggle" && names[self.part()]) || "";
        });

        // after a test of the state: whether that has failed only for those who do not know
        // that it says "off" like this; not if it is known what went wrong
        self._saysOff = ko.pureComputed(() => {
            const record = run() && run().run();
            return (
                self.part() === "state" &&
                !!record &&
                record.status === "failed" &&
                !record.hint &&
                stateOf(form.type(), record) === "off"
            );
        });
        // of the run, for people
        self.status = ko.pureComputed(() => {
            if (self._saysOff()) return gettext("Answered (exit code 1)");
            return run() ? run().status() : "";
        });
        self.statusIcon = ko.pureComputed(() => {
            if (self._saysOff()) return "fas fa-check text-success";
            return run() ? run().icon() : "";
        });

        // after a test of the state: what it would be shown as
        self.shownAs = ko.pureComputed(() => {
            const record = run() && run().run();
            if (self.part() !== "state" || !record || run().isActive()) return "";
            const state = stateOf(form.type(), record);
            const {stdout, stderr} = run().firstLines();
            // what went wrong is only said if nothing else is known
            const line = stdout || (state === "unknown" && stderr);
            const isText = form.type() === "status" && state === "on";
            const text = isText ? line || gettext("(nothing)") : words()[state];
            if (isText || !line) {
                return _.sprintf(gettext("This would be shown as: %(state)s"), {
                    state: text
                });
            }
            return _.sprintf(
                gettext("This would be shown as: %(state)s, with the text: %(text)s"),
                {state: text, text: line}
            );
        });
    };
})();
