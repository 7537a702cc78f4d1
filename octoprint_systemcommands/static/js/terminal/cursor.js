(function () {
    // what is longer goes on in the next line
    const MAX_COLUMNS = SystemCommands.Line.MAX_COLUMNS;
    // how often a character is printed again at most, and how much text that may be
    const MAX_REPEATED = 200;
    const MAX_REPEATED_LENGTH = 4000;
    // nobody sees more marks than these on one character
    const MAX_CHARACTER = 64;
    const TAB = 8;
    // ESC ( 0: lines and corners in place of the letters from "`" on
    const GRAPHICS = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

    // Writes what one stream prints to the screen, as a terminal would (xterm).
    SystemCommands.Cursor = function (screen, stream) {
        const self = this;

        self.stream = stream;
        self.position = new SystemCommands.Position(screen, stream);
        self.frames = new SystemCommands.Frames(screen, stream, self.position);
        self._lastText = "";

        // before text is written; returns the line
        self._begin = () => {
            self.position.enter();
            self.frames.replace();
            self.position.at.isBroken = false;
            self.position.at.isHome = false;
            return self.position.line();
        };

        self.print = (text, style) => {
            const current = self._begin();
            const at = self.position.at;
            const shown = at.sets[at.set] ? self._graphics(text) : text;
            if (SystemCommands.Columns.isSimple(shown)) {
                self._printSimple(current, shown, style);
            } else {
                self._printParts(current, shown, style);
            }
            self.position.at.hasPrinted = true;
            self._lastText = shown;
        };

        self._printSimple = (first, text, style) => {
            const at = self.position.at;
            let current = first;
            let rest = text;
            while (rest) {
                current = self._room(current, 1);
                const part = rest.slice(0, MAX_COLUMNS - at.column);
                if (at.inserts) current.insert(at.column, part.length);
                current.write(at.column, part, style);
                at.column += part.length;
                screen.changed(current);
                rest = rest.slice(part.length);
            }
        };

        self._printParts = (first, given, style) => {
            const at = self.position.at;
            const text = SystemCommands.Columns.whole(given);
            const isJoined = SystemCommands.Columns.mayJoin(text, self._lastText);
            let current = first;
            let parts;
            // of a character that is printed anew, together with what it is joined by
            let replaced = 0;
            if (current.isEnd(at.column) && !at.inserts && !isJoined) {
                const width = SystemCommands.Columns.widthOfPlain(text);
                if (width !== undefined && at.column + width <= MAX_COLUMNS) {
                    current.append(text, width, style);
                    at.column += width;
                    screen.changed(current);
                    return;
                }
                parts = SystemCommands.Columns.split(text);
            } else {
                ({parts, replaced} = self._joined(current, text));
            }
            parts.forEach((part) => {
                const last = part.width ? undefined : current.before(at.column);
                if (last && last.text.length >= MAX_CHARACTER) return;
                if (last) {
                    // it stands above, below or within that one
                    const start = at.column - last.width;
                    current.put(start, last.text + part.text, last.width, last.style);
                    return;
                }
                const width = part.width || 1;
                current = self._room(current, width);
                if (at.inserts) current.insert(at.column, Math.max(0, width - replaced));
                replaced = 0;
                current.put(at.column, (part.width ? "" : " ") + part.text, width, style);
                at.column += width;
            });
            screen.changed(current);
        };

        // What arrives in two pieces may be one character. Returns {parts, replaced}, where
        // replaced is the width of the first piece, which is behind the cursor then.
        self._joined = (line, text) => {
            const at = self.position.at;
            const parts = SystemCommands.Columns.split(text);
            const before = line.before(at.column);
            const alone = {parts: parts, replaced: 0};
            if (!before || !(at.hasPrinted || parts[0].width === 0)) return alone;
            if (before.text.length >= MAX_CHARACTER) return alone;
            const joined = SystemCommands.Columns.split(before.text + text);
            if (joined[0].text.length === before.text.length) return alone;
            at.column -= before.width;
            return {parts: joined, replaced: before.width};
        };

        self._room = (current, width) => {
            if (self.position.at.column + width <= MAX_COLUMNS) return current;
            screen.changed(current);
            self.newLine();
            return self._begin();
        };

        self._graphics = (text) =>
            text.replace(/[`-~]/g, (char) => GRAPHICS[char.charCodeAt(0) - 96]);

        // prints the last character again
        self.repeat = (count, style) => {
            const at = self.position.at;
            const last = at.hasPrinted && self.position.line().before(at.column);
            if (last) {
                const most = Math.floor(MAX_REPEATED_LENGTH / last.text.length);
                const times = Math.min(count, MAX_REPEATED, most);
                if (times) self.print(last.text.repeat(times), style);
            }
            at.hasPrinted = false;
        };

        self.control = (char) => {
            const at = self.position.at;
            at.hasPrinted = false;
            if (char === "\x0e" || char === "\x0f") {
                at.set = char === "\x0e" ? 1 : 0;
                return;
            }
            at.isHome = false;
            if (char === "\n" || char === "\v" || char === "\f") {
                self.newLine();
                return;
            }
            self.position.enter();
            if (char === "\r") at.column = 0;
            if (char === "\b") at.column = Math.max(0, at.column - 1);
            if (char === "\t") {
                const next = at.column + TAB - (at.column % TAB);
                at.column = Math.min(next, MAX_COLUMNS - 1);
            }
        };

        self.newLine = () => {
            const at = self.position.at;
            self.position.enter();
            // it may end a line that the other stream has ended already
            if (!at.isBroken) self.index();
            at.isBroken = false;
            at.column = 0;
        };

        // one line down, in the same column
        self.index = () => {
            const at = self.position.at;
            const margins = at.margins;
            if (at.row >= screen.end()) self.position.line();
            if (!margins || at.row !== self.position.rowOf(margins.bottom)) {
                at.row = self.position.down(at.row);
            } else if (margins.top === 1) {
                // what leaves the screen at its top stays in the log
                screen.insert(at.row + 1, stream);
                at.base++;
                at.row++;
            } else {
                screen.move(self.position.rowOf(margins.top), at.row, -1, stream);
            }
        };

        self.reverseIndex = () => {
            const at = self.position.at;
            if (at.row !== self.position.scrollingTop()) {
                at.row = self.position.up(at.row, self.position.lowest());
            } else if (at.row < screen.end()) {
                self.scroll(at.row, 1);
            }
        };

        // moves all from this row to the bottom of what scrolls, down or up
        self.scroll = (row, count) => {
            const {margins, rows} = self.position.at;
            const room = rows - (screen.end() - self.position.topRow());
            if (count > 0 && !margins && room > 0) {
                screen.require(screen.end() + Math.min(count, room) - 1, stream);
            }
            const bottom = margins
                ? self.position.rowOf(margins.bottom)
                : screen.end() - 1;
            if (row <= bottom) screen.move(row, bottom, count, stream);
        };

        self.escape = (chars) => self._sequences.escape(chars);
        self.csi = (final, parameters, style) => {
            self._sequences.csi(final, parameters, style);
        };

        self._sequences = new SystemCommands.Sequences(screen, self);
    };
})();
