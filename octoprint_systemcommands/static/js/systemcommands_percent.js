(function () {
    // e.g. "45%", "12.5 %", "(45%"; not "+5%", "v1.45%" or "100%25"
    const PERCENT = /(?:^|[^\w.,+-])(\d{1,3}(?:[.,]\d+)?)[ \xa0]?%(?!\w)/;
    const AT_END = /(?:^|[^\w.,+-])(\d{1,3}(?:[.,]\d+)?)[ \xa0]?%\s*$/;
    // two that have no terminal to draw on: wget's dots, and curl's table without a "%"
    const WGET = /^ *\d+K[ .,]* (\d{1,3})% /;
    const CURL = /^ *(\d{1,3})(?: +[\d.]+[kMGTP]? +\d{1,3} +[\d.]+[kMGTP]?){2}.* \d+:\d\d:\d\d /;
    // of a line; there is none that long with a percentage in it that anybody reads
    const MAX_LENGTH = 1000;
    // from here on something else may begin anew
    const NEARLY_DONE = 99;

    // these go back to a line that is there already
    const GOES_BACK = /^[AFGHKdf]$/;

    // Finds out how far a command is from the percentages that it prints:
    //   - in a line that it writes over with \r, \b or a cursor movement: the first one, as
    //     of wget, rsync, tqdm, git, apt
    //   - at the end of a line: these go up as long as they are about progress
    // Others are not about progress, e.g. those in the tables of `df`.
    window.SystemCommandsPercent = function (onProgress) {
        const self = this;

        self.reset = () => {
            self._line = "";
            self._isSeen = false;
            // the line is written over what was there
            self._isOver = false;
            // \r, which may still be the first half of a line's end
            self._isReturned = false;
            self._isFramed = false;
            self._isTrusted = true;
            self._value = undefined;
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
                self._goBack();
            } else {
                self.print(" ");
            }
        };

        self.csi = (final, parameters) => {
            // what fills the screen is a table more often than not
            if (final === "J" && parameters === "2") self._isFramed = true;
            if (final === "h" && parameters === "?1049") self._isFramed = true;
            if (final === "C") self.print(" ");
            if (GOES_BACK.test(final)) self._goBack();
        };

        // Nothing more arrives for now.
        self.pause = () => {
            if (self._isOver && !self._isReturned) self._find(PERCENT);
        };

        self._goBack = () => {
            self._find(PERCENT);
            self._line = "";
            self._isSeen = false;
            self._isOver = true;
            self._isReturned = false;
        };

        self._endLine = () => {
            if (self._isOver) {
                self._find(PERCENT);
            } else if (self._isTrusted && self._find(AT_END) === false) {
                self._isTrusted = false;
                self._report(undefined);
            }
            self._line = "";
            self._isSeen = self._isOver = self._isReturned = false;
        };

        // returns whether the percentage goes on from the last one
        self._find = (pattern) => {
            if (!self._isSeen || self._isFramed) return undefined;
            const match = pattern.exec(self._line);
            const value = match && Number(match[1].replace(",", "."));
            if (!match || value > 100) return undefined;
            if (pattern === AT_END && value < self._value && self._value < NEARLY_DONE) {
                return false;
            }
            self._report(value);
            return true;
        };

        self._report = (value) => {
            if (value === self._value) return;
            self._value = value;
            onProgress({state: value === undefined ? 0 : 1, value: value});
        };

        self.reset();
    };
})();
