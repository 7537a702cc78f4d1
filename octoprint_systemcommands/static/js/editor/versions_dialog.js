$(function () {
    // The lists as they were before they were saved.
    function SystemCommandsVersionsDialogViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];

        self.versions = ko.observableArray([]);
        self.isLoaded = ko.observable(false);
        self.error = ko.observable();
        self.lock = new SystemCommands.Credentials.Lock(self.definitions, () =>
            self._load()
        );
        self._options = {};

        const LABELS = {
            added: gettext("comes back"),
            removed: gettext("is removed"),
            changed: gettext("changes back"),
            moved: gettext("moves back"),
            columns: [gettext("Now"), gettext("Restored")]
        };

        // options: current, ifAgreed (calls what is to be done if the user agrees), onRestore
        self.open = (options) => {
            self._options = options;
            self.versions([]);
            self.isLoaded(false);
            self.lock.open();
            self.dialog.show();
            self._load();
        };

        self._load = () => {
            self.error(undefined);
            self.definitions
                .getQuietly("versions")
                .done((response) => {
                    self.versions(response.versions.map(self._toRow));
                    self.isLoaded(true);
                    self.dialog.loaded();
                })
                .fail((response) => {
                    if (self.lock.explains(response)) return;
                    self.error(self.definitions.errorOf(response));
                });
        };

        self._toRow = (version) => {
            const isOpen = ko.observable(false);
            const commands = version.definitions.filter(
                (entry) => !SystemCommands.DefinitionForm.isDivider(entry)
            );
            return {
                entries: version.definitions,
                date: moment(version.saved_at).format("LLL"),
                ago: moment.min(moment(version.saved_at), moment()).fromNow(),
                user: version.user,
                count: _.sprintf(gettext("Commands: %(count)s"), {
                    count: commands.length
                }),
                isOpen: isOpen,
                toggle: () => {
                    isOpen(!isOpen());
                    self.dialog.layout();
                },
                differences: ko.pureComputed(() => {
                    if (!isOpen()) return [];
                    return SystemCommands.ListDiff.between(
                        self._options.current,
                        version.definitions,
                        LABELS
                    );
                })
            };
        };

        self.restore = (row) => {
            self._options.ifAgreed(() => {
                self.dialog.hide();
                self._options.onRestore(row.entries);
            });
        };

        self.onStartup = () => {
            self.dialog = new SystemCommands.Dialog("#systemcommands_versions_dialog");
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsVersionsDialogViewModel,
        dependencies: ["systemCommandsDefinitionsClientViewModel"],
        elements: ["#systemcommands_versions_dialog"]
    });
});
