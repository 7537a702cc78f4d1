(function () {
    let lastId = 0;

    // A rule in the list of the editor: what stands in the file, and how it is shown.
    //   sentence   SystemCommands.RuleSentence
    //   news       observable: what became of rules, by their ids: {at, text, run}
    SystemCommands.RuleRow = function (entry, problems, sentence, news) {
        const self = this;
        const entries = SystemCommands.DefinitionForm;

        self.id = ++lastId;
        self.entry = ko.observable(entry);
        self.problems = ko.observable(problems || []);
        self.shownProblems = ko.pureComputed(() =>
            entries.shownProblems(self.entry(), self.problems())
        );

        self.isMapping = ko.pureComputed(() => _.isPlainObject(self.entry()));
        self.sentence = ko.pureComputed(() => sentence.of(self.entry()));
        self.ruleId = ko.pureComputed(() => _.get(self.entry(), "id"));
        // what the user calls it, if at all
        self.ownName = ko.pureComputed(() => String(_.get(self.entry(), "name") || ""));
        // what tells it from others
        self.name = ko.pureComputed(() => self.ownName() || self.sentence());

        // back to what it was is no change
        const original = _.get(entry, "enabled");
        self.isEnabled = ko.pureComputed({
            read: () => _.get(self.entry(), "enabled") !== false,
            write: (isOn) => {
                const isBack = isOn === (original !== false);
                const enabled = isBack ? original : isOn;
                self.entry(
                    enabled === undefined
                        ? _.omit(self.entry(), "enabled")
                        : {...self.entry(), enabled: enabled}
                );
            }
        });

        const names = (what, source, action) =>
            [action, `${action}:on`, `${action}:off`].includes(String(what.run)) &&
            (what.source || "custom") === source;
        // whether it runs a command, or switches a toggle
        self.isOf = (source, action) =>
            self.isMapping() && names(self.entry(), source, action);
        // whether it waits for the end of that
        self.isAfter = (source, action) =>
            self.isMapping() &&
            _.isPlainObject(self.entry().when) &&
            names(self.entry().when, source, action);

        // what became of it the last time: {when, text, run}
        self.news = ko.pureComputed(() => {
            const last = news()[self.ruleId()];
            if (!last) return undefined;
            const at = moment(last.at);
            return {
                date: at.format("LLL"),
                // the server's clock may be ahead of this one
                text: `${moment.min(at, moment()).fromNow()}: ${last.text}`,
                run: last.run
            };
        });
    };
})();
