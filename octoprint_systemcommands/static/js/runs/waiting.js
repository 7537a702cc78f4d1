(function () {
    const SECOND = 1000;

    const two = (number) => String(number).padStart(2, "0");

    // "0:41", "9:41", "2:03:04"
    const clock = (seconds) => {
        const minutes = Math.floor(seconds / 60);
        const parts = minutes < 60 ? [] : [Math.floor(minutes / 60)];
        const inHour = parts.length ? two(minutes % 60) : minutes;
        return [...parts, inHour, two(seconds % 60)].join(":");
    };

    // by how much the server's clock is ahead of this browser's, in milliseconds
    let ahead = 0;

    // What pending runs wait for, in words that go on after the name of the command.
    SystemCommands.Waiting = {
        // request: one whose answer has come just now
        learnTime: (request) => {
            const sent = Date.parse(request && request.getResponseHeader("Date"));
            // it has no fractions
            const found = sent + SECOND / 2 - Date.now();
            // no number, no comparison; and the countdown is not to jump with each answer
            if (Math.abs(found - ahead) > SECOND) ahead = found;
        },

        // those that are due next first, and last what does not depend on the time
        sort: (runs) => _.sortBy(runs, (run) => Date.parse(run.due_at) || Infinity),

        // whole seconds; undefined if it does not depend on the time
        secondsLeft: (run) => {
            if (!run.due_at) return undefined;
            const left = Date.parse(run.due_at) - (Date.now() + ahead);
            return Math.max(0, Math.ceil(left / SECOND));
        },

        text: (run) => {
            const left = SystemCommands.Waiting.secondsLeft(run);
            const values = {time: clock(left || 0), what: run.waits_for};
            if (left && run.waits_for) {
                return _.sprintf(
                    gettext("in %(time)s at the earliest, waits for %(what)s"),
                    values
                );
            }
            if (left) return _.sprintf(gettext("in %(time)s"), values);
            if (run.waits_for) return _.sprintf(gettext("waits for %(what)s"), values);
            return left === 0 ? gettext("in a moment") : gettext("waits");
        }
    };
})();
