$(function () {
    // OctoPrint's words for a print that is under way
    const PRINTING = [
        "printing",
        "pausing",
        "paused",
        "resuming",
        "cancelling",
        "finishing"
    ];

    // Whether a command may be run now: what the printer and its other runs have to do with
    // it. The server has the last word; this is for knowing it before one clicks.
    function SystemCommandsPrintStateViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];

        self.isPrinting = ko.observable(false);
        // of the hottest heater, in °C; undefined when there is none
        self.temperature = ko.observable();

        // what is in the way: {short, text, run}; undefined when nothing is
        self.refusal = (command) => {
            if (command.whilePrinting === "refuse" && self.isPrinting()) {
                return {
                    short: gettext("Not during a print"),
                    text: gettext(
                        "A print is under way, and this command is not to be run meanwhile. Run it when the print is over."
                    )
                };
            }
            // no number, no comparison
            if (self.temperature() > command.maxTemperature) {
                const values = {
                    // 50.2 °C is not 50 °C
                    now: Math.ceil(self.temperature()),
                    max: command.maxTemperature
                };
                return {
                    short: _.sprintf(
                        gettext("Too hot: %(now)s °C, allowed up to %(max)s °C"),
                        values
                    ),
                    text: _.sprintf(
                        gettext(
                            "The printer is too hot: a heater is at %(now)s °C, and this command may be run up to %(max)s °C. Run it when it has cooled down."
                        ),
                        values
                    )
                };
            }
            // what is only tried out keeps to itself
            const running =
                command.whenBusy === "refuse"
                    ? self.runs.activeOf(command).filter((run) => run.trigger !== "test")
                    : [];
            if (running.length) {
                return {
                    short: gettext("Running already"),
                    text: SystemCommands.ErrorTexts.busy(),
                    run: running[0]
                };
            }
        };

        self.asksAboutPrint = (command) => {
            return command.whilePrinting === "confirm" && self.isPrinting();
        };

        self._hottest = (temperatures) => {
            const actual = _.map(_.omit(temperatures, "time"), "actual");
            return _.max(actual.filter(_.isNumber));
        };

        //~~ View model callbacks

        // These come with the permission STATUS only. Who does not have it hears from the
        // server when a command is refused.
        self.fromCurrentData = self.fromHistoryData = (data) => {
            const flags = data.state.flags;
            self.isPrinting(PRINTING.some((flag) => flags[flag]));
            if (flags.closedOrError) {
                self.temperature(undefined);
            } else if (data.temps.length) {
                self.temperature(self._hottest(_.last(data.temps)));
            }
        };

        self.onUserLoggedOut = () => {
            self.isPrinting(false);
            self.temperature(undefined);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsPrintStateViewModel,
        dependencies: ["systemCommandsRunStoreViewModel"]
    });
});
