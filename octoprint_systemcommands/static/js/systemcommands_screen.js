(function () {
    // of a line, in characters; what is longer goes on in the next one
    const MAX_COLUMNS = 4000;
    // how far up a program may go to change what it has printed
    const MAX_UP = 200;
    const TAB = 8;

    // The lines of text that a terminal shows, without their looks on the page.
    //
    // Each line is a list of segments {text, style, stream}, or a note. Lines are numbered
    // from the first one ever; the oldest are dropped in blocks, so `first` grows.
    //   maxLines    how many are kept at least; a multiple of blockSize
    //   onChange    is called with a line that has changed
    window.SystemCommandsScreen = function (maxLines, blockSize, onChange) {
        const self = this;

        self.reset = () => {
            self.first = 0;
            self.lines = [];
            self._row = 0;
            self._column = 0;
            self._stream = undefined;
        };

        self.end = () => self.first + self.lines.length;
        self.line = (number) => self.lines[number - self.first];

        self.print = (text, style, stream) => {
            // Two pipes: nobody knows where exactly in a line the other one broke in, and a
            // message in the middle of a progress line could not be read.
            if (self._column > 0 && self._stream && self._stream !== stream) {
                self.newLine();
            }
            self._stream = stream;

            let rest = text;
            while (rest) {
                if (self._column >= MAX_COLUMNS) self.newLine();
                const part = rest.slice(0, MAX_COLUMNS - self._column);
                self._write(part, style, stream);
                rest = rest.slice(part.length);
            }
        };

        self._write = (text, style, stream) => {
            const line = self._currentLine();
            const segments = line.segments;
            const last = segments[segments.length - 1];
            const length = line.length;
            const isAppended = self._column === length;
            const end = self._column + text.length;

            if (isAppended && last && last.style === style && last.stream === stream) {
                last.text += text;
            } else if (isAppended) {
                segments.push({text: text, style: style, stream: stream});
            } else {
                const gap = {
                    text: " ".repeat(Math.max(0, self._column - length)),
                    style: ""
                };
                line.segments = self._joined([
                    ...self._slice(line, 0, self._column),
                    gap,
                    {text: text, style: style, stream: stream},
                    ...self._slice(line, end, length)
                ]);
            }
            line.length = Math.max(length, end);
            self._column = end;
            onChange(line);
        };

        self.newLine = () => {
            self._currentLine();
            self._row++;
            self._column = 0;
            self._stream = undefined;
        };

        self.control = (char) => {
            if (char === "\n") self.newLine();
            if (char === "\r") self._column = 0;
            if (char === "\b") self._column = Math.max(0, self._column - 1);
            if (char === "\t") self._moveTo(self._column + TAB - (self._column % TAB));
        };

        // a line of our own, on which no text of the command comes to stand
        self.note = (text) => {
            if (self._column > 0) self.newLine();
            const line = self._currentLine();
            line.note = text;
            onChange(line);
            self._row++;
            self._column = 0;
        };

        self.csi = (final, parameters) => {
            const number = Number(parameters) || 0;
            const count = Math.max(1, number);
            if (final === "A" || final === "F") {
                const top = Math.max(self.first, self.end() - MAX_UP);
                self._row = Math.max(Math.min(top, self._row), self._row - count);
            }
            if (final === "B" || final === "E") {
                self._row = Math.min(Math.max(self.end(), self._row), self._row + count);
            }
            if (final === "E" || final === "F") self._column = 0;
            if (final === "C") self._moveTo(self._column + count);
            if (final === "D") self._column = Math.max(0, self._column - count);
            if (final === "G") self._moveTo(count - 1);
            if (final === "K" && parameters.length < 2) self._eraseInLine(number);
            if (final === "J" && number === 0) self._eraseBelow();
        };

        self._moveTo = (column) => {
            self._column = Math.min(column, MAX_COLUMNS - 1);
        };

        // 0: from the cursor on, 1: up to it, 2: all of it
        self._eraseInLine = (mode) => {
            const line = self.line(self._row);
            if (!line || line.note) return;
            const length = line.length;
            if (mode === 1) {
                const blank = " ".repeat(Math.min(length, self._column + 1));
                const rest = self._slice(line, blank.length, length);
                line.segments = [{text: blank, style: ""}, ...rest];
            } else {
                line.segments = mode === 2 ? [] : self._slice(line, 0, self._column);
                line.length = mode === 2 ? 0 : Math.min(length, self._column);
            }
            onChange(line);
        };

        self._eraseBelow = () => {
            self._eraseInLine(0);
            for (let row = self._row + 1; row < self.end(); row++) {
                const line = self.line(row);
                line.segments = [];
                line.length = 0;
                onChange(line);
            }
        };

        self._currentLine = () => {
            // an answer in two colors must not write over a note
            while (self.line(self._row) && self.line(self._row).note) self._row++;
            while (self._row >= self.end()) {
                const line = {number: self.end(), segments: [], length: 0};
                self.lines.push(line);
                onChange(line);
            }
            if (self.lines.length >= maxLines + blockSize) {
                self.lines.splice(0, blockSize);
                self.first += blockSize;
            }
            return self.line(self._row);
        };

        // neighbors that look the same become one
        self._joined = (segments) => {
            const result = [];
            segments.forEach((segment) => {
                const last = result[result.length - 1];
                if (
                    last &&
                    last.style === segment.style &&
                    last.stream === segment.stream
                ) {
                    last.text += segment.text;
                } else if (segment.text) {
                    result.push(segment);
                }
            });
            return result;
        };

        self._slice = (line, from, to) => {
            const result = [];
            let start = 0;
            for (const segment of line.segments) {
                const end = start + segment.text.length;
                if (end > from && start < to) {
                    result.push({
                        ...segment,
                        text: segment.text.slice(Math.max(0, from - start), to - start)
                    });
                }
                start = end;
            }
            return result;
        };

        self.text = () => {
            return self.lines
                .map((line) => {
                    return (
                        line.note ||
                        line.segments
                            .map((s) => s.text)
                            .join("")
                            .trimEnd()
                    );
                })
                .join("\n");
        };

        self.reset();
    };
})();
