$(function () {
    // in milliseconds, after which what is typed is checked
    const CHECK_DELAY = 300;

    const entries = SystemCommands.DefinitionForm;

    // One command: all of its fields. What is right and what is not is for the server to say.
    function SystemCommandsCommandDialogViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];
        self.settingsViewModel = parameters[2];

        self.isOpen = ko.observable(false);
        self.isNew = ko.observable(false);
        // why it could not be checked
        self.checkError = ko.observable();
        // of presets
        self.note = ko.observable();
        // what could not be read
        self.broken = ko.observable();
        // submenus that there are already
        self.submenus = ko.observableArray([]);
        self.surroundings = ko.observable();

        self._options = {};

        self.model = new SystemCommands.CommandForm((field) => self._touch(field));
        self.form = self.model.fields;
        self.environment = self.model.environment;
        self.argumentEditor = self.model.argumentEditor;
        self.access = self.model.access;
        self.leftovers = self.model.leftovers;
        self.removeLeftover = self.model.removeLeftover;
        self.result = self.model.result;
        self.clipboard = new SystemCommands.Clipboard();
        self.copyText = (text) => self.clipboard.copy(text, text, self.dialog[0]);
        self.brokenArguments = ko.pureComputed(() =>
            self.leftovers().find((field) => field.name === "arguments")
        );
        self.summaries = new SystemCommands.SectionSummaries(self.form, {
            argumentEditor: self.argumentEditor,
            access: self.access,
            environment: self.environment,
            leftovers: self.leftovers
        });

        // the rules that run it, and may be changed here as well
        self.rules = ko.observable();
        self.summaries.rules = ko.pureComputed(() => {
            return self.rules()
                ? self
                      .rules()
                      .ofCommand(self.action)
                      .map((row) => row.name())
                      .join(", ")
                : "";
        });
        self.addRule = () => {
            self.rules().addFor(self.action, () => "#systemcommands_command_add_rule");
        };
        self.editRule = (row, event) => {
            self.rules().editFor(row, () => event.target);
        };

        self.title = ko.pureComputed(() => {
            return self.isNew() ? gettext("Add command") : gettext("Edit command");
        });
        self.hasChanges = () => {
            const untouched = self.isNew() ? self._original : self.model.entry();
            // that the server has made an id is no change of the user's
            const strip = (entry) =>
                self._makesAction ? _.omit(entry, "action") : entry;
            return self.isOpen() && !_.isEqual(strip(self.result()), strip(untouched));
        };

        //~~ What the server says about it

        self.verdict = new SystemCommands.ServerValidation({
            ask: (isAwaited) => {
                const data = {definition: self.result(), others: self._options.others};
                return isAwaited
                    ? self.definitions.post("check", data)
                    : self.definitions.postQuietly("check", data);
            },
            locator: self.argumentEditor.locator,
            // What has no id yet is called what it does, unless the user has a better idea.
            onSuggestion: (action) => {
                if (!self._makesAction || !action) return false;
                if (self.form.action() === action) return false;
                self.form.action(action);
                return true;
            }
        });
        self.errors = self.verdict.errors;
        self.lock = new SystemCommands.Credentials.Lock(self.definitions, () => {
            if (!self.isOpen()) return;
            self._check();
            if (self.access.state() === "unknown") self._loadSurroundings();
        });
        self.verdict.problems.subscribe(self.argumentEditor.setProblems);
        self.tryout = new SystemCommands.TestRun({
            post: (data) => self.definitions.post("test", data),
            dataOf: (entry) => ({definition: entry}),
            errorOf: self.definitions.errorOf,
            commandOf: entries.toCommand,
            guards: parameters[3],
            mayListFiles: parameters[4].mayListFiles,
            runs: parameters[1],
            notices: parameters[5],
            onSubmit: () => self.test(),
            onLayout: () => self._layout(),
            onError: (error) => self.tryoutError(error)
        });
        // why it could not be tried out; true until it is tried or changed again, whatever
        // a check that was still under way comes to
        self.tryoutError = ko.observable();
        self.error = ko.pureComputed(() => self.tryoutError() || self.checkError());
        self.isBusy = ko.pureComputed(
            () => self.verdict.isAwaited() || self.tryout.isStarting()
        );
        self.isTesting = ko.pureComputed(() => self.isBusy() || self.tryout.isActive());

        self._touch = (field) => {
            if (!self.isOpen()) return;
            self.tryoutError(undefined);
            self.verdict.touched[field](true);
        };
        self.onActionInput = () => {
            self._makesAction = !self.form.action();
            return true;
        };

        //~~ Icon, id, surroundings

        self.picker = new SystemCommands.IconPicker(self.form.icon);
        self.interpreters = new SystemCommands.Interpreters(
            self.form.command,
            self.surroundings
        );

        self.address = ko.pureComputed(() => {
            return SystemCommands.Curl.address(
                self.settingsViewModel.settings,
                "custom",
                self.form.action() || ""
            );
        });
        self.copyCurl = () => {
            const command = {
                source: "custom",
                action: self.form.action(),
                arguments: self.argumentEditor.result()
            };
            const line = SystemCommands.Curl(command, self.address());
            self.clipboard.copy("curl", line, self.dialog[0]);
        };

        //~~ Opening and closing

        // options: entry, isNew, others, submenus, note, sudoers, rules (if there may be some
        // of it), onAccept, onClosed (returns the element that gets the focus)
        self.open = (options) => {
            const entry = options.entry === undefined ? {} : options.entry;
            const isBroken = !_.isPlainObject(entry);
            self._options = options;
            self._makesAction = entries.actionOf(entry) === undefined;
            self._original = entry;
            self.action = entries.actionOf(entry);
            self.rules(self._makesAction ? undefined : options.rules);
            self.model.load(entry, !options.isNew);
            self.broken(isBroken ? entries.textOf(entry) : undefined);
            self.submenus(options.submenus);
            self.note({text: options.note, sudoers: options.sudoers});
            self.isNew(options.isNew);
            self.picker.close();
            self.checkError(undefined);
            self.tryoutError(undefined);
            self.verdict.reset(!options.isNew);
            self.tryout.reset();
            self.dialog.find("details").prop("open", false);
            self.lock.open();
            self._guard.open();
            self.isOpen(true);
            self._check(self._unfoldMistakes);
            self._loadSurroundings();
        };

        self._loadSurroundings = () => {
            const environment = self.definitions.getQuietly("environment");
            environment.done(self.surroundings);
            self.access.receive(environment);
        };

        self._onHidden = () => {
            self.isOpen(false);
            self.verdict.reset();
            self.tryout.reset();
            return self._options.onClosed();
        };

        //~~ What users do

        self._ifRight = (proceed) => {
            self.verdict.showAll(true);
            self.argumentEditor.showAll();
            self._check(() => {
                // what is only a warning is said, and may be meant
                if (self.verdict.problems().some((p) => p.severity !== "warning")) {
                    self._unfoldMistakes();
                    self.dialog
                        .find(".control-group.error")
                        .first()
                        .find("input, textarea, select, button")
                        .first()
                        .focus();
                } else {
                    proceed(self.result());
                }
            }, true);
        };

        self._unfoldMistakes = () => {
            self.argumentEditor.unfoldMistakes();
            self.dialog.find("details:has(.control-group.error)").prop("open", true);
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
                        isLocked ? undefined : self.definitions.errorOf(response)
                    );
                });
        };

        self.accept = () => {
            if (self.isBusy()) return;
            if (!self.isNew() && _.isEqual(self.result(), self.model.entry())) {
                self._guard.close();
                return;
            }
            self._ifRight((entry) => {
                self._options.onAccept(entry);
                self._guard.close();
            });
        };

        self.test = () => {
            if (self.isTesting()) return;
            self.tryoutError(undefined);
            self._ifRight(self.tryout.start);
        };
        self.hideTest = () => {
            self.tryout.hide();
            self.dialog.find("#systemcommands_test").focus();
        };
        self.copyOutput = () => {
            const text = self.tryout.run().text();
            self.clipboard.copy("output", text, self.dialog[0]);
        };

        // Enter in a field is what it is in a form, and Ctrl+Enter (or Cmd+Enter) tests
        self.onKeydown = (_data, event) => {
            const isFinal = event.key === "Enter" && !event.originalEvent.isComposing;
            if (!isFinal || event.isDefaultPrevented()) return true;
            if (event.ctrlKey || event.metaKey) {
                self.test();
                return false;
            }
            const isField = $(event.target).is("input");
            // the arguments of a test have a form of their own
            if (!isField || $(event.target).closest("form").length) return true;
            self.accept();
            return false;
        };

        // it has become higher or wider
        self._layout = () => {
            if (self.isOpen()) self.dialog.modal("layout");
        };

        //~~ View model callbacks

        self.onStartup = () => {
            self.dialog = $("#systemcommands_command_dialog");
            self.tryout.onStartup(self.dialog.find(".systemcommands-tryout")[0]);
            self._guard = new SystemCommands.DiscardGuard(self.dialog, {
                hasChanges: self.hasChanges,
                message: gettext("The changes of this command will be lost."),
                onHidden: self._onHidden
            });
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
        construct: SystemCommandsCommandDialogViewModel,
        dependencies: [
            "systemCommandsDefinitionsClientViewModel",
            "systemCommandsRunStoreViewModel",
            "settingsViewModel",
            "systemCommandsPrintStateViewModel",
            "systemCommandsPermissionsViewModel",
            "systemCommandsNoticesViewModel"
        ],
        elements: ["#systemcommands_command_dialog"]
    });
});
