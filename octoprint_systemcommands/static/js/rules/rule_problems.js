(function () {
    // The parts of a rule's fields, as the form calls them.
    const parts = _.once(() => ({
        for: gettext("Duration"),
        max_temperature: gettext("Temperature"),
        idle: gettext("Idle"),
        at_most: gettext("At most"),
        settle: gettext("Afterwards")
    }));

    // What the server says about a rule, as it is said at the fields of the form.
    SystemCommands.RuleProblems = {
        of: (problem, rule) => {
            const isMissing = problem.field === "when" && _.isEmpty(rule.when);
            if (isMissing) return {...problem, message: gettext("is missing")};
            const path = _.rest(problem.path || []);
            const part = parts()[_.last(path)];
            if (!part && problem.field !== "arguments" && problem.field !== "if") {
                return problem;
            }
            const place = part || path.join(" › ");
            return {
                ...problem,
                message: place ? `${place}: ${problem.message}` : problem.message
            };
        }
    };
})();
