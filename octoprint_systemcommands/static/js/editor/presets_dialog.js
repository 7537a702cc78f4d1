$(function () {
    // Commands to begin with.
    function SystemCommandsPresetsDialogViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];

        // [{name, presets}]
        self.groups = ko.observableArray([]);
        self.error = ko.observable();
        self.clipboard = new SystemCommands.Clipboard();
        self._chosen = undefined;
        self.lock = new SystemCommands.Credentials.Lock(self.definitions, () =>
            self._load()
        );
        self._options = {};

        // options: onChoose
        self.open = (options) => {
            self._options = options;
            self._chosen = undefined;
            self.lock.open();
            self.dialog.show();
            self._load();
        };

        self._load = () => {
            self.error(undefined);
            self.definitions
                .getQuietly("presets")
                .done((response) => {
                    const groups = _.groupBy(
                        response.presets,
                        (preset) => preset.definition.group || gettext("Others")
                    );
                    self.groups(
                        _.map(groups, (presets, name) => ({name: name, presets: presets}))
                    );
                    self.dialog.loaded();
                })
                .fail((response) => {
                    if (self.lock.explains(response)) return;
                    self.error(self.definitions.errorOf(response));
                });
        };

        self.icon = (preset) =>
            SystemCommands.DefinitionForm.iconOf(preset.definition.icon);

        self.choose = (preset) => {
            self._chosen = preset;
            self.dialog.hide();
        };

        self.copyText = (text) => {
            self.clipboard.copy(text, text, self.dialog.element[0]);
        };

        // one dialog after the other, or they would fight for the focus
        self._onHidden = () => {
            const preset = self._chosen;
            if (!preset) return;
            self._options.onChoose({
                entry: _.omit(preset.definition, "action"),
                note: preset.note,
                sudoers: preset.sudoers
            });
        };

        self.onStartup = () => {
            self.dialog = new SystemCommands.Dialog(
                "#systemcommands_presets_dialog",
                self._onHidden
            );
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsPresetsDialogViewModel,
        dependencies: ["systemCommandsDefinitionsClientViewModel"],
        elements: ["#systemcommands_presets_dialog"]
    });
});
