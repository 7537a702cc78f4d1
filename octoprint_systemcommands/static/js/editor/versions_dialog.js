$(function () {
    // The lists of commands or of rules as they were before they were saved.
    function SystemCommandsVersionsDialogViewModel(parameters) {
        const self = this;

        self.versions = ko.observableArray([]);
        self.isLoaded = ko.observable(false);
        self.error = ko.observable();
        self.lock = new SystemCommands.Credentials.Lock(parameters[0], () =>
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

        // options: draft, countText, ifAgreed (is called with the draft and with what is to be
        // done if the user agrees)
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
            const {requests} = self._options.draft;
            requests
                .getQuietly("versions")
                .done((response) => {
                    self.versions(response.versions.map(self._toRow));
                    self.isLoaded(true);
                    self.dialog.loaded();
                })
                .fail((response) => {
                    if (self.lock.explains(response)) return;
                    self.error(requests.errorOf(response));
                });
        };

        self._toRow = (version) => {
            const {draft, countText} = self._options;
            const isOpen = ko.observable(false);
            const list = draft.listOf(version);
            return {
                list: list,
                date: moment(version.saved_at).format("LLL"),
                ago: moment.min(moment(version.saved_at), moment()).fromNow(),
                user: version.user,
                count: _.sprintf(countText, {
                    count: _.reject(list, SystemCommands.DefinitionForm.isDivider).length
                }),
                isOpen: isOpen,
                toggle: () => {
                    isOpen(!isOpen());
                    self.dialog.layout();
                },
                differences: ko.pureComputed(() => {
                    if (!isOpen()) return [];
                    return SystemCommands.ListDiff.between(
                        draft.toEntries(draft.entries()),
                        draft.toEntries(list),
                        LABELS
                    );
                })
            };
        };

        self.restore = (row) => {
            const {draft, ifAgreed} = self._options;
            ifAgreed(draft, () => {
                self.dialog.hide();
                draft.replace(row.list);
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
