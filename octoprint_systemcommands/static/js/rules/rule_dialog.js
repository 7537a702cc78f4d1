$(function () {
    // in milliseconds, after which what is entered is said in a sentence
    const SENTENCE_DELAY = 300;

    const FIELDS = [
        ...["id", "name", "when", "if", "wait", "cancelled_by"],
        ...["run", "arguments", "confirmed"]
    ];

    // what is known whatever has happened
    const FACTS = ["file", "origin", "state", "printing", "connected"];

    // One rule, as a sentence of choices.
    function SystemCommandsRuleDialogViewModel(parameters) {
        const self = this;

        self.rules = parameters[0];
        self.requests = self.rules.requests;

        // what could not be read
        self.broken = ko.observable();
        // {kinds, last}: what there is to wait for, and the last of each
        self.happenings = ko.observable({kinds: [], last: {}});
        self._options = {};

        self.groups = SystemCommands.Happenings.groups();
        self.week = SystemCommands.Schedule.week();
        self.form = new SystemCommands.RuleForm(
            self.rules.runnable,
            new SystemCommands.Uploads(false),
            (field) => self._touch(field)
        );
        self.result = self.form.result;
        self.sentence = ko
            .pureComputed(() => self.rules.sentence.inFull(self.result()))
            .extend({rateLimit: SENTENCE_DELAY});
        self.help = ko.pureComputed(() =>
            SystemCommands.Happenings.helpOf(self.form.when.kind())
        );
        // OctoPrint's events, to choose from
        self.events = ko.pureComputed(() =>
            _.map(self.happenings().kinds, "key").filter(
                (key) => !SystemCommands.Happenings.isKnown(key)
            )
        );

        //~~ What happened the last time

        // how the server calls what it waits for; undefined for times
        self.happening = ko.pureComputed(() => {
            const {event, run, action} = self.result().when || {};
            if (run) return `run_ended ${run}`;
            return action ? `action ${action}` : event;
        });
        self.last = ko.pureComputed(() => self.happenings().last[self.happening()]);
        self.lastAt = ko.pureComputed(() =>
            self.last() ? moment(self.last().at).fromNow() : ""
        );
        // [{key, value}]
        self.payload = ko.pureComputed(() =>
            _.map(self.last() && self.last().payload, (value, key) => ({
                key: key,
                value: SystemCommands.DefinitionForm.textOf(value)
            }))
        );
        // what conditions may be about
        self.facts = ko.pureComputed(() => _.union(_.map(self.payload(), "key"), FACTS));
        self.addFact = (fact) => self.form.addCondition(fact.key, fact.value);

        //~~ What the server says about it

        SystemCommands.EntryDialog.call(self, {
            selector: "#systemcommands_rule_dialog",
            testButton: "#systemcommands_rule_test",
            requests: self.requests,
            result: self.result,
            key: "id",
            keyField: self.form.id,
            fields: FIELDS,
            dataOf: (rule) => {
                // a name is asked for last, and need not be given
                const name = rule.name || _.get(self.form.chosen(), "name");
                const named = name ? {...rule, name: name} : rule;
                return {rule: named, others: self._options.others};
            },
            locator: () => {
                const rule = self.result();
                return (problem) =>
                    self._isProblem(problem) &&
                    SystemCommands.RuleProblems.of(problem, rule);
            },
            test: {
                post: (data) => self.requests.post("try", data),
                dataOf: (rule) => ({
                    rule: rule,
                    payload: self.last() ? self.last().payload : {}
                }),
                commandOf: (rule) => ({
                    ...self.form.chosen(),
                    name: self.rules.nameOf(rule.source || "custom", rule.run),
                    // they stand in the rule
                    arguments: []
                }),
                runs: parameters[1],
                notices: parameters[2]
            },
            lossText: gettext("The changes of this rule will be lost."),
            onUnlocked: () => self._loadHappenings(),
            onShowAll: _.noop,
            onUnfold: _.noop,
            onClosed: () => self._options.onClosed()
        });

        self.title = ko.pureComputed(() =>
            self.isNew() ? gettext("Add rule") : gettext("Edit rule")
        );
        // the server does not know yet what was changed about commands
        self._isProblem = ({field, severity}) => {
            const isOfCommand = ["run", "arguments"].includes(field);
            const isNews = self.rules.list.isDirty() && !!self.form.chosen();
            return severity !== "warning" || !isOfCommand || !isNews;
        };
        //~~ Opening and closing

        // options: entry, isNew, others (the ids of other rules), onAccept, onClosed (returns
        // the element that gets the focus)
        self.open = (options) => {
            const {entry, isNew} = options;
            const isBroken = !isNew && !_.isPlainObject(entry);
            self._options = options;
            self.form.arguments.uploads.isKnown(parameters[3].mayListFiles());
            self.form.load(entry);
            self.broken(
                isBroken ? SystemCommands.DefinitionForm.textOf(entry) : undefined
            );
            self._show(
                isNew,
                isNew ? self.result() : entry,
                isNew || isBroken || entry.id === undefined
            );
            self._loadHappenings();
        };

        self._loadHappenings = () => {
            self.requests.getQuietly("happenings").done(self.happenings);
        };

        //~~ What users do

        self.addCondition = () => {
            self.form.addCondition();
            self.dialog.find(".systemcommands-conditions input").slice(-2)[0].focus();
        };
        self.showWait = () => {
            self.form.isWaitShown(true);
            self.dialog.find("#systemcommands_rule_wait_for").focus();
        };

        self.accept = () => self._accept(self._options.onAccept);

        // what it is tried with is to be seen before
        self._startTest = (rule) => {
            if (self.tryout.isShown()) self.tryout.start(rule);
            else self._showTryout();
        };
        self._showTryout = () => {
            self._loadHappenings();
            self.tryout.isShown(true);
            self._layout();
            self.dialog.find(".systemcommands-tryout button.systemcommands-go").focus();
        };
        self.runNow = () => {
            const {run, update} = self.tryout.run();
            parameters[4].runNow(run(), update);
            // the button goes away, and must not take the keyboard with it
            self.dialog.find(".systemcommands-terminal").focus();
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRuleDialogViewModel,
        dependencies: [
            "systemCommandsRulesDraftViewModel",
            "systemCommandsRunStoreViewModel",
            "systemCommandsNoticesViewModel",
            "systemCommandsPermissionsViewModel",
            "systemCommandsLauncherViewModel"
        ],
        elements: ["#systemcommands_rule_dialog"]
    });
});
