(function () {
    // how far up a program may go to change what it has printed
    const MAX_UP = 200;

    // The lines that a terminal shows, as a log: what two streams print, each in lines of its
    // own. They are numbered from the first one ever; the oldest are dropped in blocks, so
    // `first` grows.
    //   maxLines    how many are kept at least; a multiple of blockSize
    //   onChange    is called with a line that has changed
    //   onTruncate  is called with the number from which on all lines are gone
    SystemCommands.Screen = function (maxLines, blockSize, onChange, onTruncate) {
        const self = this;

        self.changed = onChange;
        self.cursors = ["stdout", "stderr"].map(
            (stream) => new SystemCommands.Cursor(self, stream)
        );

        self.reset = () => {
            self.first = 0;
            self.lines = [];
            // the stream that printed last
            self.current = undefined;
            self.cursors.forEach((cursor) => cursor.position.reset());
        };

        self.end = () => self.first + self.lines.length;
        self.line = (number) => self.lines[number - self.first];
        // the first line that may still be changed
        self.reach = () => Math.max(self.first, self.end() - MAX_UP);

        self.require = (number, stream) => {
            while (number >= self.end()) self._add(stream);
            return self.line(number);
        };

        self._add = (stream) => {
            if (self.lines.length >= maxLines + blockSize) {
                self.lines.splice(0, blockSize);
                self.first += blockSize;
            }
            const line = new SystemCommands.Line(self.end(), stream);
            self.lines.push(line);
            const closed = self.line(line.number - MAX_UP - 1);
            if (closed) closed.close();
            onChange(line);
            return line;
        };

        // a line of our own, on which no text of the command comes to stand
        self.note = (text) => {
            const line = self._add();
            line.note = text;
            onChange(line);
            self.current = undefined;
            self.cursors.forEach((cursor) => cursor.position.leave());
        };

        // returns how many are kept of the lines from this one on
        self.remove = (number, isKept) => {
            const kept = self.lines.slice(number - self.first).filter(isKept);
            self.lines.length = number - self.first;
            onTruncate(number);
            kept.forEach((line) => self._add().become(line));
            return kept.length;
        };

        // makes an empty line of this number by moving the others down
        self.insert = (number, stream) => {
            self.require(number, stream);
            self._add(stream);
            self.move(number, self.end() - 1, 1, stream);
        };

        // moves lines down (or up) between these two
        self.move = (from, to, count, stream) => {
            const lines = [];
            for (let number = from; number <= to; number++) {
                lines.push(self.require(number, stream));
            }
            const before = lines.map((line) => line.copy());
            lines.forEach((line, index) => {
                const source = before[index - count];
                line.become(source || new SystemCommands.Line(line.number, stream));
                onChange(line);
            });
        };

        // Shows what `print` prints until `restore`, which this returns, is called.
        self.peek = (print) => {
            const states = self.cursors.map((cursor) => cursor.position.state());
            const current = self.current;
            const from = self.reach();
            const end = self.end();
            const lines = self.lines.slice(from - self.first).map((line) => line.copy());
            print();
            return () => {
                const start = Math.max(from, self.first);
                self.lines.length = start - self.first;
                onTruncate(start);
                self.lines.push(...lines.slice(start - from, end - from));
                self.current = current;
                self.cursors.forEach((cursor, index) => {
                    cursor.position.restore(states[index]);
                });
            };
        };

        self.text = () => {
            return self.lines.map((line) => line.note || line.text.trimEnd()).join("\n");
        };

        self.reset();
    };
})();
