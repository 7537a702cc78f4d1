(function () {
    // When a dialog is closed the keyboard goes on where it was before.
    window.SystemCommandsFocus = {
        // then: what is to be done after that, and may move the focus on
        giveBackTo: (element, then) => {
            // later, since the dialog below takes the focus when this one is gone
            setTimeout(() => {
                const target = $(element);
                if (target.is(":visible") && !target.is("body")) {
                    target.focus();
                } else if (!$(".modal:visible").length) {
                    // an entry of the menu is not there any more by now
                    $("#navbar_systemmenu > .dropdown-toggle").focus();
                }
                if (then) then();
            });
        },

        // remove() takes an item out of its list, and the button in it that was clicked as
        // well. Its like in the next item gets the focus, or what else there is.
        keepWhileRemoving: (event, remove, otherwise) => {
            const item = $(event.currentTarget).closest("li, .systemcommands-variable");
            const list = item.parent();
            const index = item.index();
            remove();
            const buttons = list.find("button:visible");
            const next = buttons.eq(Math.min(index, buttons.length - 1));
            (buttons.length ? next : $(otherwise)).focus();
        }
    };

    // A dialog without a life of its own. onHidden may return what gets the focus then.
    window.SystemCommandsDialog = function (selector, onHidden) {
        const element = $(selector);
        let before;
        element.on("hidden", (event) => {
            // those of other dialogs come by here as well
            if (event.target !== element[0]) return;
            SystemCommandsFocus.giveBackTo((onHidden && onHidden()) || before);
        });

        this.element = element;
        this.show = () => {
            before = document.activeElement;
            element.modal("show");
        };
        this.hide = () => element.modal("hide");
        // when it has become higher or lower
        this.layout = () => element.modal("layout");
    };
})();
