(function () {
    // more than any line has
    const ALL = 100000;
    // of what a single sequence may ask for
    const MAX_COUNT = 200;
    const TAB = 8;

    // What sequences that begin with ESC do with a cursor and with what is on the screen.
    SystemCommands.Sequences = function (screen, cursor) {
        const self = this;

        const position = cursor.position;
        const frames = cursor.frames;

        self.escape = (chars) => {
            const at = position.at;
            at.hasPrinted = false;
            const set = /^([()])(.)$/.exec(chars);
            if (set) {
                at.sets = at.sets.slice();
                at.sets[set[1] === "(" ? 0 : 1] = set[2] === "0";
            } else if (ESCAPES[chars]) {
                position.enter();
                at.isHome = false;
                ESCAPES[chars]();
            }
        };

        const ESCAPES = {
            7: position.save,
            8: position.restoreSaved,
            D: cursor.index,
            E: cursor.newLine,
            M: cursor.reverseIndex,
            c: () => {
                position.resetModes();
                frames.leaveAlternate();
                frames.clear();
                position.at.column = 0;
            }
        };

        self.csi = (final, parameters, style) => {
            if (final === "b" && /^\d*$/.test(parameters)) {
                position.enter();
                cursor.repeat(Math.max(1, Number(parameters)), style);
                return;
            }
            position.at.hasPrinted = false;
            if (/^\?(.*;)?(47|1047|1049)(;|$)/.test(parameters)) {
                position.enter();
                if (final === "h") frames.enterAlternate(parameters.includes("1049"));
                if (final === "l") frames.leaveAlternate();
            } else if (/^[\d;]*$/.test(parameters) && OPERATIONS[final]) {
                const [mode, second] = parameters.split(";").map(Number);
                const wasHome = position.at.isHome;
                position.enter();
                position.at.isHome = false;
                OPERATIONS[final](Math.max(1, mode), {mode, second, wasHome});
            }
        };

        const toColumn = (column) => position.toColumn(column);
        const right = (count) => toColumn(position.at.column + count);
        const left = (count) => toColumn(position.at.column - count);
        const down = (count) => position.move(count);
        const up = (count) => position.move(-count);
        const tabs = (count) => {
            const column = position.at.column;
            const from = count < 0 ? Math.ceil(column / TAB) : Math.floor(column / TAB);
            toColumn((from + count) * TAB);
        };

        const to = (row, {second}) => {
            const column = Math.max(1, second || 0);
            position.toRow(row);
            toColumn(column - 1);
            position.at.isHome = row === 1 && column === 1;
        };

        const atFirstColumn = (move) => (count) => {
            move(count);
            position.at.column = 0;
        };

        // changes the current line, unless that is about to go away
        const change = (how) => (count, given) => {
            const at = position.at;
            if (at.stale !== undefined || at.row >= screen.end()) return;
            const line = position.line();
            how(line, at.column, Math.min(count, MAX_COUNT), given);
            screen.changed(line);
        };

        // 0: from the cursor on, 1: up to it, 2: all of it
        const eraseInLine = change((line, column, count, {mode}) => {
            line.erase(mode === 0 ? column : 0, mode === 1 ? column + 1 : ALL);
        });

        const eraseRows = (from, end) => {
            for (let row = from; row < end; row++) {
                if (position.isForeign(row)) continue;
                screen.line(row).erase(0, ALL);
                screen.changed(screen.line(row));
            }
        };

        const eraseInScreen = (count, given) => {
            const at = position.at;
            const {mode, wasHome} = given;
            if (mode === 2 || (mode === 0 && wasHome)) {
                frames.clear();
            } else if (mode < 2 && at.stale === undefined) {
                eraseInLine(count, given);
                if (mode === 0) eraseRows(at.row + 1, screen.end());
                if (mode === 1) {
                    const top = Math.max(position.topRow(), screen.first);
                    eraseRows(top, Math.min(at.row, screen.end()));
                }
            }
        };

        const scrollUp = (count) => {
            const at = position.at;
            const number = Math.min(count, at.rows);
            if (at.margins) {
                cursor.scroll(position.scrollingTop(), -number);
            } else {
                // what leaves the screen at its top stays in the log
                at.base = position.topRow() + number;
                at.row += number;
            }
        };

        // each gets the count, and {mode: the parameter as it is, second, wasHome}
        const OPERATIONS = {
            A: up,
            B: down,
            e: down,
            C: right,
            a: right,
            D: left,
            E: atFirstColumn(down),
            F: atFirstColumn(up),
            G: (count) => toColumn(count - 1),
            "`": (count) => toColumn(count - 1),
            d: (count) => position.toRow(count),
            H: to,
            f: to,
            I: (count) => tabs(count),
            Z: (count) => tabs(-count),
            J: eraseInScreen,
            K: eraseInLine,
            L: atFirstColumn((count) => cursor.scroll(position.at.row, count)),
            M: atFirstColumn((count) => cursor.scroll(position.at.row, -count)),
            S: scrollUp,
            T: (count) => cursor.scroll(position.scrollingTop(), count),
            P: change((line, column, count) => line.remove(column, count)),
            "@": change((line, column, count) => line.insert(column, count)),
            X: change((line, column, count) => line.erase(column, column + count)),
            h: (count) => {
                if (count === 4) position.at.inserts = true;
            },
            l: (count) => {
                if (count === 4) position.at.inserts = false;
            },
            r: (top, {second}) => position.setMargins(top, second || 0),
            s: position.save,
            u: position.restoreSaved
        };
    };
})();
