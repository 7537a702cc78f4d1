(function () {
    const toHtml = (text) => _.escape(text).replace(/\r\n|\r|\n/g, "<br>");

    // OctoPrint's dialog for questions, with what it leaves out: that it has a name, that
    // its buttons are there for screen readers too, and where the focus goes.
    //   options   those of showConfirmationDialog, whose texts are HTML; an empty question
    //             is none
    SystemCommands.Question = function (options) {
        let isProceeding = false;
        const dialog = showConfirmationDialog({
            ...options,
            // OctoPrint asks a question of its own in place of an empty one
            html: options.question === "" ? `<p>${options.message}</p>` : undefined,
            onproceed: () => (isProceeding = true),
            // OctoPrint would call it while the question is still there
            oncancel: undefined,
            dialogClass: "systemcommands-question " + (options.dialogClass || ""),
            // What follows may be another dialog, such as that for the password. It would
            // lose the focus to this one, as long as this one is there.
            onclose: () => {
                SystemCommands.DialogFocus.giveBackTo(undefined, () => {
                    const then = isProceeding ? options.onproceed : options.oncancel;
                    if (then) then();
                });
            }
        });
        dialog.attr({role: "dialog", "aria-label": dialog.find("h3").text()});
        dialog.find(".close").attr("aria-label", gettext("Close"));
        dialog.find("[data-dismiss]").removeAttr("aria-hidden");
    };

    // The question before a command is run, or several of them in one dialog.
    //   reasons      own: the command's own question, print: that a print is under way
    //   proceed      called once, when the answer is yes
    //   onCancelled  called when it is not
    SystemCommands.Confirm = function (command, reasons, proceed, onCancelled) {
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

        SystemCommands.Question({
            title: name,
            message: messages.join("<br><br>"),
            // the command's own is one already
            question: reasons.own && !isCore ? "" : undefined,
            proceed: isCore
                ? name
                : _.sprintf(gettext('Run "%(name)s"'), {name: shortName}),
            dialogClass: "systemcommands-confirm",
            onproceed: proceed,
            oncancel: onCancelled
        });
    };
})();
