(function () {
    // the connection waits for their commands
    const CONNECTING = ["before_connect", "upload_to_print"];

    const schedule = SystemCommands.Schedule;

    const text = (value) => (value === undefined || value === null ? "" : String(value));
    const listOf = (value) => (_.isArray(value) ? value : _.compact([value]));
    const given = (fields) => _.omit(fields, (value) => value === undefined);

    // Commands in lists to choose from.
    const keys = {
        of: (source, action) =>
            SystemCommands.Command.keyOf({
                source: text(source) || "custom",
                action: text(action)
            }),
        split: (key) => {
            const [source, ...action] = text(key).split("/");
            return {source: source, action: action.join("/")};
        },
        // as it is written: the plugin's own are the usual ones
        sourceOf: (source) => (source === "custom" ? undefined : source)
    };

    const kindOf = (when) => {
        if (schedule.isOne(when)) return schedule.parse(when).kind;
        if ("run" in when || "action" in when) return "run" in when ? "run" : "action";
        const event = text(when.event);
        return !event || SystemCommands.Happenings.isKnown(event) ? event : "event";
    };

    // What a rule begins with, in a form.
    //   onTouch   called when it was changed
    SystemCommands.RuleWhen = function (onTouch) {
        const self = this;

        const value = (standard) => {
            const observable = ko.observable(standard);
            observable.subscribe(onTouch);
            return observable;
        };
        const duration = (unit) => {
            const one = new SystemCommands.Duration(unit);
            [one.amount, one.unit].forEach((part) => part.subscribe(onTouch));
            return one;
        };

        // an event of the list, a kind of schedule, run, action, or event for any other
        self.kind = value("");
        self.event = value("");
        self.action = value("");
        self.ofCommand = value("");
        self.status = value("");
        self.time = value("");
        self.days = value([]);
        self.every = duration("min");
        self.cron = value("");
        self.atMost = duration("s");
        self.settle = duration("s");

        const STATUSES = {
            "": gettext("however it ends"),
            succeeded: gettext("if it has succeeded"),
            "failed,timed_out": gettext("if it has failed"),
            stopped: gettext("if it was stopped")
        };
        // with what else stands in the file
        self.statuses = ko.pureComputed(() =>
            _.union(Object.keys(STATUSES), [self.status()]).map((status) => ({
                status: status,
                text: STATUSES[status] || status
            }))
        );

        self.isKind = (...kinds) => kinds.includes(self.kind());
        self.isConnecting = () => CONNECTING.includes(self.kind());
        self.hasTime = () => self.isKind("daily", "weekdays", "days");

        self.load = (when) => {
            const times = schedule.isOne(when) ? schedule.parse(when) : {};
            self.kind(kindOf(when));
            self.event(text(when.event));
            self.action(text(when.action));
            self.ofCommand("run" in when ? keys.of(when.source, when.run) : undefined);
            self.status(listOf(when.status).join());
            self.time(times.time || "");
            self.days(times.days || []);
            self.every.load(times.every);
            self.cron(times.cron || "");
            self.atMost.load(when.at_most);
            self.settle.load(when.settle);
        };

        self.result = ko.pureComputed(() => {
            const kind = self.kind();
            if (schedule.kinds.includes(kind)) {
                return schedule.write({
                    kind: kind,
                    time: self.time(),
                    every: self.every.result(),
                    days: self.days(),
                    cron: self.cron()
                });
            }
            if (kind === "action") {
                return given({action: self.action().trim() || undefined});
            }
            if (kind === "run") {
                const {source, action} = keys.split(self.ofCommand());
                return given({
                    run: action || undefined,
                    source: action ? keys.sourceOf(source) : undefined,
                    status: self.status() ? self.status().split(",") : undefined
                });
            }
            const event = kind === "event" ? self.event().trim() : kind;
            if (!self.isConnecting()) return event ? {event: event} : {};
            return given({
                event: event,
                at_most: self.atMost.result(),
                settle: self.settle.result()
            });
        });
    };

    SystemCommands.RuleWhen.keys = keys;
})();
