$(function () {
    // in milliseconds, after which what is typed is checked, and said in a sentence
    const CHECK_DELAY = 300;

    const FIELDS = [
        ...["id", "name", "when", "if", "wait", "cancelled_by"],
        ...["run", "arguments", "confirmed"]
    ];

    // what is known whatever has happened
    const FACTS = ["file", "origin", "state", "printing", "connected"];

    // One rule, as a sentence of choices. What is right and what is not is for the server to
    // say.
    function SystemCommandsRuleDialogViewModel(parameters) {
        const self = this;

        self.rules = parameters[0];
        self.requests = self.rules.requests;

        self.isOpen = ko.observable(false);
        self.isNew = ko.observable(false);
        self.checkError = ko.observable();
        // what could not be read
        self.broken = ko.observable();
        // {kinds, last}: what there is to wait for, and the last of each
        self.happenings = ko.observable({kinds: [], last: {}});
        self._options = {};

        self.groups = SystemCommands.Happenings.groups();
        self.week = SystemCommands.Schedule.week();
        self.form = new SystemCommands.RuleForm(
            self.rules.commands,
            new SystemCommands.Uploads(false),
            (field) => self._touch(field)
        );
        self.result = self.form.result;
        self.clipboard = new SystemCommands.Clipboard();
        self.copyText = (text) => self.clipboard.copy(text, text, self.dialog[0]);

        self.title = ko.pureComputed(() =>
            self.isNew() ? gettext("Add rule") : gettext("Edit rule")
        );
        self.sentence = ko
            .pureComputed(() => self.rules.sentence.inFull(self.result()))
            .extend({rateLimit: CHECK_DELAY});
        self.help = ko.pureComputed(() =>
            SystemCommands.Happenings.helpOf(self.form.kind())
        );
        // OctoPrint's events, to choose from
        self.events = ko.pureComputed(() =>
            _.map(self.happenings().kinds, "key").filter(
                (key) => !SystemCommands.Happenings.isKnown(key)
            )
        );

        self.hasChanges = () => {
            // that the server has made an id is no change of the user's
            const strip = (entry) => (self._makesId ? _.omit(entry, "id") : entry);
            const result = strip(self.result());
            return self.isOpen() && !_.isEqual(result, strip(self._untouched));
        };

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

        self.verdict = new SystemCommands.ServerValidation({
            fields: FIELDS,
            ask: (isAwaited) => {
                const rule = self.result();
                // a name is asked for last, and need not be given
                const name = rule.name || _.get(self.form.chosen(), "name");
                const named = name ? {...rule, name: name} : rule;
                const data = {rule: named, others: self._options.others};
                const answer = isAwaited
                    ? self.requests.post("check", data)
                    : self.requests.postQuietly("check", data);
                return answer.then((response) => ({
                    ...response,
                    problems: response.problems.filter(self._isProblem)
                }));
            },
            locator: () => {
                const rule = self.result();
                return (problem) => SystemCommands.RuleProblems.of(problem, rule);
            },
            onSuggestion: (id) => {
                if (!self._makesId || !id || self.form.id() === id) return false;
                self.form.id(id);
                return true;
            }
        });
        self.errors = self.verdict.errors;
        self.lock = new SystemCommands.Credentials.Lock(self.requests, () => {
            if (!self.isOpen()) return;
            self._check();
            self._loadHappenings();
        });
        self.tryoutError = ko.observable();
        self.error = ko.pureComputed(() => self.tryoutError() || self.checkError());
        self.tryout = new SystemCommands.TestRun({
            post: (data) => self.requests.post("try", data),
            dataOf: (rule) => ({
                rule: rule,
                payload: self.last() ? self.last().payload : {}
            }),
            errorOf: self.requests.errorOf,
            commandOf: (rule) => ({
                ...self.form.chosen(),
                name: self.rules.nameOf(rule.source || "custom", rule.run),
                // they stand in the rule
                arguments: []
            }),
            runs: parameters[1],
            notices: parameters[2],
            onLayout: () => self._layout(),
            onError: (error) => self.tryoutError(error)
        });
        self.isBusy = ko.pureComputed(
            () => self.verdict.isAwaited() || self.tryout.isStarting()
        );
        self.isTesting = ko.pureComputed(() => self.isBusy() || self.tryout.isActive());

        // the server does not know yet what was changed about commands
        self._isProblem = ({field, severity}) => {
            const isOfCommand = ["run", "arguments"].includes(field);
            const isNews = self.rules.list.isDirty() && !!self.form.chosen();
            return severity !== "warning" || !isOfCommand || !isNews;
        };

        self._touch = (field) => {
            if (!self.isOpen() || !self.verdict.touched[field]) return;
            self.tryoutError(undefined);
            self.verdict.touched[field](true);
        };
        self.onIdInput = () => {
            self._makesId = !self.form.id();
            return true;
        };

        //~~ Opening and closing

        // options: entry, isNew, others (the ids of other rules), onAccept, onClosed (returns
        // the element that gets the focus)
        self.open = (options) => {
            const {entry, isNew} = options;
            const isBroken = !isNew && !_.isPlainObject(entry);
            self._options = options;
            self._makesId = isNew || isBroken || entry.id === undefined;
            self.form.arguments.uploads.isKnown(parameters[3].mayListFiles());
            self.form.load(entry);
            self._untouched = isNew ? self.result() : entry;
            self.broken(
                isBroken ? SystemCommands.DefinitionForm.textOf(entry) : undefined
            );
            self.isNew(isNew);
            self.checkError(undefined);
            self.tryoutError(undefined);
            self.verdict.reset(!isNew);
            self.tryout.reset();
            self.dialog.find("details").prop("open", false);
            self.lock.open();
            self._guard.open();
            self.isOpen(true);
            self._check();
            self._loadHappenings();
        };

        self._loadHappenings = () => {
            self.requests.getQuietly("happenings").done(self.happenings);
        };

        self._onHidden = () => {
            self.isOpen(false);
            self.verdict.reset();
            self.tryout.reset();
            return self._options.onClosed();
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

        self._ifRight = (proceed) => {
            self.verdict.showAll(true);
            self._check(() => {
                // what is only a warning is said, and may be meant
                if (self.verdict.problems().some((p) => p.severity !== "warning")) {
                    const mistakes = self.dialog.find(".control-group.error");
                    mistakes.closest("details").prop("open", true);
                    mistakes.first().find("input, select, button").first().focus();
                } else {
                    proceed(self.result());
                }
            }, true);
        };

        // onVerdict: called unless the server does not answer; isAwaited: by the user
        self._check = (onVerdict, isAwaited) => {
            self.verdict
                .check(onVerdict, isAwaited)
                .done(() => {
                    self.checkError(undefined);
                    self.lock.open();
                })
                .fail((response) => {
                    const isLocked = self.lock.explains(response);
                    self.checkError(
                        isLocked ? undefined : self.requests.errorOf(response)
                    );
                });
        };

        self.accept = () => {
            if (self.isBusy()) return;
            if (!self.isNew() && _.isEqual(self.result(), self._options.entry)) {
                self._guard.close();
                return;
            }
            self._ifRight((entry) => {
                self._options.onAccept(entry);
                self._guard.close();
            });
        };

        // what it is tried with is to be seen before
        self.test = () => {
            if (self.isTesting()) return;
            self.tryoutError(undefined);
            self._ifRight(self.tryout.isShown() ? self.tryout.start : self._showTryout);
        };
        self._showTryout = () => {
            self._loadHappenings();
            self.tryout.isShown(true);
            self._layout();
            self.dialog.find(".systemcommands-tryout button.systemcommands-go").focus();
        };
        self.hideTest = () => {
            self.tryout.hide();
            self.dialog.find("#systemcommands_rule_test").focus();
        };
        self.runNow = () => {
            const {run, update} = self.tryout.run();
            parameters[4].runNow(run(), update);
            // the button goes away, and must not take the keyboard with it
            self.dialog.find(".systemcommands-terminal").focus();
        };
        self.copyOutput = () => {
            const text = self.tryout.run().text();
            self.clipboard.copy("output", text, self.dialog[0]);
        };

        // Enter in a field is what it is in a form, and Ctrl+Enter (or Cmd+Enter) tries
        self.onKeydown = (_data, event) => {
            const isFinal = event.key === "Enter" && !event.originalEvent.isComposing;
            if (!isFinal || event.isDefaultPrevented()) return true;
            if (event.ctrlKey || event.metaKey) {
                self.test();
                return false;
            }
            if (!$(event.target).is("input")) return true;
            self.accept();
            return false;
        };

        // it has become higher or wider
        self._layout = () => {
            if (self.isOpen()) self.dialog.modal("layout");
        };

        //~~ View model callbacks

        self.onStartup = () => {
            self.dialog = $("#systemcommands_rule_dialog");
            self._guard = new SystemCommands.DiscardGuard(self.dialog, {
                hasChanges: self.hasChanges,
                message: gettext("The changes of this rule will be lost."),
                onHidden: self._onHidden
            });
            self.tryout.onStartup(self.dialog.find(".systemcommands-tryout")[0]);
            ko.computed(self.result)
                .extend({
                    rateLimit: {timeout: CHECK_DELAY, method: "notifyWhenChangesStop"}
                })
                .subscribe(() => {
                    if (self.isOpen()) self._check();
                });
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
