$(function () {
    // Somebody else has saved: what differs, and whose list it shall be.
    function SystemCommandsConflictViewModel() {
        const self = this;

        self.differences = ko.observableArray([]);
        self.isOpen = ko.observable(false);
        self._options = {};

        const LABELS = {
            added: gettext("only in yours"),
            removed: gettext("only in theirs"),
            changed: gettext("differs"),
            moved: gettext("is at another place"),
            columns: [gettext("Theirs"), gettext("Yours")]
        };

        // options: theirs, mine, onTheirs, onMine, onClosed (with whether it was decided)
        self.open = (options) => {
            self._options = options;
            self._decision = undefined;
            self.differences(
                SystemCommandsDifference.between(options.theirs, options.mine, LABELS)
            );
            self.isOpen(true);
            self.dialog.show();
        };

        self.takeTheirs = () => self._decide("onTheirs");
        self.keepMine = () => self._decide("onMine");

        self._decide = (decision) => {
            self._decision = decision;
            self.dialog.hide();
        };

        self._onHidden = () => {
            self.isOpen(false);
            if (self._decision) self._options[self._decision]();
            self._options.onClosed(!!self._decision);
        };

        self.onStartup = () => {
            self.dialog = new SystemCommandsDialog(
                "#systemcommands_conflict_dialog",
                self._onHidden
            );
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsConflictViewModel,
        elements: ["#systemcommands_conflict_dialog"]
    });
});
