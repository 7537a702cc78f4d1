(function () {
    // The dialogs that this looks after, and the page of the settings that some of them are
    // opened from. OctoPrint's own get a class while they serve for one of our questions.
    const OURS = ".modal[id^='systemcommands_'], .systemcommands-question";
    const PAGE = "#settings_plugin_systemcommands";
    // what lies below the topmost one; notices and what browsers add may be used
    const BELOW = ".modal, #navbar, .octoprint-container, #systemcommands_pending";

    const focus = SystemCommands.DialogFocus;

    const openOnes = () => {
        const manager = $("body").data("modalmanager");
        return manager ? manager.getOpenModals().map((modal) => modal.$element[0]) : [];
    };
    const topmost = () => _.last(openOnes());
    const isOurs = (element) => !!element && $(element).is(OURS);

    // by dialog, and for the page without one: where the focus was in it
    const places = new WeakMap();
    const placeIn = (dialog) => places.get(dialog || document.body);

    const focusFirst = (dialog) => {
        const wanted = $(dialog).find($(dialog).data("focusOn") || []);
        const stops = [
            ...wanted.get(),
            ...focus.stopsIn($(dialog).find(".modal-body")),
            ...focus.stopsIn($(dialog).find(".modal-footer"))
        ];
        if (!stops.some(focus.moveTo)) $(dialog).attr("tabindex", -1).focus();
    };

    const focusAgain = (dialog, place) => {
        if (place && focus.moveToPlace(place, dialog)) return;
        if (!dialog.contains(document.activeElement)) focusFirst(dialog);
    };

    // When a dialog is closed the keyboard goes on where it was in what is below it, unless
    // somebody wants it elsewhere: {element, place, then}
    let wishes;

    const settle = () => {
        const {element, place, then} = wishes;
        const dialog = topmost();
        wishes = undefined;
        if (!dialog) {
            // an entry of the menu is not there any more by now
            [element, place && place.element, $("#navbar_systemmenu > a")[0]].some(
                focus.moveTo
            );
        } else if (!dialog.contains(element) || !focus.moveTo(element)) {
            focusAgain(dialog, place);
        }
        then.forEach((callback) => callback());
    };

    // element: what gets the focus, if it can and no other dialog is above it; then: what is
    // to be done after that, such as opening the next dialog
    focus.giveBackTo = (element, then) => {
        if (!wishes) {
            wishes = {then: []};
            // later, since the dialog below takes the focus when this one is gone
            setTimeout(settle);
        }
        wishes.element = $(element)[0] || wishes.element;
        if (then) wishes.then.push(then);
    };

    //~~ What happens to dialogs; tabs and others have events of the same names

    $(document).on("shown", (event) => {
        const dialog = event.target;
        if (isOurs(dialog) && dialog === topmost()) focusAgain(dialog);
    });

    // the one that is about to go: {dialog, below, place}
    let leaving;

    $(document).on("hide", (event) => {
        const open = openOnes();
        if (!open.includes(event.target) || event.isDefaultPrevented()) return;
        const below = _.last(_.without(open, event.target));
        const place = placeIn(below);
        const isOurPage = !!place && $(place.element).closest(PAGE).length > 0;
        leaving = {
            dialog: event.target,
            place: place,
            isCared: isOurs(event.target) || isOurs(below) || isOurPage
        };
    });

    $(document).on("hidden", (event) => {
        if (!leaving || leaving.dialog !== event.target) return;
        if (leaving.isCared) {
            focus.giveBackTo();
            wishes.place = leaving.place;
        }
        leaving = undefined;
    });

    //~~ What the keyboard does in them

    const on = (name, listener) => document.addEventListener(name, listener, true);

    on("focusin", (event) => {
        const dialog = topmost();
        const target = event.target;
        if (!isOurs(dialog) || dialog.contains(target)) {
            const home = $(target).closest(".modal")[0];
            places.set(home || document.body, focus.placeOf(target));
        } else if ($(target).closest(BELOW).length) {
            focusAgain(dialog, placeIn(dialog));
        }
    });

    on("focusout", (event) => {
        if (!topmost() && !event.relatedTarget) places.delete(document.body);
    });

    // the dialog that Escape was pressed in
    let escaped;

    on("keydown", (event) => {
        const dialog = topmost();
        // that of an input method is its own
        if (event.key === "Escape") escaped = event.isComposing ? undefined : dialog;
        if (event.key !== "Tab" || !isOurs(dialog)) return;

        const stops = focus.stopsIn(dialog);
        const focused = document.activeElement;
        const edge = event.shiftKey ? stops[0] : _.last(stops);
        // what is none of the stops is followed by one, or is the dialog itself
        const isLast = focused === edge || (event.shiftKey && focused === dialog);
        if (stops.length && !isLast && focused !== document.body) return;
        event.preventDefault();
        focus.moveTo(event.shiftKey ? _.last(stops) : stops[0]);
    });

    // Bootstrap's dialogs close when the key is let go in them, whichever is the topmost one
    // then, and whatever it was pressed for.
    on("keyup", (event) => {
        if (event.key !== "Escape") return;
        const dialog = topmost();
        const pressed = escaped;
        escaped = undefined;
        if (!isOurs(dialog) && !isOurs(pressed)) return;
        if (pressed === dialog && dialog.contains(event.target)) return;
        event.stopPropagation();
        const modal = pressed === dialog && $(dialog).data("modal");
        if (modal && modal.options.keyboard) modal.hide();
    });

    // A click beside a dialog that stays open leaves the keyboard where it is. One that has
    // begun in the dialog is none: who selects a text may let go anywhere.
    let pressed;

    const isBeside = (event, dialog) =>
        isOurs(dialog) && event.target === dialog.parentElement;

    on("mousedown", (event) => {
        const dialog = topmost();
        pressed = isBeside(event, dialog) ? {place: placeIn(dialog)} : undefined;
        if (pressed) event.preventDefault();
    });
    on("click", (event) => {
        if (!pressed && isBeside(event, topmost())) event.stopPropagation();
    });
    $(document).on("click", (event) => {
        const dialog = topmost();
        const isAgain = pressed && pressed.place && isBeside(event, dialog);
        if (isAgain) focus.moveToPlace(pressed.place, dialog);
    });

    const isFree = () => !isOurs(topmost());

    // A dialog without a life of its own. onHidden is called when it is gone and the focus
    // is back.
    SystemCommands.Dialog = function (selector, onHidden) {
        const element = $(selector);
        element.on("hidden", (event) => {
            // those of other dialogs come by here as well
            if (event.target === element[0]) focus.giveBackTo(undefined, onHidden);
        });

        this.element = element;
        this.show = () => element.modal("show");
        this.hide = () => element.modal("hide");
        // when it has become higher or lower; of one that is closed Bootstrap would make
        // another one
        this.layout = () => {
            if (element.is(":visible")) element.modal("layout");
        };
        // what is to be chosen from is there, and nobody has gone elsewhere yet
        this.loaded = () => {
            this.layout();
            if (document.activeElement === element[0]) focusFirst(element[0]);
        };
    };

    // whether nobody is busy with one of them
    SystemCommands.Dialog.isFree = isFree;

    // for what nobody has asked for right now
    SystemCommands.Dialog.whenFree = (then) => {
        if (isFree()) {
            then();
            return;
        }
        // what comes after a dialog may be another one
        $(document).one("hidden", () =>
            setTimeout(() => SystemCommands.Dialog.whenFree(then))
        );
    };
})();
