(function () {
    const AT = /^\s*(\S+)\s+(\d{1,2}:\d{2})\s*$/;
    const EVERY = /^\s*every\s+(.+?)\s*$/;
    const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    // undefined if they are not the names of days
    const daysOf = (text) => {
        const names = text === "weekends" ? ["sat", "sun"] : text.split(",");
        const days = names.map((name) => DAYS.indexOf(name));
        return days.includes(-1) ? undefined : days;
    };

    // {kind, time, every, days, cron} of what stands in the file; days are numbers from 0
    // (Sunday) to 6
    const parse = (when) => {
        const asCron = (text) => ({kind: "cron", cron: String(text)});
        if (when.cron !== undefined) return asCron(when.cron);
        const text = String(when.schedule)
            .toLowerCase()
            .replace(/\s*,\s*/g, ",");
        const [, every] = EVERY.exec(text) || [];
        if (every) return {kind: "every", every: every};
        const [, word, short] = AT.exec(text) || [];
        if (!word) return asCron(when.schedule);
        const time = short.padStart(5, "0");
        if (["daily", "weekdays"].includes(word)) return {kind: word, time: time};
        const days = daysOf(word);
        return days ? {kind: "days", time: time, days: days} : asCron(when.schedule);
    };

    // as weeks begin where one is
    const inOrder = (days) => {
        const first = moment.localeData().firstDayOfWeek();
        return _.sortBy(days, (day) => (day - first + 7) % 7);
    };

    // The times of a rule: what stands in the file, in a form, and in words.
    SystemCommands.Schedule = {
        kinds: ["daily", "weekdays", "days", "every", "cron"],

        isOne: (when) => "schedule" in when || "cron" in when,

        parse: parse,

        // what is to stand in the file; nothing, as long as something is missing
        write: ({kind, time, every, days, cron}) => {
            if (kind === "cron") return cron.trim() ? {cron: cron} : {};
            if (kind === "every") return every ? {schedule: `every ${every}`} : {};
            const word = kind === "days" ? days.map((day) => DAYS[day]).join(",") : kind;
            return word && time ? {schedule: `${word} ${time}`} : {};
        },

        // [{day, name}]
        week: () =>
            inOrder(_.range(7)).map((day) => ({day: day, name: moment.weekdays()[day]})),

        textOf: (when) => {
            const {kind, time, every, days, cron} = parse(when);
            const values = {
                time: time,
                cron: cron,
                duration: every && SystemCommands.Duration.textOf(every),
                days: inOrder(days || [])
                    .map((day) => moment.weekdays()[day])
                    .join(", ")
            };
            const text = {
                daily: gettext("Every day at %(time)s"),
                weekdays: gettext("Monday to Friday at %(time)s"),
                days: gettext("%(days)s at %(time)s"),
                every: gettext("Every %(duration)s"),
                cron: gettext("At the times %(cron)s")
            }[kind];
            return _.sprintf(text, values);
        }
    };
})();
