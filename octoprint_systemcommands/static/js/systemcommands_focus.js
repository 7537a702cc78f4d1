(function () {
    // When a dialog is closed the keyboard goes on where it was before.
    window.SystemCommandsFocus = {
        giveBackTo: (element) => {
            // later, since the dialog below takes the focus when this one is gone
            setTimeout(() => {
                const target = $(element);
                // an entry of the menu is not there any more by now
                const isThere = target.is(":visible") && !target.is("body");
                (isThere ? target : $("#navbar_systemmenu > .dropdown-toggle")).focus();
            });
        }
    };
})();
