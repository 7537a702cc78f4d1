$(function () {
    // Commands and rules, which the settings page loads and saves together: the commands
    // first, as rules run them.
    function SystemCommandsDraftsViewModel(parameters) {
        const self = this;

        self.list = parameters[0];
        self.rules = parameters[1];

        const drafts = [self.list, self.rules];
        const any = (what) =>
            ko.pureComputed(() => drafts.some((draft) => draft[what]()));
        const first = (what) =>
            ko.pureComputed(() => drafts.find((draft) => draft[what]()));

        self.isDirty = any("isDirty");
        self.isSaving = any("isSaving");
        self.canSave = ko.pureComputed(
            () => !self.isSaving() && drafts.some((draft) => draft.canSave())
        );
        // the one that the server has a newer list of, and the one whose list gave way
        self.withNewer = first("newer");
        self.withKept = first("kept");
        self.error = ko.pureComputed(() => {
            return _.compact([
                self.list.error(),
                // without the rules there is a word in their place
                self.rules.isReady() && self.rules.error()
            ]).join("\n");
        });

        // the rules wait for the commands to be saved
        self._areRulesNext = false;

        self.load = () => drafts.forEach((draft) => draft.load());
        self.unlock = () => self.list.requests.askForPassword(self.load);

        self.save = () => {
            if (!self.canSave()) return;
            self._areRulesNext = self.list.canSave();
            if (self._areRulesNext) self.list.save();
            else self.rules.save();
        };

        self.discard = () => {
            drafts.filter((draft) => draft.isDirty()).forEach((draft) => draft.discard());
        };

        // there is one question for the password, in place of the commands
        self.list.requests.refreshes.subscribe(() => {
            if (self.list.isReady() && self.rules.state() === "locked") self.rules.load();
        });

        // then(draft, event): told of what becomes of either of them
        self.onEvents = (then) => {
            drafts.forEach((draft) =>
                draft.events.subscribe((event) => then(draft, event))
            );
        };

        self.list.events.subscribe((event) => {
            if (event !== "saved" || !self._areRulesNext) return;
            self._areRulesNext = false;
            self.rules.save();
        });
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsDraftsViewModel,
        dependencies: [
            "systemCommandsListDraftViewModel",
            "systemCommandsRulesDraftViewModel"
        ]
    });
});
