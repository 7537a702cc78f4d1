(function () {
    // of a line, in columns; what is longer goes on in the next one
    const MAX_COLUMNS = 4000;
    // Commands have no terminal. Those that are made to draw on one all the same assume
    // this size, or say that it is a higher one by going there.
    const ROWS = 24;
    const MAX_ROWS = 200;
    const RIGHT = 79;
    // whoever moves farther to the right than this looks for the right margin
    const FAR = 500;
    const TAB = 8;
    // ESC ( 0: lines and corners in place of the letters from "`" on
    const GRAPHICS = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

    const INITIAL = {
        row: 0,
        column: 0,
        // the first row of the screen, if that is not full
        base: 0,
        rows: ROWS,
        // {top, bottom}: rows of the screen that scroll, if these are not all of them
        margins: undefined,
        // whether the screen was cleared, so that the next time replaces what is shown
        isFramed: false,
        // the row from which on everything goes away as soon as there is new text
        stale: undefined,
        // {row, column, base, isFramed} of the other screen while the alternate one is used
        main: undefined,
        // of ESC 7
        saved: undefined,
        // character sets G0 and G1: whether they are GRAPHICS, and which one is used
        sets: [false, false],
        set: 0,
        inserts: false,
        // whether the last thing was text, which marks that follow belong to
        hasPrinted: false,
        // whether the cursor came to the first row and column by an absolute position
        isHome: false,
        // whether the other stream broke into the line that was being written
        isBroken: false
    };

    // Where one stream writes on the screen. It moves as in a terminal (xterm), over the
    // stream's own lines: what the other one has printed meanwhile is left alone.
    window.SystemCommandsCursor = function (screen, stream) {
        const self = this;

        let at;

        self.stream = stream;

        self.reset = () => {
            at = {...INITIAL};
        };
        self.state = () => ({...at});
        self.restore = (state) => {
            at = {...state};
        };

        // on to a new line at the end, from which there is no way back
        self.leave = () => {
            const end = screen.end();
            Object.assign(at, INITIAL, {row: end, base: end, sets: at.sets, set: at.set});
        };

        //~~ Lines

        const isForeign = (row) => {
            const line = row >= screen.first && screen.line(row);
            return !!line && (!!line.note || line.stream !== stream);
        };

        const down = (row) => {
            let result = row + 1;
            while (isForeign(result)) result++;
            return result;
        };

        const up = (row, limit) => {
            let result = row - 1;
            while (result > limit && isForeign(result)) result--;
            return result < limit || isForeign(result) ? row : result;
        };

        // The other stream may have printed since. What is in the middle of changing its
        // lines goes on there; what has added to the end goes on in a new line.
        const enter = () => {
            if (screen.current === stream) return;
            screen.current = stream;
            const end = screen.end();
            if (at.row >= end - 1 && !isForeign(at.row)) return;
            if (down(at.row) < end) return;
            if (!isForeign(at.row)) {
                at.isBroken = true;
                at.column = 0;
            }
            at.row = end;
        };

        const line = () => screen.require(at.row, stream);

        // before anything is changed
        const begin = () => {
            enter();
            if (at.stale !== undefined) replaceFrame();
            at.isBroken = false;
            at.isHome = false;
            return line();
        };

        const index = () => {
            line();
            const margins = at.margins;
            if (margins && at.row === rowOf(margins.bottom)) {
                if (margins.top === 1) {
                    screen.insert(at.row + 1, stream);
                    at.base++;
                    at.row++;
                } else {
                    screen.move(rowOf(margins.top), at.row, -1, stream);
                }
            } else {
                at.row = down(at.row);
            }
        };

        const newLine = () => {
            enter();
            // it ends a line that the other stream has ended already
            if (!at.isBroken) index();
            at.isBroken = false;
            at.column = 0;
        };

        const reverseIndex = () => {
            const top = rowOf(at.margins ? at.margins.top : 1);
            if (at.row === top) {
                if (at.row < screen.end()) scroll(at.row, 1);
            } else {
                at.row = up(at.row, lowest());
            }
        };

        // moves the rows from this one to the bottom of what scrolls
        const scroll = (row, count) => {
            const bottom = at.margins ? rowOf(at.margins.bottom) : screen.end() - 1;
            if (row > bottom) return;
            // a line that is moved over the edge is lost, but for that there is room
            if (count > 0 && !at.margins && screen.end() - topRow() < at.rows) {
                screen.require(screen.end() + Math.min(count, at.rows) - 1, stream);
                screen.move(row, screen.end() - 1, count, stream);
            } else {
                screen.move(row, bottom, count, stream);
            }
        };

        //~~ Positions

        // the screen is the last rows of this stream
        const topRow = () => {
            let row = Math.max(screen.end(), at.row + 1);
            for (let count = 0; count < at.rows && row > at.base; count++) {
                const next = up(row, at.base);
                if (next === row) break;
                row = next;
            }
            return row;
        };

        const lowest = () => Math.max(at.base, screen.reach());

        const rowOf = (number) => {
            let row = topRow();
            if (isForeign(row)) row = down(row);
            for (let count = 1; count < number; count++) row = down(row);
            return Math.max(row, screen.first);
        };

        const toRow = (number) => {
            if (number > at.rows && number <= MAX_ROWS) at.rows = number;
            at.row = rowOf(Math.min(number, at.rows));
        };

        const toColumn = (column) => {
            at.column = column > FAR ? Math.max(RIGHT, at.column) : Math.max(0, column);
        };

        const move = (count) => {
            for (let step = 0; step < Math.abs(count); step++) {
                const next = count < 0 ? up(at.row, lowest()) : down(at.row);
                if (next === at.row || next > Math.max(screen.end(), at.row)) break;
                at.row = next;
            }
        };

        const nextTab = (column) => column + TAB - (column % TAB);
        const previousTab = (column) => Math.max(0, Math.ceil(column / TAB) * TAB - TAB);

        //~~ Text

        self.print = (text, style) => {
            let current = begin();
            const shown = at.sets[at.set] ? graphics(text) : text;
            if (SystemCommandsColumns.isSimple(shown)) {
                let rest = shown;
                while (rest) {
                    current = room(current, 1);
                    const part = rest.slice(0, MAX_COLUMNS - at.column);
                    if (at.inserts) current.insert(at.column, part.length);
                    current.write(at.column, part, style);
                    at.column += part.length;
                    screen.changed(current);
                    rest = rest.slice(part.length);
                }
            } else {
                printParts(current, shown, style);
            }
            at.hasPrinted = true;
        };

        const room = (current, width) => {
            if (at.column + width <= MAX_COLUMNS) return current;
            screen.changed(current);
            newLine();
            return begin();
        };

        const printParts = (first, text, style) => {
            let current = first;
            let parts = SystemCommandsColumns.split(text);
            // what arrives in two pieces may be one character
            const before = current.before(at.column);
            if (before && (at.hasPrinted || parts[0].width === 0)) {
                const joined = SystemCommandsColumns.split(before.text + text);
                if (joined[0].text.length > before.text.length) {
                    parts = joined;
                    at.column -= before.width;
                }
            }
            parts.forEach((part) => {
                const last = part.width ? undefined : current.before(at.column);
                if (last) {
                    // it stands above, below or within that one
                    const start = at.column - last.width;
                    current.put(start, last.text + part.text, last.width, last.style);
                    return;
                }
                const width = part.width || 1;
                current = room(current, width);
                if (at.inserts) current.insert(at.column, width);
                current.put(at.column, (part.width ? "" : " ") + part.text, width, style);
                at.column += width;
            });
            screen.changed(current);
        };

        const graphics = (text) =>
            text.replace(/[`-~]/g, (char) => GRAPHICS[char.charCodeAt(0) - 96]);

        const repeat = (count, style) => {
            const last = at.hasPrinted && line().before(at.column);
            if (last) self.print(last.text.repeat(Math.min(count, MAX_COLUMNS)), style);
        };

        self.control = (char) => {
            at.hasPrinted = false;
            if (char === "\x0e" || char === "\x0f") {
                at.set = char === "\x0e" ? 1 : 0;
                return;
            }
            at.isHome = false;
            if (char === "\n" || char === "\v" || char === "\f") {
                newLine();
                return;
            }
            enter();
            if (char === "\r") at.column = 0;
            if (char === "\b") at.column = Math.max(0, at.column - 1);
            if (char === "\t") at.column = Math.min(nextTab(at.column), MAX_COLUMNS - 1);
        };

        self.escape = (chars, style) => {
            at.hasPrinted = false;
            const set = /^([()])(.)$/.exec(chars);
            if (set) {
                at.sets = at.sets.slice();
                at.sets[set[1] === "(" ? 0 : 1] = set[2] === "0";
                return;
            }
            if (!"78DEMc".includes(chars)) return;
            enter();
            if (chars === "7") save();
            if (chars === "8") restoreSaved();
            if (chars === "D") index();
            if (chars === "E") newLine();
            if (chars === "M") reverseIndex();
            if (chars === "c") {
                Object.assign(at, {sets: [false, false], set: 0, inserts: false});
                Object.assign(at, {margins: undefined, saved: undefined, rows: ROWS});
                leaveAlternate();
                clear();
                at.column = 0;
            }
        };

        const save = () => {
            at.saved = {row: at.row, column: at.column, sets: at.sets, set: at.set};
        };

        const restoreSaved = () => {
            if (at.saved) {
                Object.assign(at, at.saved);
                at.row = Math.max(at.row, screen.first);
            } else {
                toRow(1);
                at.column = 0;
            }
        };

        //~~ Sequences

        self.csi = (final, parameters, style) => {
            if (final === "b" && /^\d*$/.test(parameters)) {
                enter();
                repeat(Math.max(1, Number(parameters)), style);
                return;
            }
            at.hasPrinted = false;
            if (/^\?[\d;]*$/.test(parameters)) {
                if (final === "h" || final === "l") setModes(parameters, final === "h");
                return;
            }
            if (!/^[\d;]*$/.test(parameters) || !OPERATIONS[final]) return;
            enter();
            const [first, second] = parameters.split(";").map(Number);
            const wasHome = at.isHome;
            at.isHome = false;
            OPERATIONS[final](Math.max(1, first), Math.max(1, second || 0), first, wasHome);
        };

        const setModes = (parameters, isOn) => {
            if (!/\b(1049|1047|47)\b/.test(parameters)) return;
            enter();
            if (isOn) {
                enterAlternate();
            } else {
                leaveAlternate();
            }
        };

        // (count, second count, the parameter as it is, whether the cursor was at home)
        const OPERATIONS = {
            A: (count) => move(-count),
            B: move,
            e: move,
            C: (count) => toColumn(at.column + count),
            a: (count) => toColumn(at.column + count),
            D: (count) => toColumn(at.column - count),
            E: (count) => {
                move(count);
                at.column = 0;
            },
            F: (count) => {
                move(-count);
                at.column = 0;
            },
            G: (count) => toColumn(count - 1),
            "`": (count) => toColumn(count - 1),
            d: toRow,
            H: (row, column) => {
                toRow(row);
                toColumn(column - 1);
                at.isHome = row === 1 && column === 1;
            },
            f: (row, column) => OPERATIONS.H(row, column),
            I: (count) => {
                for (let step = 0; step < Math.min(count, RIGHT); step++) {
                    toColumn(nextTab(at.column));
                }
            },
            Z: (count) => {
                for (let step = 0; step < Math.min(count, RIGHT); step++) {
                    at.column = previousTab(at.column);
                }
            },
            J: (count, second, mode, wasHome) => {
                if (mode === 2 || (mode === 0 && wasHome)) clear();
                if (mode === 0 && !wasHome) eraseBelow();
                if (mode === 1) eraseAbove();
            },
            K: (count, second, mode) => eraseInLine(mode),
            L: (count) => scroll(at.row, count),
            M: (count) => scroll(at.row, -count),
            S: (count) => scrollUp(count),
            T: (count) => scroll(rowOf(at.margins ? at.margins.top : 1), count),
            P: (count) => change((current) => current.remove(at.column, count)),
            "@": (count) => {
                change((current) => current.insert(at.column, Math.min(count, RIGHT)));
            },
            X: (count) => {
                change((current) => current.erase(at.column, at.column + count));
            },
            h: (count) => {
                if (count === 4) at.inserts = true;
            },
            l: (count) => {
                if (count === 4) at.inserts = false;
            },
            r: (top, bottom) => setMargins(top, bottom),
            s: save,
            u: restoreSaved
        };

        const change = (how) => {
            if (at.stale !== undefined || at.row >= screen.end()) return;
            how(line());
            screen.changed(line());
        };

        // 0: from the cursor on, 1: up to it, 2: all of it
        const eraseInLine = (mode) => {
            change((current) => {
                const from = mode === 0 ? at.column : 0;
                current.erase(from, mode === 1 ? at.column + 1 : MAX_COLUMNS);
            });
        };

        const eraseRows = (from, to) => {
            for (let row = from; row < to; row++) {
                if (!isForeign(row)) {
                    screen.line(row).erase(0, MAX_COLUMNS);
                    screen.changed(screen.line(row));
                }
            }
        };

        const eraseBelow = () => {
            eraseInLine(0);
            if (at.stale === undefined) eraseRows(at.row + 1, screen.end());
        };

        const eraseAbove = () => {
            eraseInLine(1);
            if (at.stale !== undefined) return;
            eraseRows(Math.max(topRow(), screen.first), Math.min(at.row, screen.end()));
        };

        // what is moved out of the screen at its top is still in the log
        const scrollUp = (count) => {
            const margins = at.margins || {top: 1, bottom: at.rows};
            if (margins.top > 1) {
                scroll(rowOf(margins.top), -count);
                return;
            }
            for (let step = 0; step < Math.min(count, at.rows); step++) {
                screen.insert(rowOf(margins.bottom) + 1, stream);
                at.base = topRow() + 1;
                at.row++;
            }
        };

        const setMargins = (top, bottom) => {
            at.margins = undefined;
            if (bottom > top && bottom <= MAX_ROWS) {
                if (bottom > at.rows || (top === 1 && bottom === at.rows)) {
                    at.rows = Math.max(at.rows, bottom + (bottom > at.rows ? 1 : 0));
                }
                if (top > 1 || bottom < at.rows) at.margins = {top: top, bottom: bottom};
                // A line at the bottom is kept for something (apt's progress). What is
                // above it is the end of the log, as on a screen that is full already.
                if (top === 1 && at.margins && !at.isFramed) {
                    at.base = Math.max(at.base, at.row) - at.rows + 1;
                }
            }
            at.row = rowOf(1);
            at.column = 0;
        };

        //~~ Frames
        //
        // Who clears the screen draws a new picture in place of the last one. What was there
        // before the first one stays, and the last one stays as well.

        const clear = () => {
            if (at.stale === undefined) {
                if (at.isFramed) {
                    at.stale = at.base;
                } else {
                    at.base = screen.end();
                }
            }
            at.isFramed = true;
            at.base = Math.max(at.base, screen.first);
            at.row = at.base;
        };

        const enterAlternate = () => {
            if (at.main) return;
            const {row, column, base, isFramed} = at;
            at.main = {row, column, base, isFramed};
            // the one before is replaced when it has just been left
            at.base = at.stale === undefined ? screen.end() : at.stale;
            Object.assign(at, {isFramed: true, row: at.base, column: 0});
        };

        const leaveAlternate = () => {
            if (!at.main) return;
            if (at.stale === undefined) at.stale = at.base;
            Object.assign(at, at.main, {main: undefined, margins: undefined});
        };

        const replaceFrame = () => {
            const from = Math.max(at.stale, screen.first);
            at.stale = undefined;
            if (from >= screen.end()) return;
            const kept = screen.remove(from, (one) => one.note || one.stream !== stream);
            if (at.row >= from) at.row += kept;
            if (at.base >= from) at.base += kept;
            screen.cursors.forEach((cursor) => cursor.onRemoved());
        };

        // Lines were removed, and others have come to stand elsewhere.
        self.onRemoved = () => {
            if (screen.current === stream) return;
            at.row = Math.min(at.row, screen.end());
            at.base = Math.min(at.base, at.row);
        };

        self.reset();
    };
})();
