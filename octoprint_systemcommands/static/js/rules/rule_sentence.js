(function () {
    const listOf = (value) => {
        if (value === undefined || value === null) return [];
        return _.isArray(value) ? value : [value];
    };
    const mapping = (value) => (_.isPlainObject(value) ? value : {});
    const isGiven = (value) => value !== undefined && value !== null && value !== "";
    // text: what puts the last one to the others
    const join = (parts, text) => {
        if (parts.length < 2) return parts[0] || "";
        return _.sprintf(text, {
            others: parts.slice(0, -1).join(", "),
            last: _.last(parts)
        });
    };
    const all = (parts) => join(parts, gettext("%(others)s and %(last)s"));
    const any = (parts) => join(parts, gettext("%(others)s or %(last)s"));
    const textOf = SystemCommands.DefinitionForm.textOf;

    // A rule in words: "When a print ends, wait until it is below 50 °C, then run Power off".
    //   nameOf(source, action)     what a command is called
    //   toggleOf(source, action)   {name, to}, if it is a toggle; to: on, off or undefined
    SystemCommands.RuleSentence = function (nameOf, toggleOf) {
        const self = this;

        const ofRun = (when) => {
            const statuses = listOf(when.status).join();
            const text =
                {
                    "": gettext("%(command)s has ended"),
                    succeeded: gettext("%(command)s has succeeded"),
                    "failed,timed_out": gettext("%(command)s has failed"),
                    stopped: gettext("%(command)s was stopped")
                }[statuses] || gettext("%(command)s has ended (%(statuses)s)");
            return _.sprintf(text, {
                command: nameOf(when.source || "custom", when.run),
                statuses: listOf(when.status).join(", ")
            });
        };

        self.when = (rule) => {
            const when = mapping(rule.when);
            if (SystemCommands.Schedule.isOne(when)) {
                return SystemCommands.Schedule.textOf(when);
            }
            let what = "…";
            if (isGiven(when.run)) what = ofRun(when);
            else if (isGiven(when.event)) {
                what = SystemCommands.Happenings.textOf(String(when.event));
            } else if (isGiven(when.action)) {
                what = _.sprintf(gettext("the printer sends //action:%(name)s"), {
                    name: when.action
                });
            }
            return _.sprintf(gettext("When %(what)s"), {what: what});
        };

        self.conditions = (rule) => {
            const parts = _.map(mapping(rule.if), (value, key) =>
                _.sprintf(gettext("%(key)s is %(value)s"), {
                    key: key,
                    value: any(listOf(value).map(textOf))
                })
            );
            return all(parts);
        };

        self.wait = (rule) => {
            const wait = mapping(rule.wait);
            const until = mapping(wait.until);
            const duration = SystemCommands.Duration.textOf;
            const ends = all(
                _.compact([
                    isGiven(until.max_temperature) &&
                        _.sprintf(gettext("it is below %(degrees)s °C"), {
                            degrees: until.max_temperature
                        }),
                    isGiven(until.idle) &&
                        _.sprintf(gettext("the printer has been idle for %(time)s"), {
                            time: duration(until.idle)
                        }),
                    until.no_timelapse && gettext("the timelapse is rendered")
                ])
            );
            const time = isGiven(wait.for) && duration(wait.for);
            if (!time && !ends) return "";
            let text = gettext("wait %(time)s");
            if (ends) {
                text = time
                    ? gettext("wait %(time)s, and until %(what)s")
                    : gettext("wait until %(what)s");
            }
            const said = _.sprintf(text, {time: time, what: ends});
            if (!ends || !isGiven(wait.at_most)) return said;
            return _.sprintf(gettext("%(wait)s (%(time)s at most)"), {
                wait: said,
                time: duration(wait.at_most)
            });
        };

        // what calls it off while it waits
        self.cancelledBy = (rule) => {
            const isDefault = !isGiven(rule.cancelled_by);
            const kinds = isDefault ? ["print_started"] : listOf(rule.cancelled_by);
            return any(
                kinds.map((kind) => SystemCommands.Happenings.textOf(String(kind)))
            );
        };

        // whether it is to wait, and what it does then
        const TEXTS = {
            run: [
                gettext("%(when)s, run %(command)s"),
                gettext("%(when)s, %(wait)s, then run %(command)s")
            ],
            on: [
                gettext("%(when)s, switch %(command)s on"),
                gettext("%(when)s, %(wait)s, then switch %(command)s on")
            ],
            off: [
                gettext("%(when)s, switch %(command)s off"),
                gettext("%(when)s, %(wait)s, then switch %(command)s off")
            ],
            toggle: [
                gettext("%(when)s, toggle %(command)s"),
                gettext("%(when)s, %(wait)s, then toggle %(command)s")
            ]
        };

        self.of = (rule) => {
            if (!_.isPlainObject(rule)) return _.trunc(JSON.stringify(rule), 80);
            const conditions = self.conditions(rule);
            const wait = self.wait(rule);
            const source = rule.source || "custom";
            const toggle = isGiven(rule.run) && toggleOf && toggleOf(source, rule.run);
            const command = isGiven(rule.run) ? nameOf(source, rule.run) : "…";
            const values = {
                when: self.when(rule),
                conditions: conditions,
                wait: wait,
                command: toggle ? toggle.name : command
            };
            if (conditions) {
                values.when = _.sprintf(gettext("%(when)s, if %(conditions)s"), values);
            }
            const texts = TEXTS[toggle ? toggle.to || "toggle" : "run"];
            return _.sprintf(texts[wait ? 1 : 0], values);
        };

        // with what calls it off
        self.inFull = (rule) => {
            const sentence = self.of(rule);
            const what = self.wait(rule) && self.cancelledBy(rule);
            if (!what) return sentence;
            return _.sprintf(gettext("%(sentence)s, unless %(what)s in the meantime"), {
                sentence: sentence,
                what: what
            });
        };
    };
})();
