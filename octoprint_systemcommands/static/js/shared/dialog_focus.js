(function () {
    const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

    // jQuery takes what is folded away for visible
    const isVisible = (element) => {
        if (!element.checkVisibility) return $(element).is(":visible");
        return element.checkVisibility({visibilityProperty: true});
    };

    const isUsable = (element) => {
        return element.isConnected && !element.disabled && isVisible(element);
    };

    const follows = (element, other) => {
        const position = other.compareDocumentPosition(element);
        return !!(position & Node.DOCUMENT_POSITION_FOLLOWING);
    };

    // Where the keyboard is, and where it goes on when something has taken it away.
    SystemCommands.DialogFocus = {
        // what Tab stops at, in its order
        stopsIn: (parent) => {
            return $(parent)
                .find(FOCUSABLE)
                .get()
                .filter((element) => element.tabIndex >= 0 && isUsable(element));
        },

        // false if it cannot have it
        moveTo: (element) => {
            if (!element || element === document.body || !isUsable(element)) return false;
            element.focus();
            return document.activeElement === element;
        },

        // An element with its place, which is still known when the element is gone.
        placeOf: (element) => {
            const ways = [];
            for (let one = element; one.parentElement; one = one.parentElement) {
                const siblings = [...one.parentElement.children];
                ways.push({parent: one.parentElement, index: siblings.indexOf(one)});
            }
            return {element: element, ways: ways};
        },

        // To the element in this place, or to its neighbour inside of the parent.
        moveToPlace: (place, parent) => {
            const focus = SystemCommands.DialogFocus;
            if (focus.moveTo(place.element)) return true;
            const stops = focus.stopsIn(parent);
            const way = place.ways.find((one) => one.parent.isConnected);
            if (!way || !parent.contains(way.parent)) return false;
            // what has come in its place, or the last one
            const there = place.element.isConnected
                ? place.element
                : way.parent.children[way.index] || way.parent.lastElementChild;
            const next =
                there &&
                stops.find((stop) => there.contains(stop) || follows(stop, there));
            return focus.moveTo(next || _.last(stops));
        },

        // For updates of what is on the screen that nobody has asked for.
        keepDuring: (update) => {
            const focused = document.activeElement;
            const place = SystemCommands.DialogFocus.placeOf(focused);
            update();
            const parent = $(place.ways.map((way) => way.parent)).filter(".modal")[0];
            // an update may have moved it on by itself
            const isLeft = [focused, document.body].includes(document.activeElement);
            if (parent && isLeft && !isUsable(focused)) {
                SystemCommands.DialogFocus.moveToPlace(place, parent);
            }
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
})();
