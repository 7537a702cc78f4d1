(function () {
    // the server's, where a definition says nothing else
    const DEFAULT_LENGTH = 255;

    // The server's regular expressions know other characters than these as letters and
    // digits, and what is long takes the browser long.
    const COMPARABLE = /^[\x20-\x7e]{0,255}$/;
    // Browsers try one way after the other to read a value, and a pattern may well have
    // more of them than they can try in a lifetime: only few are tried here.
    const REPEATED_GROUP = /\)[*+?{]/;
    const MAX_WAYS = 20;
    // in powers of two, as all that follow here
    const WAYS_OF_ENDLESS = 8;
    const WAYS = /\\.|\(\?|[*+?|]|\{(\d+)(,?)(\d*)\}/g;

    // more than what a few operations with such numbers are wrong by, relatively
    const ROUNDING = 1e-14;

    const isGiven = (limit) => _.isNumber(limit);

    const isWhole = (spec) => spec.step === 1 && Number.isInteger(spec.min || 0);

    // What is right for an argument, as far as a page can tell. What it cannot, it leaves to
    // the server: nothing is refused here that the server would take.
    SystemCommands.ValueChecks = {
        isWhole: isWhole,

        // What is wrong with a value that is not empty, "" when nothing is. The words are the
        // server's, and go on after the argument's name.
        problemOf: (spec, value) => {
            if (spec.type === "number") return number(spec, value);
            if (spec.type === "text") return text(spec, value);
            if (spec.type === "choice") return choice(spec, value);
            return "";
        },

        // what to know before one enters something; "" when there is nothing to know
        limitsOf: (spec) => {
            if (spec.type === "number") return range(spec);
            if (spec.type === "text" && spec.max_length < DEFAULT_LENGTH) {
                return _.sprintf(gettext("At most %(count)s characters"), {
                    count: spec.max_length
                });
            }
            if (spec.type === "secret") {
                return gettext("It is not kept, and hidden wherever it shows up.");
            }
            return "";
        }
    };

    // at most; what is only one of the characters in brackets counts as well
    const waysOf = (pattern) => {
        let ways = 0;
        for (const [part, least, comma, most] of pattern.matchAll(WAYS)) {
            if (part.length === 2 && "\\(".includes(part[0])) continue;
            if (part === "?" || part === "|") {
                ways += 1;
            } else if (!least || (comma && !most)) {
                ways += WAYS_OF_ENDLESS;
            } else if (comma) {
                ways += Math.log2(Math.max(1, most - least + 1));
            }
        }
        return ways;
    };

    const isQuick = (pattern) =>
        !REPEATED_GROUP.test(pattern) && waysOf(pattern) <= MAX_WAYS;

    const text = (spec, value) => {
        if (!spec.pattern || !COMPARABLE.test(value) || !isQuick(spec.pattern)) {
            return "";
        }
        let pattern;
        try {
            // what both kinds of expressions read in different ways is an error in this mode
            pattern = new RegExp("^(?:" + spec.pattern + ")$", "u");
        } catch (error) {
            return "";
        }
        if (pattern.test(value)) return "";
        // few people read patterns, and what may be left as it is fits
        return _.sprintf(
            spec.default
                ? gettext("has to have the form of %(example)s (%(pattern)s)")
                : gettext("has to have the form %(pattern)s"),
            {example: spec.default, pattern: spec.pattern}
        );
    };

    const number = (spec, value) => {
        const entered = Number(value);
        if (!Number.isFinite(entered)) return gettext("has to be a number");
        if (entered < spec.min) {
            return _.sprintf(gettext("has to be %(min)s or more"), spec);
        }
        if (entered > spec.max) {
            return _.sprintf(gettext("has to be %(max)s or less"), spec);
        }
        if (isGiven(spec.step)) {
            const start = spec.min || 0;
            const steps = (entered - start) / spec.step;
            // 0.3 is not quite three times 0.1, and the larger the less exact
            const largest = (Math.abs(entered) + Math.abs(start)) / spec.step;
            const tolerance = Math.max(1e-6, ROUNDING * largest);
            if (Math.abs(steps - Math.round(steps)) > tolerance) {
                return _.sprintf(
                    gettext("has to be in steps of %(step)s from %(start)s"),
                    {step: spec.step, start: start}
                );
            }
        }
        return "";
    };

    const choice = (spec, value) => {
        const values = _.map(spec.choices, "value");
        if (values.includes(value)) return "";
        return _.sprintf(gettext("has to be one of these: %(values)s"), {
            values: values.join(", ")
        });
    };

    const range = (spec) => {
        const parts = [];
        if (isGiven(spec.min) && isGiven(spec.max)) {
            parts.push(_.sprintf(gettext("%(min)s to %(max)s"), spec));
        } else if (isGiven(spec.min)) {
            parts.push(_.sprintf(gettext("At least %(min)s"), spec));
        } else if (isGiven(spec.max)) {
            parts.push(_.sprintf(gettext("At most %(max)s"), spec));
        }
        if (isWhole(spec)) {
            parts.push(gettext("whole numbers"));
        } else if (isGiven(spec.step)) {
            parts.push(_.sprintf(gettext("in steps of %(step)s"), spec));
        }
        return _.capitalize(parts.join(", "));
    };
})();
