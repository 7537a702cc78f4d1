$(function () {
    // Somebody else has saved: what differs, and whose list it shall be.
    function SystemCommandsConflictViewModel() {
        const self = this;

        self.differences = ko.observableArray([]);
        self._options = {};

        const LABELS = {
            added: gettext("only in yours"),
            removed: gettext("only in theirs"),
            changed: gettext("differs"),
            moved: gettext("stands elsewhere")
        };

        // options: theirs, mine, onTheirs, onMine
        self.open = (options) => {
            self._options = options;
            self.differences(
                SystemCommandsDifference.between(options.theirs, options.mine, LABELS)
            );
            self.dialog.show();
        };

        self.takeTheirs = () => self._decide("onTheirs");
        self.keepMine = () => self._decide("onMine");

        self._decide = (decision) => {
            self.dialog.hide();
            self._options[decision]();
        };

        self.onStartup = () => {
            self.dialog = new SystemCommandsDialog("#systemcommands_conflict_dialog");
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsConflictViewModel,
        elements: ["#systemcommands_conflict_dialog"]
    });
});
