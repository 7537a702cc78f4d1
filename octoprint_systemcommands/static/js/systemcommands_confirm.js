(function () {
    const toHtml = (text) => _.escape(text).replace(/\r\n|\r|\n/g, "<br>");

    // The question before a command is run, or several of them in one dialog.
    //   reasons      own: the command's own question, print: that a print is under way
    //   proceed      called once, when the answer is yes
    //   onCancelled  called when it is not
    window.SystemCommandsConfirm = function (command, reasons, proceed, onCancelled) {
        // The dialog takes HTML. Core's texts are OctoPrint's own and written for that,
        // names and texts of all others are written by people and may hold anything.
        const isCore = command.source === "core";
        const name = _.escape(command.name);
        const shortName = _.escape(_.trunc(command.name, 40));
        const messages = [];
        if (reasons.print) {
            messages.push(
                _.escape(gettext("A print is under way, and this may disturb it."))
            );
        }
        if (reasons.own) {
            messages.push(isCore ? command.confirm : toHtml(command.confirm));
        }

        let decided = false;
        const dialog = showConfirmationDialog({
            title: name,
            message: messages.join("<br><br>"),
            proceed: isCore
                ? name
                : _.sprintf(gettext('Run "%(name)s"'), {name: shortName}),
            dialogClass: "systemcommands-confirm",
            onproceed: () => {
                // a double click is one decision
                if (decided) return;
                decided = true;
                proceed();
            },
            onclose: () => {
                if (!decided && onCancelled) onCancelled();
            }
        });
        // without this the focus stays behind the dialog, and escape does nothing
        dialog.find(".modal-footer [data-dismiss]").focus();
    };
})();
