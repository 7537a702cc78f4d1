(function () {
    const UNITS = {s: 1, min: 60, h: 3600, d: 86400};
    const PART = /(\d+(?:\.\d+)?)\s*(d|h|min|s)\s*/g;
    const ALL_PARTS = /^\s*(?:\d+(?:\.\d+)?\s*(?:d|h|min|s)\s*)+$/;

    const ofSeconds = (seconds) => {
        // 600 is better read as 10 min
        const unit =
            seconds > 0 &&
            _.findLast(Object.keys(UNITS), (name) => seconds % UNITS[name] === 0);
        return {amount: String(seconds / UNITS[unit || "s"]), unit: unit || "s"};
    };

    // {amount, unit} of what stands in the file: "10 min", "1 h 30 min", or a number of
    // seconds; undefined if it is none
    const parse = (raw) => {
        if (_.isNumber(raw)) return ofSeconds(raw);
        if (!ALL_PARTS.test(raw)) return undefined;
        const parts = [...String(raw).matchAll(PART)];
        if (parts.length === 1) return {amount: parts[0][1], unit: parts[0][2]};
        return ofSeconds(_.sum(parts.map(([, amount, unit]) => amount * UNITS[unit])));
    };

    // A duration in a form: a number and its unit. What is no number goes on as it is, for
    // the server to say so; an empty one is none.
    //   unit   the one that it begins with
    SystemCommands.Duration = function (unit) {
        const self = this;

        self.amount = ko.observable("");
        self.unit = ko.observable(unit);

        self.load = (raw) => {
            const text = raw === undefined || raw === null ? "" : String(raw);
            const parts = parse(raw) || {amount: text, unit: unit};
            self.amount(parts.amount);
            self.unit(parts.unit);
        };

        self.result = ko.pureComputed(() => {
            const amount = self.amount().trim();
            return amount ? `${amount} ${self.unit()}` : undefined;
        });
    };

    // for people
    SystemCommands.Duration.textOf = (raw) => {
        const parts = parse(raw);
        return parts ? `${parts.amount} ${parts.unit}` : String(raw);
    };
})();
