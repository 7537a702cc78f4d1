(function () {
    // Who clears the screen draws a new picture in place of the last one. What was there
    // before the first picture stays; and the last one stays, as nothing takes its place.
    SystemCommands.Frames = function (screen, stream, position) {
        const self = this;

        self.clear = () => {
            const at = position.at;
            const top = position.topRow();
            if (at.isFramed) {
                at.stale = at.base;
            } else {
                // in place of the alternate screen, if that has just been left
                at.base = at.stale === undefined ? screen.end() : at.stale;
            }
            at.isFramed = true;
            at.base = Math.max(at.base, screen.first);
            at.row = at.base;
            if (at.saved) {
                // a row of the screen, which is elsewhere in the log now
                const row = at.base + Math.max(0, at.saved.row - top);
                at.saved = {...at.saved, row: row};
            }
        };

        // savesCursor: for the main screen, as some of the sequences do
        self.enterAlternate = (savesCursor) => {
            const at = position.at;
            if (at.main) {
                // all that is left of it then
                position.save();
                return;
            }
            if (savesCursor) position.save();
            const {row, column, base, isFramed, saved} = at;
            at.main = {row, column, base, isFramed, saved};
            // the one before is replaced when it has just been left
            at.base = at.stale === undefined ? screen.end() : at.stale;
            Object.assign(at, {isFramed: true, row: at.base, saved: undefined});
        };

        self.leaveAlternate = () => {
            const at = position.at;
            if (!at.main) return;
            if (at.stale === undefined) at.stale = at.base;
            Object.assign(at, at.main, {main: undefined, margins: undefined});
        };

        self._ownRows = (from, to) => {
            let count = 0;
            for (let row = from; row < to; row++) {
                if (!position.isForeign(row)) count++;
            }
            return count;
        };

        // new text is about to be printed
        self.replace = () => {
            const at = position.at;
            if (at.stale === undefined) return;
            const from = Math.max(at.stale, screen.first);
            at.stale = undefined;
            if (from >= screen.end()) return;
            if (at.row < screen.first) at.row = from;
            const row = self._ownRows(from, at.row);
            const base = self._ownRows(from, at.base);
            const kept = screen.remove(
                from,
                (line) => line.note || line.stream !== stream
            );
            // what the other stream has printed comes first now
            if (at.row >= from) at.row = from + kept + row;
            if (at.base >= from) at.base = from + kept + base;
            screen.cursors.forEach((cursor) => cursor.position.onRemoved());
        };
    };
})();
