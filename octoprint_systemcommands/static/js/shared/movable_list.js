(function () {
    const STEPS = {ArrowUp: -1, ArrowDown: 1};

    // The order of a list, which is changed by buttons, by Alt and the arrows, and by drag.
    //   rows      the observable array
    //   options   focus(row, selector): gives the focus to an element of the row,
    //             and optionally
    //             elementOf(row): what is dragged,
    //             say(text): tells screen readers, nameOf(row): what a row is called then,
    //             onMove(row): called when it has another place,
    //             isFixed(): nothing can be moved now
    SystemCommands.MovableList = function (rows, options) {
        const self = this;

        self.move = (row, to) => {
            const total = rows().length;
            const isFixed = options.isFixed && options.isFixed();
            if (isFixed || to < 0 || to >= total || to === rows().indexOf(row)) return;
            const moved = rows().filter((other) => other !== row);
            moved.splice(to, 0, row);
            rows(moved);
            if (options.onMove) options.onMove(row);
            if (!options.say) return;
            options.say(
                _.sprintf(
                    gettext('"%(name)s" is at position %(position)s of %(total)s now.'),
                    {name: options.nameOf(row), position: to + 1, total: total}
                )
            );
        };

        self._moveBy = (row, step, selector) => {
            self.move(row, rows().indexOf(row) + step);
            // an element that is moved loses the focus
            options.focus(row, selector);
        };
        self.moveUp = (row) => self._moveBy(row, -1, ".systemcommands-up");
        self.moveDown = (row) => self._moveBy(row, 1, ".systemcommands-down");

        // for Knockout: true if it was something else
        self.onKeydown = (row, event) => {
            const step = STEPS[event.key];
            if (!step || !event.altKey) return true;
            const focused = "." + [...document.activeElement.classList].pop();
            self._moveBy(row, step, focused);
            return false;
        };

        self.onHandle = (row, event) => {
            if ((options.isFixed && options.isFixed()) || event.button) return;
            SystemCommands.DragSort.start(
                event.originalEvent,
                options.elementOf(row),
                (_from, to) => self.move(row, to)
            );
        };
    };
})();
