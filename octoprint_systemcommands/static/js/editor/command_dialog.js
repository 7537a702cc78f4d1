$(function () {
    const entries = SystemCommands.DefinitionForm;

    // One command: all of its fields.
    function SystemCommandsCommandDialogViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];
        self.settingsViewModel = parameters[2];

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

        //~~ What it is, and the parts of a toggle

        // whether there is a use for a field, and so it is shown
        self.uses = (field) => {
            const isOfGcode = _.startsWith(field, "gcode_");
            if (isOfGcode && !self.form.gcode()) return false;
            return entries.uses(self.form.type(), field);
        };
        self.isToggle = ko.pureComputed(() => self.form.type() === "toggle");
        self.isStatus = ko.pureComputed(() => self.form.type() === "status");
        // where there are buttons, they may have a color
        self.isColored = ko.pureComputed(
            () => _.without(self.form.show_in(), "menu").length > 0
        );
        self._locator = () => {
            const locate = self.argumentEditor.locator();
            return (problem) => {
                if (self.uses(problem.field)) return locate(problem);
                // what is only a warning does not matter then
                if (problem.severity === "warning") return undefined;
                // there is no field to say it at
                const place = entries.placeOf(self.result(), problem);
                return {message: `${place}: ${problem.message}`};
            };
        };
        const run = ko.pureComputed(() => self.tryout.run());
        self.parts = new SystemCommands.SwitchParts(self.form, run);

        SystemCommands.EntryDialog.call(self, {
            selector: "#systemcommands_command_dialog",
            testButton: () =>
                _.compact(["#systemcommands_test", self.parts.part()]).join("_"),
            requests: self.definitions,
            result: self.result,
            key: "action",
            keyField: self.form.action,
            dataOf: (entry) => ({definition: entry, others: self._options.others}),
            locator: self._locator,
            test: {
                post: (data) => self.definitions.post("test", data),
                dataOf: (entry) => ({definition: entry, part: self.parts.part()}),
                commandOf: self.parts.commandOf,
                guards: parameters[3],
                mayListFiles: parameters[4].mayListFiles,
                runs: parameters[1],
                notices: parameters[5]
            },
            lossText: gettext("The changes of this command will be lost."),
            onUnlocked: () => {
                if (self.access.state() === "unknown") self._loadSurroundings();
            },
            onShowAll: () => self.argumentEditor.showAll(),
            onUnfold: self.argumentEditor.unfoldMistakes,
            onClosed: () => self._options.onClosed()
        });
        self.verdict.problems.subscribe(self.argumentEditor.setProblems);
        self.title = ko.pureComputed(() => {
            const [added, edited] = {
                command: [gettext("Add command"), gettext("Edit command")],
                toggle: [gettext("Add toggle"), gettext("Edit toggle")],
                status: [gettext("Add status"), gettext("Edit status")]
            }[self.form.type()];
            return self.isNew() ? added : edited;
        });

        self.testPart = (part) => {
            if (self.isTesting()) return;
            self.parts.choose(part);
            self.test();
        };
        // Ctrl+Enter in one of them tests that one
        const onKeydown = self.onKeydown;
        self.onKeydown = (data, event) => {
            const [, part] = /_field_(on|off|state)$/.exec(event.target.id) || [];
            const isTest = event.key === "Enter" && (event.ctrlKey || event.metaKey);
            if (part && isTest && !self.isTesting()) self.parts.choose(part);
            return onKeydown(data, event);
        };

        //~~ Icon, id, surroundings

        self.picker = new SystemCommands.IconPicker(self.form.icon);
        // of each command line
        self.interpreters = _.mapValues(
            _.pick(self.form, "command", "on", "off", "state"),
            (line) => new SystemCommands.Interpreters(line, self.surroundings)
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

        self.gcodeLine = ko.pureComputed(() =>
            SystemCommands.GcodeLine({
                action: self.form.action(),
                type: self.form.type(),
                arguments: self.argumentEditor.result()
            })
        );

        self.links = new SystemCommands.CommandLinks(
            self.definitions.links,
            new SystemCommands.Uploads(false),
            () => self.dialog.find("#systemcommands_link_address").focus().select()
        );
        // which there can be none for
        self.asksPeople = ko.pureComputed(
            () =>
                self.form.fresh_credentials() ||
                self.argumentEditor.result().some((one) => one.type === "secret")
        );

        //~~ Opening and closing

        // options: entry, isNew, others, submenus, note, sudoers, rules (if there may be some
        // of it), onAccept, onClosed (returns the element that gets the focus)
        self.open = (options) => {
            const entry = options.entry === undefined ? {} : options.entry;
            const isBroken = !_.isPlainObject(entry);
            const makesAction = entries.actionOf(entry) === undefined;
            self._options = options;
            self.action = entries.actionOf(entry);
            self.rules(makesAction ? undefined : options.rules);
            self.links.open(isBroken ? {} : entry, options.others);
            self.model.load(entry, !options.isNew);
            self.parts.reset();
            self.broken(isBroken ? entries.textOf(entry) : undefined);
            self.submenus(options.submenus);
            self.note({text: options.note, sudoers: options.sudoers});
            self.picker.close();
            self._show(
                options.isNew,
                options.isNew ? entry : self.model.entry(),
                makesAction
            );
            self._loadSurroundings();
        };

        self._loadSurroundings = () => {
            const environment = self.definitions.getQuietly("environment");
            environment.done(self.surroundings);
            self.access.receive(environment);
        };

        self.accept = () => self._accept(self._options.onAccept);
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
