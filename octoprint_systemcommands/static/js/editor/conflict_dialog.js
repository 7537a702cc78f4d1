$(function () {
    // Somebody else has saved: what they have changed and what was changed here, and what of
    // it shall be saved.
    function SystemCommandsConflictDialogViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];

        self.intro = ko.observable();
        self.theirs = ko.observableArray([]);
        self.mine = ko.observableArray([]);
        // what both have changed: [{key, name, differences, choice}]
        self.clashes = ko.observableArray([]);
        self.canMerge = ko.pureComputed(() =>
            self.clashes().every((clash) => clash.choice())
        );
        self.isOpen = ko.observable(false);
        self._options = {};

        const CHANGES = {
            added: gettext("added"),
            removed: gettext("deleted"),
            changed: gettext("changed"),
            moved: gettext("moved")
        };
        const SIDES = {
            ...CHANGES,
            added: gettext("only in yours"),
            removed: gettext("only in theirs"),
            changed: gettext("differs"),
            moved: gettext("is at another place"),
            columns: [gettext("Theirs"), gettext("Yours")]
        };

        // options: base, theirs, mine, saved, onTheirs, onMine, onMerged (with the list),
        // onClosed (with whether it was decided)
        self.open = (options) => {
            const {base, theirs, mine, saved} = options;
            const difference = SystemCommands.ListDiff.between;
            self._options = options;
            self._decision = undefined;
            self._merge = new SystemCommands.ListMerge(base, theirs, mine);
            self.intro(
                SystemCommands.LastSave.newer(
                    saved,
                    self.loginState.username(),
                    SystemCommands.LastSave.whenAndAgo
                )
            );
            self.theirs(difference(base, theirs, CHANGES));
            self.mine(difference(base, mine, CHANGES));
            self.clashes([
                ...self._merge.clashes.map((clash) => {
                    const both = [clash.theirs, clash.mine];
                    return {
                        key: clash.key,
                        name: SystemCommands.DefinitionForm.nameOf(
                            [clash.base, ...both].find((entry) => entry !== undefined)
                        ),
                        differences: difference(
                            ...both.map((entry) => (entry === undefined ? [] : [entry])),
                            SIDES
                        ),
                        choice: ko.observable()
                    };
                }),
                ...(self._merge.isOrderClash
                    ? [
                          {
                              key: "order",
                              name: gettext("The order"),
                              differences: [],
                              choice: ko.observable()
                          }
                      ]
                    : [])
            ]);
            self.isOpen(true);
            self.dialog.show();
        };

        self.takeTheirs = () => self._decide("onTheirs");
        self.keepMine = () => self._decide("onMine");
        self.keepBoth = () => {
            const choices = self.clashes().map((clash) => [clash.key, clash.choice()]);
            const list = self._merge.merge(_.object(choices));
            self._decide("onMerged", list, choices.length > 0);
        };

        self._decide = (...decision) => {
            self._decision = decision;
            self.dialog.hide();
        };

        self._onHidden = () => {
            const [decision, ...values] = self._decision || [];
            self.isOpen(false);
            if (decision) self._options[decision](...values);
            self._options.onClosed(!!decision);
        };

        self.onStartup = () => {
            self.dialog = new SystemCommands.Dialog(
                "#systemcommands_conflict_dialog",
                self._onHidden
            );
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsConflictDialogViewModel,
        dependencies: ["loginStateViewModel"],
        elements: ["#systemcommands_conflict_dialog"]
    });
});
