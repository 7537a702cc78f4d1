(function () {
    // Commands have no terminal. Those that are made to draw on one all the same assume
    // this size, or say that it is a higher one by going there.
    const ROWS = 24;
    const MAX_ROWS = 200;
    const RIGHT = 79;
    // whoever moves farther to the right than this looks for the right margin
    const FAR = 500;

    const INITIAL = {
        row: 0,
        column: 0,
        // of the screen, if that is not full
        base: 0,
        rows: ROWS,
        // {top, bottom} of what scrolls, if that is not all
        margins: undefined,
        // see SystemCommands.Frames
        isFramed: false,
        // the row from which on all goes away as soon as there is new text
        stale: undefined,
        // of the main screen, while the alternate one is used
        main: undefined,
        saved: undefined,
        // G0 and G1: whether they are lines in place of letters
        sets: [false, false],
        set: 0,
        inserts: false,
        // marks belong to the text right before them
        hasPrinted: false,
        isHome: false,
        // the other stream broke into the line
        isBroken: false
    };

    // Where a stream is on the screen, and where it can go from there: over its own lines,
    // as if those that the other stream has printed meanwhile were not there.
    SystemCommands.Position = function (screen, stream) {
        const self = this;

        self.reset = () => {
            self.at = {...INITIAL};
        };
        self.state = () => ({...self.at});
        self.restore = (state) => {
            self.at = {...state};
        };

        self.resetModes = () => {
            const {rows, margins, saved, sets, set, inserts} = INITIAL;
            Object.assign(self.at, {rows, margins, saved, sets, set, inserts});
        };

        // on to a new line at the end, from which there is no way back
        self.leave = () => {
            const end = screen.end();
            const {sets, set} = self.at;
            Object.assign(self.at, INITIAL, {row: end, base: end, sets: sets, set: set});
        };

        self.onRemoved = () => {
            if (screen.current === stream) return;
            self.at.row = Math.min(self.at.row, screen.end());
            self.at.base = Math.min(self.at.base, self.at.row);
        };

        // What is in the middle of changing its lines goes on there after the other stream;
        // what has added to the end goes on in a new line.
        self.enter = () => {
            if (screen.current === stream) return;
            screen.current = stream;
            const at = self.at;
            const end = screen.end();
            const isForeign = self.isForeign(at.row);
            if (at.row >= end - 1 && !isForeign) return;
            if (self.down(at.row) < end) return;
            if (!isForeign) {
                at.isBroken = true;
                at.column = 0;
            }
            at.row = end;
        };

        self.line = () => {
            // so many lines of the other stream came meanwhile
            if (self.at.row < screen.reach()) self.at.row = screen.end();
            return screen.require(self.at.row, stream);
        };

        self.isForeign = (row) => {
            const line = row >= screen.first && screen.line(row);
            return !!line && (!!line.note || line.stream !== stream);
        };

        self.down = (row) => {
            let result = row + 1;
            if (result >= screen.end()) return result;
            while (self.isForeign(result)) result++;
            return result;
        };

        self.up = (row, limit) => {
            let result = row - 1;
            while (result > limit && self.isForeign(result)) result--;
            return result < limit || self.isForeign(result) ? row : result;
        };

        self.topRow = () => {
            const at = self.at;
            let row = Math.max(screen.end(), at.row + 1);
            for (let count = 0; count < at.rows && row > at.base; count++) {
                const next = self.up(row, at.base);
                if (next === row) break;
                row = next;
            }
            return row;
        };

        self.lowest = () => Math.max(self.at.base, screen.reach());

        // of the screen, from 1 on
        self.rowOf = (number) => {
            let row = self.topRow();
            if (self.isForeign(row)) row = self.down(row);
            for (let count = 1; count < number; count++) row = self.down(row);
            return self._reachable(row);
        };

        self._reachable = (row) => {
            return row < screen.reach() ? self.down(screen.reach() - 1) : row;
        };

        self.scrollingTop = () => self.rowOf(self.at.margins ? self.at.margins.top : 1);

        self.toRow = (number) => {
            const at = self.at;
            if (number > at.rows && number <= MAX_ROWS) at.rows = number;
            at.row = self.rowOf(Math.min(number, at.rows));
        };

        self.toColumn = (column) => {
            const at = self.at;
            at.column = column > FAR ? Math.max(RIGHT, at.column) : Math.max(0, column);
        };

        self.move = (count) => {
            const at = self.at;
            const end = Math.max(screen.end(), at.row);
            // who wants to go down as far as possible looks for the end of what is there
            const last = count > MAX_ROWS ? end : Math.max(end, self.rowOf(at.rows));
            for (let step = 0; step < Math.abs(count); step++) {
                const next =
                    count < 0 ? self.up(at.row, self.lowest()) : self.down(at.row);
                if (next === at.row || next > last) break;
                at.row = next;
            }
        };

        self.setMargins = (top, bottom) => {
            const at = self.at;
            at.margins = undefined;
            if (bottom > top && bottom <= MAX_ROWS) {
                if (bottom > at.rows) at.rows = bottom + 1;
                if (top > 1 || bottom < at.rows) at.margins = {top: top, bottom: bottom};
                // A line is kept at the bottom (apt's progress), as of a screen that is
                // full: above it is the end of the log.
                if (top === 1 && at.margins && !at.isFramed) {
                    at.base = Math.max(at.base, at.row) - at.rows + 1;
                }
            }
            at.row = self.rowOf(1);
            at.column = 0;
        };

        self.save = () => {
            const {row, column, sets, set} = self.at;
            self.at.saved = {row: row, column: column, sets: sets, set: set};
        };

        self.restoreSaved = () => {
            if (self.at.saved) {
                Object.assign(self.at, self.at.saved);
                self.at.row = self._reachable(self.at.row);
            } else {
                self.toRow(1);
                self.at.column = 0;
            }
        };

        self.reset();
    };
})();
