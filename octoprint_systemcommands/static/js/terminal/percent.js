(function () {
    const PERCENT = /(?:^|[^\w.,+-])(\d{1,3}(?:[.,]\d{1,2})?)[ \xa0]?%(?!\w)/;
    const AT_END = /(?:^|[^\w.,+-])(\d{1,3}(?:[.,]\d{1,2})?)[ \xa0]?%\s*$/;
    // without a terminal to draw on
    const WGET = /^ *\d+K[ .,]*[ .,](\d{1,3})% /;
    const CURL =
        /^ *(\d{1,3})(?: +[\d.]+[kMGTP]? +\d{1,3} +[\d.]+[kMGTP]?){2} .*?\d+:\d\d:\d\d /;
    const MAX_LENGTH = 1000;
    // from here on something else may begin anew
    const NEARLY_DONE = 99;
    const LINES_AT_ONCE = 10;

    const GOES_BACK = /^[12]K$|[AFGHdf]$/;

    // Finds out how far a command is from the percentages that it prints:
    //   - in a line that it writes over with \r, \b or a cursor movement: the first one, as
    //     of wget, rsync, tqdm, git, apt
    //   - at the end of lines, behind the same text: these go up as long as they are about
    //     progress, and a single one says nothing
    //   - in what wget and curl print without a terminal
    // Others are not about progress, e.g. those in the tables of `df`.
    SystemCommands.Percent = function (onProgress) {
        const self = this;

        self.reset = () => {
            self._line = "";
            self._isSeen = false;
            self._isOver = false;
            // \r, perhaps half of a line's end
            self._isReturned = false;
            self._isFramed = false;
            self._isTrusted = true;
            self._value = undefined;
            // what stood at the end of a line, while nothing is known yet: {text, value}
            self._last = undefined;
            // of the line that counts: its first word, and how many lines ago it was
            self._label = undefined;
            self._age = 0;
        };

        self.print = (text) => {
            if (self._isReturned) self._goBack();
            if (self._line.length < MAX_LENGTH) self._line += text.slice(0, MAX_LENGTH);
            self._isSeen = self._isSeen || text.includes("%");
        };

        self.control = (char) => {
            if (char === "\n") {
                self._endLine();
            } else if (char === "\r") {
                self._isReturned = true;
            } else if (char === "\b") {
                self._findInWrittenOver();
                self._line = self._line.slice(0, -1);
                self._isOver = true;
            } else {
                self.print(" ");
            }
        };

        self.csi = (final, parameters) => {
            const isClear = /^(2J|\?1049[hl])$/.test(parameters + final);
            self._isFramed = self._isFramed || isClear;
            if (isClear || (self._isFramed && "Hfd".includes(final))) {
                // what fills the screen is a table more often than not
                self._line = "";
                self._isSeen = self._isOver = self._isReturned = false;
            } else if (GOES_BACK.test(parameters + final)) {
                self._goBack();
            } else if (final === "C") {
                self.print(" ");
            }
        };

        // nothing more arrives for now
        self.pause = () => {
            if (self._isOver || (self._isReturned && AT_END.test(self._line))) {
                self._findInWrittenOver();
            }
        };

        self._goBack = () => {
            self._findInWrittenOver();
            self._line = "";
            self._isSeen = false;
            self._isOver = true;
            self._isReturned = false;
            self._age++;
        };

        self._endLine = () => {
            if (self._isOver) {
                self._findInWrittenOver();
            } else if (self._isSeen) {
                self._findAtEnd();
            }
            self._line = "";
            self._isSeen = self._isOver = self._isReturned = false;
            self._age++;
        };

        const valueOf = (match) => {
            const value = match ? Number(match[1].replace(",", ".")) : undefined;
            return value <= 100 ? value : undefined;
        };

        // of several lines in turn (rclone) the first one counts, until it is done or gone
        self._findInWrittenOver = () => {
            const curl = CURL.exec(self._line);
            const value = valueOf(curl || (self._isSeen && PERCENT.exec(self._line)));
            if (value === undefined) return;
            const label = /^[a-z]*/i.exec(self._line.trimStart())[0];
            const isOther = self._label !== undefined && label !== self._label;
            if (isOther && self._age < LINES_AT_ONCE && self._value < NEARLY_DONE) return;
            self._label = label;
            self._age = 0;
            self._report(value);
        };

        self._findAtEnd = () => {
            const wget = WGET.exec(self._line);
            const match = wget || AT_END.exec(self._line);
            const value = valueOf(match);
            if (value === undefined || !self._isTrusted) return;
            if (self._value === undefined && !wget) {
                const last = self._last;
                const text = self._line.slice(0, match.index).replace(/\d+/g, "0");
                self._last = {text: text, value: value};
                if (!last || last.text !== text) return;
                // a measurement
                self._isTrusted = value >= last.value;
                if (value <= last.value) return;
            }
            const isLower = value < self._value && self._value < NEARLY_DONE;
            if (!isLower) {
                self._report(value);
            } else if (self._label === undefined) {
                // it was a measurement, or a column of a table
                self._isTrusted = false;
                self._report(undefined);
            }
        };

        self._report = (value) => {
            if (value === self._value) return;
            self._value = value;
            onProgress({state: value === undefined ? 0 : 1, value: value});
        };

        self.reset();
    };
})();
