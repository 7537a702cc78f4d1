(function () {
    const DIALOG = "#reauthenticate_dialog";
    // a dialog that has this is looked after like one of ours
    const OURS = "systemcommands-question";

    // who waits for the one dialog: while it is open, OctoPrint's must not be asked again
    let waiting = [];
    let isEntered = false;

    const isOpen = () => {
        const modal = $(DIALOG).data("modal");
        return !!modal && modal.isShown;
    };

    const settle = (how) => {
        const those = waiting;
        waiting = [];
        those.forEach((one) => one[how] && one[how]());
    };

    // OctoPrint takes the handlers of its dialog away when somebody else asks for it
    $(document).on("hidden", (event) => {
        if (!$(event.target).is(DIALOG)) return;
        $(event.target).removeClass(OURS);
        // at once: what was disabled for the time gets the focus back
        if (!isEntered) settle("onAborted");
    });

    // OctoPrint's dialog for the password. It takes the keyboard, so it is for what a click
    // has asked for, and for nothing else.
    SystemCommands.Credentials = {
        // one of the two is called, onEntered when the focus is back
        ask: (loginState, onEntered, onAborted) => {
            const dialog = $(DIALOG);
            waiting.push({onEntered: onEntered, onAborted: onAborted});
            if (waiting.length > 1 && isOpen()) return;

            isEntered = false;
            let isShown = false;
            // it has a name then, too
            dialog.addClass(OURS);
            dialog.attr({role: "dialog", "aria-label": dialog.find("h3").text()});
            dialog
                .find("input[type=password]")
                .attr("aria-label", dialog.find(".control-label").text());
            // what this returns differs between OctoPrint's versions
            loginState.forceReauthentication(() => {
                isEntered = true;
                const proceed = () => settle("onEntered");
                // What follows may be another dialog. It would lose the focus to this one, as
                // long as this one is there.
                if (isShown) SystemCommands.DialogFocus.giveBackTo(undefined, proceed);
                // not everybody has a password
                else proceed();
            });
            isShown = !isEntered;
            if (isEntered) dialog.removeClass(OURS);
        },

        // OctoPrint may be about to ask as well. It can ask only once at a time, and forgets
        // who has asked before: then is called when it has, with whether it may go on.
        afterOctoPrint: (loginState, then) => {
            setTimeout(() => {
                if (!isOpen()) {
                    then(true);
                    return;
                }
                $(DIALOG).one("hidden", () => then(loginState.checkCredentialsSeen()));
            });
        },

        // A line with a button, where a dialog could not ask the server without a password:
        // requests that nobody has clicked for never prompt.
        //   definitions   the requests of the editor
        //   retry         called when the password has been entered, whatever for
        Lock: function (definitions, retry) {
            const self = this;

            self.isLocked = ko.observable(false);

            // true if the password is what is missing
            self.explains = (response) => {
                self.isLocked(definitions.wantsPassword(response));
                return self.isLocked();
            };
            self.open = () => self.isLocked(false);
            self.unlock = () => definitions.askForPassword();

            definitions.refreshes.subscribe(() => {
                if (!self.isLocked()) return;
                self.isLocked(false);
                retry();
            });
        }
    };
})();
