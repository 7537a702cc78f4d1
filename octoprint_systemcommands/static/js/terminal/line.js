(function () {
    // stands in a column that the wide character on its left takes as well
    const HALF = {text: "", style: ""};
    const BLANK = {text: " ", style: ""};

    // columns of a line
    const MAX_COLUMNS = 4000;

    // One line that a terminal shows: text in segments {text, style, stream}, or a note.
    //
    // Most lines are only ever added to, and stay a few strings. What is changed in the
    // middle is taken apart into a cell {text, style} for each column.
    SystemCommands.Line = class {
        constructor(number, stream) {
            this.number = number;
            this.stream = stream;
            // in columns
            this.length = 0;
            this.note = undefined;
            this._segments = [];
            this._cells = undefined;
        }

        get segments() {
            return this._cells ? this._join() : this._segments;
        }

        get text() {
            return this.segments.map((segment) => segment.text).join("");
        }

        // whether text can just be added there
        isEnd(column) {
            return column === this.length && !this._cells;
        }

        append(text, width, style) {
            const last = this._segments[this._segments.length - 1];
            if (last && last.style === style) {
                last.text += text;
            } else {
                this._segments.push({text: text, style: style, stream: this.stream});
            }
            this.length += width;
        }

        // simple text (see SystemCommands.Columns) from the column on
        write(column, text, style) {
            if (column === 0 && text.length >= this.length) this._clear();
            if (this.isEnd(column)) {
                this.append(text, text.length, style);
                return;
            }
            this._cut(column, column + text.length);
            for (let index = 0; index < text.length; index++) {
                this._cells[column + index] = {text: text[index], style: style};
            }
            this.length = this._cells.length;
        }

        // one character of any width
        put(column, text, width, style) {
            this._cut(column, column + width);
            this._cells[column] = {text: text, style: style};
            if (width === 2) this._cells[column + 1] = HALF;
            this.length = this._cells.length;
        }

        // {text, style, width} of the one whose last column is left of this one
        before(column) {
            if (column < 1 || column > this.length) return undefined;
            const cells = this._open();
            const width = cells[column - 1] === HALF ? 2 : 1;
            return {...cells[column - width], width: width};
        }

        erase(from, to) {
            const end = Math.min(to, this.length);
            if (from >= end) return;
            if (from === 0 && end === this.length) {
                this._clear();
                return;
            }
            this._cut(from, end);
            if (end === this._cells.length) {
                this._cells.length = from;
            } else {
                this._cells.fill(BLANK, from, end);
            }
            this.length = this._cells.length;
        }

        insert(column, count) {
            if (column >= this.length) return;
            this._cut(column, column);
            this._cells.splice(column, 0, ...Array(count).fill(BLANK));
            // what is pushed out is gone
            if (this._cells.length > MAX_COLUMNS) {
                this._cut(MAX_COLUMNS, MAX_COLUMNS);
                this._cells.length = MAX_COLUMNS;
            }
            this.length = this._cells.length;
        }

        remove(column, count) {
            if (column >= this.length) return;
            this._cut(column, column + count);
            this._cells.splice(column, count);
            this.length = this._cells.length;
        }

        // takes over all that the other one shows
        become(other) {
            this.stream = other.stream;
            this.length = other.length;
            this.note = other.note;
            this._segments = other._segments;
            this._cells = other._cells;
        }

        copy() {
            const result = new SystemCommands.Line(this.number);
            result.become(this);
            result._segments = this._segments.map((segment) => ({...segment}));
            result._cells = this._cells && this._cells.slice();
            return result;
        }

        // nothing in it is going to be changed soon, and cells need much memory
        close() {
            if (!this._cells) return;
            this._segments = this._join();
            this._cells = undefined;
        }

        _clear() {
            this.length = 0;
            this._segments = [];
            this._cells = undefined;
        }

        _open() {
            if (this._cells) return this._cells;
            this._cells = [];
            this._segments.forEach((segment) => {
                SystemCommands.Columns.split(segment.text).forEach((part) => {
                    const cell = {text: part.text, style: segment.style};
                    if (part.width) {
                        this._cells.push(cell);
                    } else {
                        this._cells[this._cells.length - 1].text += part.text;
                    }
                    if (part.width === 2) this._cells.push(HALF);
                });
            });
            this._segments = [];
            return this._cells;
        }

        // Makes room: half of a wide character is not one, what is left of it is a blank.
        _cut(from, to) {
            const cells = this._open();
            while (cells.length < from) cells.push(BLANK);
            [from, to].forEach((column) => {
                if (cells[column] === HALF) cells[column - 1] = cells[column] = BLANK;
            });
        }

        _join() {
            const result = [];
            let last;
            this._cells.forEach((cell) => {
                if (last && last.style === cell.style) {
                    last.text += cell.text;
                } else if (cell !== HALF) {
                    last = {text: cell.text, style: cell.style, stream: this.stream};
                    result.push(last);
                }
            });
            return result;
        }
    };

    SystemCommands.Line.MAX_COLUMNS = MAX_COLUMNS;
})();
