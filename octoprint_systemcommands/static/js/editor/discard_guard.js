(function () {
    // A dialog in which something is entered: it is not closed by the way, and the focus
    // goes back when it is.
    //   selector  of the dialog
    //   options   hasChanges(), message: what is said before these are lost,
    //             onHidden(): returns the element that gets the focus
    SystemCommands.DiscardGuard = function (selector, options) {
        const element = $(selector);
        let isDecided = false;

        this.open = () => {
            isDecided = false;
            element.modal("show");
        };

        // without a question
        this.close = () => {
            isDecided = true;
            element.modal("hide");
        };

        element.on("hide", (event) => {
            if (event.target !== element[0] || isDecided || !options.hasChanges()) return;
            event.preventDefault();
            SystemCommands.Question({
                title: gettext("Discard what you have entered?"),
                message: options.message,
                question: "",
                cancel: gettext("Go on editing"),
                proceed: gettext("Discard"),
                onproceed: this.close
            });
        });
        element.on("hidden", (event) => {
            if (event.target !== element[0]) return;
            SystemCommands.DialogFocus.giveBackTo(options.onHidden());
        });
    };
})();
