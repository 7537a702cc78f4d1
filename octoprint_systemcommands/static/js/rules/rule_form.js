(function () {
    const FIELDS = [
        ...["id", "name", "enabled", "when", "if", "wait", "cancelled_by"],
        ...["run", "source", "arguments", "confirmed"]
    ];
    // these hold something up, so their commands cannot wait themselves
    const IMMEDIATE = ["before_connect", "upload_to_print", "snapshot_before", "stop"];
    const CANCELLED_BY = ["print_started"];
    const CALLS_OFF = [
        ..."print_started print_ended print_paused print_resumed".split(" "),
        ..."connected disconnected".split(" ")
    ];

    const keys = SystemCommands.RuleWhen.keys;

    const mapping = (value) => (_.isPlainObject(value) ? value : {});
    const text = (value) => (value === undefined || value === null ? "" : String(value));
    const listOf = (value) => (_.isArray(value) ? value : _.compact([value]));
    // what is no number stays a text, about which the server has something to say
    const numberOf = (value) => {
        const trimmed = text(value).trim();
        if (!trimmed) return undefined;
        return isFinite(trimmed) ? Number(trimmed) : trimmed;
    };
    const given = (fields) => _.omit(fields, (value) => value === undefined);
    const unlessEmpty = (fields) =>
        _.isEmpty(given(fields)) ? undefined : given(fields);

    // A rule in a form: what stands in the file goes in, and what is to stand there comes
    // out. What was not changed stays as it was written.
    //   commands    observable: [{key, source, action, name, arguments}], what can be run
    //   uploads     what there is to choose from, for arguments that are files
    //   onTouch     called with the field of the rule that was changed
    SystemCommands.RuleForm = function (commands, uploads, onTouch) {
        const self = this;

        const touches = (field, ...observables) => {
            observables.forEach((one) => one.subscribe(() => onTouch(field)));
        };
        const durationOf = (unit, field) => {
            const duration = new SystemCommands.Duration(unit);
            touches(field, duration.amount, duration.unit);
            return duration;
        };
        const value = (field, standard) => {
            const observable = ko.observable(standard);
            touches(field, observable);
            return observable;
        };

        // what it began with
        self.entry = ko.observable({});
        // what the form makes of that
        self._before = ko.observable({});

        self.id = value("id", "");
        self.name = value("name", "");
        self.enabled = value("enabled", true);

        self.when = new SystemCommands.RuleWhen(() => onTouch("when"));
        self.mayWait = ko.pureComputed(() => !IMMEDIATE.includes(self.when.kind()));

        //~~ If

        // [{key, value}]; of those with the same key one has to hold
        self.conditions = ko.observableArray([]);
        touches("if", self.conditions);

        const conditionOf = (key, one) => ({
            key: value("if", key),
            value: value("if", text(one))
        });
        self.addCondition = (key, one) => {
            self.conditions.push(conditionOf(text(key), one));
        };
        self.removeCondition = (row, event) => {
            SystemCommands.DialogFocus.keepWhileRemoving(
                event,
                () => self.conditions.remove(row),
                "#systemcommands_rule_add_condition"
            );
        };

        const buildIf = () => {
            const rows = self.conditions().filter((row) => row.key().trim());
            const values = _.mapValues(
                _.groupBy(rows, (row) => row.key().trim()),
                (same) => {
                    const all = same.map((row) => row.value());
                    return all.length > 1 ? all : all[0];
                }
            );
            return unlessEmpty(values);
        };

        //~~ Wait

        // there is something, or is to be
        self.isWaitShown = ko.observable(false);
        self.waitFor = durationOf("min", "wait");
        self.temperature = value("wait", "");
        self.idle = durationOf("min", "wait");
        self.noTimelapse = value("wait", false);
        self.waitAtMost = durationOf("h", "wait");

        const loadWait = (wait) => {
            const until = mapping(wait.until);
            self.waitFor.load(wait.for);
            self.temperature(text(until.max_temperature));
            self.idle.load(until.idle);
            self.noTimelapse(until.no_timelapse === true);
            self.waitAtMost.load(wait.at_most);
            self.isWaitShown(!_.isEmpty(wait));
        };
        const until = ko.pureComputed(() =>
            unlessEmpty({
                max_temperature: numberOf(self.temperature()),
                idle: self.idle.result(),
                no_timelapse: self.noTimelapse() || undefined
            })
        );
        self.waitsUntil = ko.pureComputed(() => !!until());
        self.waits = ko.pureComputed(
            () => self.mayWait() && (self.waitsUntil() || !!self.waitFor.result())
        );
        const buildWait = () => {
            if (!self.waits()) return undefined;
            return unlessEmpty({
                for: self.waitFor.result(),
                until: until(),
                at_most: self.waitsUntil() ? self.waitAtMost.result() : undefined
            });
        };

        self.cancelledBy = value("cancelled_by", []);
        // those that are offered, and what else stands in the file; what begins the waiting
        // anew does not call it off
        self.callsOff = ko.pureComputed(() =>
            _.union(_.without(CALLS_OFF, self.when.kind()), self.cancelledBy()).map(
                (key) => ({
                    key: key,
                    text: SystemCommands.Happenings.textOf(key)
                })
            )
        );
        const buildCancelledBy = () => {
            // Knockout changes the list of what is checked itself
            const chosen = [...self.cancelledBy()];
            return !self.waits() || _.isEqual(chosen, CANCELLED_BY) ? undefined : chosen;
        };

        //~~ Run

        self.command = value("run", undefined);
        self.arguments = new SystemCommands.RuleArguments(uploads, "systemcommands_rule");
        touches("arguments", self.arguments.result);
        self.confirmed = value("confirmed", false);

        self.chosen = ko.pureComputed(() =>
            commands().find((command) => command.key === self.command())
        );
        // what is not there any more stays chosen
        self.commands = ko.pureComputed(() => {
            const wanted = self.command();
            if (!wanted || self.chosen()) return commands();
            return [...commands(), {key: wanted, name: keys.split(wanted).action}];
        });
        self.chosen.subscribe((command) => {
            if (!self._isLoading) self.arguments.become(command ? command.arguments : []);
        });

        // how the command takes a print that is under way: allow, confirm, refuse
        self.whilePrinting = ko.pureComputed(() => {
            return (self.chosen() && self.chosen().whilePrinting) || "allow";
        });

        //~~ All of it

        self.load = (entry) => {
            const rule = mapping(entry);
            self._isLoading = true;
            self.entry(rule);
            self.id(text(rule.id));
            self.name(text(rule.name));
            self.enabled(rule.enabled !== false);
            self.when.load(mapping(rule.when));
            self.conditions(
                Object.entries(mapping(rule.if)).flatMap(([key, values]) =>
                    [].concat(values).map((one) => conditionOf(key, one))
                )
            );
            loadWait(mapping(rule.wait));
            const isDefault = rule.cancelled_by === undefined;
            self.cancelledBy(
                isDefault ? [...CANCELLED_BY] : listOf(rule.cancelled_by).map(text)
            );
            self.command("run" in rule ? keys.of(rule.source, rule.run) : undefined);
            self.confirmed(rule.confirmed === true);
            const command = self.chosen();
            self.arguments.load(
                command ? command.arguments : [],
                mapping(rule.arguments)
            );
            self._isLoading = false;
            // arguments that the command does not have are not kept
            const names = _.map(self.arguments.fields(), "name");
            const isOdd = command && _.difference(_.keys(rule.arguments), names).length;
            self._before(isOdd ? _.omit(build(), "arguments") : build());
        };

        const build = () => {
            const {source, action} = keys.split(self.command());
            return {
                id: self.id().trim() || undefined,
                name: self.name().trim() || undefined,
                enabled: self.enabled(),
                when: self.when.result(),
                if: buildIf(),
                wait: buildWait(),
                cancelled_by: buildCancelledBy(),
                run: action || undefined,
                source: action ? keys.sourceOf(source) : undefined,
                arguments: unlessEmpty(self.arguments.result()),
                confirmed: self.confirmed() || undefined
            };
        };

        self.result = ko.pureComputed(() => {
            const entry = self.entry();
            const before = self._before();
            const built = build();
            const isKept = (field) =>
                !FIELDS.includes(field) ||
                (field in before && _.isEqual(built[field], before[field]));
            const fields = _.union(FIELDS, Object.keys(entry)).map((field) => [
                field,
                isKept(field) ? entry[field] : built[field]
            ]);
            return given(_.object(fields));
        });
    };
})();
