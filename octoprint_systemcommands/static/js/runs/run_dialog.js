$(function () {
    // One run: what it is to be run with, what it prints while it prints it, and what can be
    // done about it.
    function SystemCommandsRunDialogViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];
        self.triggering = parameters[1];
        self.access = parameters[2];
        self.guards = parameters[3];
        self.catalogue = parameters[5];

        // while the arguments are asked for, undefined when there is a run to be seen
        self.form = ko.observable();
        self.clipboard = new SystemCommands.Clipboard();
        self.view = new SystemCommands.RunView(
            $("#systemcommands_run_dialog .systemcommands-terminal")[0],
            self.runs,
            {
                onLayout: () => self._layout(),
                onEnded: (run) => {
                    SystemCommands.PageTitle(
                        run,
                        self.command() && self.command().ignore
                    );
                }
            }
        );
        self.run = self.view.run;

        self.title = ko.pureComputed(() => {
            if (self.form()) return self.form().name;
            return self.run()
                ? SystemCommands.RunFormat.name(self.run())
                : gettext("Output");
        });
        self.byWhom = ko.pureComputed(() => {
            const run = self.run();
            if (!run) return "";
            return _.compact([
                run.user,
                SystemCommands.RunFormat.trigger(run),
                run.address,
                SystemCommands.RunFormat.date(run),
                run.reason,
                run.stopped_by &&
                    _.sprintf(gettext("stopped by %(user)s"), {user: run.stopped_by})
            ]).join(", ");
        });
        self.given = ko.pureComputed(() => {
            return self.run()
                ? SystemCommands.RunFormat.arguments(self.run(), self.command())
                : [];
        });
        self.downloadUrl = ko.pureComputed(() => {
            if (!self.run()) return undefined;
            return OctoPrint.plugins.systemcommands.getDownloadUrl(self.run().id);
        });
        self.command = ko.pureComputed(() => {
            return self.run() && self.catalogue.commandOf(self.run());
        });
        self.tools = new SystemCommands.OutputTools({
            dialog: $("#systemcommands_run_dialog"),
            run: self.run,
            command: self.command,
            clipboard: self.clipboard,
            settings: parameters[4],
            onJump: self.view.leaveEnd,
            onView: self.view.stayAtEnd
        });

        //~~ Opening and closing

        self.isOpen = () => !!self.form() || !!self.runs.shownId();

        // run: as the server describes it, or at least with its id
        self.open = (run) => {
            self._reset();
            self.runs.shownId(run.id);
            self.view.show(run);
            self._show();
        };

        self.openForm = (request) => {
            self._reset();
            const form = new SystemCommands.ArgumentForm(request, {
                form: "systemcommands_run",
                user: self.access.user(),
                mayListFiles: self.access.mayListFiles(),
                refusal: self.guards.refusal,
                isShown: () => self.form() === form,
                onStarted: (run) => self._onFormStarted(form, request, run),
                onCancelled: () => {
                    SystemCommands.DialogFocus.giveBackTo(
                        self.dialog.find(".btn-primary")
                    );
                }
            });
            self.form(form);
            form.load();
            self._show();
        };

        self._onFormStarted = (form, request, run) => {
            // whoever has closed it meanwhile has other things to do
            if (self.form() !== form) return false;
            if (request.onStarted) return request.onStarted(run);
            if (request.command.showOutput === "always") {
                self.open(run);
            } else {
                self.dialog.modal("hide");
            }
            return true;
        };

        self._show = () => {
            const wasOpen = self.dialog.is(":visible");
            self.dialog.modal("show");
            if (!wasOpen) return;
            // it has become higher or lower, and what had the focus may be gone
            self.dialog.modal("layout");
            const isFocused = $(document.activeElement).is("a:visible, button:visible");
            if (self.form() || !isFocused) self._focusFirst(self.dialog.data("focusOn"));
        };

        self._focusFirst = (selector) => self.dialog.find(selector).first().focus();

        self._reset = () => {
            self.tools.search.reset();
            self.view.reset();
            self.runs.shownId(undefined);
            self.form(undefined);
        };

        self._onHidden = (event) => {
            // those of other dialogs come by here as well
            if (event.target === self.dialog[0]) self._reset();
        };

        // a hint makes it higher
        self._layout = () => {
            const height = self.dialog.height();
            if (height !== self._height && self.dialog.is(":visible")) {
                self.dialog.modal("layout");
            }
            self._height = height;
        };

        //~~ What users do

        self.copyOutput = () => {
            self.clipboard.copy("output", self.view.text(), self.dialog[0]);
        };
        // lines of hints are made anew with each answer, and known by their text
        self.copyText = (text) => self.clipboard.copy(text, text, self.dialog[0]);

        self.runNow = () => {
            self.triggering.runNow(self.run(), self.view.update);
            // the button goes away, and must not take the keyboard with it
            self._focusFirst(".systemcommands-terminal");
        };

        self.runAgain = () => {
            if (!self.command()) return;
            const callbacks = {onStarted: self.runs.show};
            self.triggering.trigger(self.command(), callbacks, self.run().arguments);
        };

        //~~ View model callbacks

        self.onUserLoggedOut = () => {
            if (self.isOpen()) self.dialog.modal("hide");
        };

        self.onStartup = () => {
            self.dialog = $("#systemcommands_run_dialog");
            self.dialog.on("hidden", self._onHidden);
            const screen = self.dialog.find(".systemcommands-terminal")[0];
            // it is as high as its text, and the dialog stays in the middle
            new ResizeObserver(() => {
                if (self.dialog.is(":visible")) self.dialog.modal("layout");
            }).observe(screen);
            self.runs.showRequests.subscribe(self.open);
            self.runs.hideRequests.subscribe(() => self.dialog.modal("hide"));
            self.triggering.formRequests.subscribe(self.openForm);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRunDialogViewModel,
        dependencies: [
            "systemCommandsRunStoreViewModel",
            "systemCommandsLauncherViewModel",
            "systemCommandsPermissionsViewModel",
            "systemCommandsPrintStateViewModel",
            "settingsViewModel",
            "systemCommandsCatalogueViewModel"
        ],
        elements: ["#systemcommands_run_dialog"]
    });
});
