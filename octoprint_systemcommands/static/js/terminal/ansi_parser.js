(function () {
    // no sequence that means anything here is longer; the rest of a longer one is read and
    // thrown away, so that it uses no memory
    const MAX_SEQUENCE = 256;
    // A string that nobody has ended by now, but that has lines, never was one. Of one without
    // lines the rest is thrown away, until it ends or becomes text by a line's end.
    const MAX_STRING = 65536;

    const SPECIAL = /[\x00-\x1f\x7f-\x9f]/g;

    const endOfText = (text, position) => {
        SPECIAL.lastIndex = position;
        return SPECIAL.test(text) ? SPECIAL.lastIndex - 1 : text.length;
    };

    // Takes what a program prints apart into text and instructions to the terminal.
    //
    // It may be fed in pieces that end anywhere. What it does not know is swallowed: nobody
    // wants to read "[?25l". Text never is. The handler's methods:
    //   print(text)       text without any control character
    //   control(char)     \n, \v, \f, \r, \b, \t, SO (\x0e) or SI (\x0f)
    //   escape(chars)     ESC chars, e.g. "7" or "(0"
    //   csi(final, parameters)   ESC [ parameters final, e.g. ("m", "1;31")
    //   osc(text)         ESC ] text BEL or ESC \
    SystemCommands.AnsiParser = function (handler) {
        const self = this;

        self.reset = () => {
            self._state = self._ground;
            self._collected = "";
            self._length = 0;
            self._isOsc = false;
            self._half = "";
        };

        self.feed = (text) => {
            const whole = self._half + text;
            const last = whole.charCodeAt(whole.length - 1);
            // the other half of the character is still to come
            const end = whole.length - (last >= 0xd800 && last < 0xdc00 ? 1 : 0);
            self._half = whole.slice(end);
            self._run(whole.slice(0, end));
        };

        // A string that may never end, and be text. OSC strings end with their line.
        self.pending = () => {
            const isString =
                self._state === self._string || self._state === self._escapeInString;
            return isString && !self._isOsc ? self._collected : "";
        };

        self.finish = () => {
            self._replay(self.pending());
            self.reset();
        };

        self._run = (text) => {
            let position = 0;
            while (position < text.length) {
                position = self._state(text, position);
            }
        };

        // The states: each reads from the position on, and returns where the next one begins.

        self._ground = (text, position) => {
            const end = endOfText(text, position);
            if (end > position) handler.print(text.slice(position, end));
            if (end === text.length) return end;

            self._control(text[end]);
            return end + 1;
        };

        self._control = (char) => {
            if ((char >= "\b" && char <= "\r") || char === "\x0e" || char === "\x0f") {
                handler.control(char);
            } else if (char === "\x1b") {
                self._state = self._escape;
                self._collected = "";
            } else if (char === "\x85") {
                // NEL, which ends a line in Unicode as well
                handler.control("\n");
            } else if (char >= "\x80") {
                // Text that was encoded twice. As a control (\x9b is ESC [) it would swallow
                // what follows.
                handler.print("\ufffd");
            }
        };

        self._escape = (text, position) => {
            const char = text[position];
            if (char < " " || char > "~") {
                self._state = self._ground;
                return position;
            }
            self._collected += char;
            // e.g. ESC ( B, which selects a character set
            if (char <= "/") {
                if (self._collected.length > MAX_SEQUENCE) self._state = self._ground;
                return position + 1;
            }

            const chars = self._collected;
            self._collected = "";
            self._length = 0;
            self._state = self._ground;
            if (chars === "[") {
                self._state = self._csi;
            } else if (/^[\]PX^_]$/.test(chars)) {
                self._isOsc = chars === "]";
                self._state = self._string;
            } else {
                handler.escape(chars);
            }
            return position + 1;
        };

        self._csi = (text, position) => {
            const char = text[position];
            if (char < " " || char > "~") {
                // a line break in the middle of something broken is still one
                self._state = self._ground;
                return position;
            }
            if (char >= "@") {
                self._state = self._ground;
                if (self._collected.length < MAX_SEQUENCE) {
                    handler.csi(char, self._collected);
                }
            } else if (self._collected.length < MAX_SEQUENCE) {
                self._collected += char;
            }
            return position + 1;
        };

        self._string = (text, position) => {
            const end = endOfText(text, position);
            const char = text[end];
            const room =
                (self._isOsc ? MAX_SEQUENCE : MAX_STRING) - self._collected.length;
            self._collected += text.slice(position, Math.min(end, position + room));
            self._length += end - position;

            const isFull = self._length >= MAX_STRING;
            if (isFull && (self._isOsc || self._collected.includes("\n"))) {
                const taken = position + Math.min(end - position, Math.max(0, room));
                self._endOfString(false);
                return self._isOsc ? end : taken;
            }
            if (end === text.length) return end;
            if (char === "\x1b") {
                self._state = self._escapeInString;
            } else if (char === "\x18" || char === "\x1a") {
                // aborted, and that with lines in it is text that was taken for a string
                self._endOfString(!self._collected.includes("\n"));
            } else if (self._isOsc && (char === "\x07" || char === "\x9c")) {
                self._endOfString(true);
            } else if (self._isOsc && char === "\n") {
                // These have one line only. Without this, one that lost its end would take
                // everything after it along.
                self._state = self._ground;
                return end;
            } else if (isFull && char === "\n") {
                self._endOfString(false);
                return end;
            } else if (!self._isOsc) {
                if (!isFull) self._collected += char;
                self._length++;
            }
            return end + 1;
        };

        self._escapeInString = (text, position) => {
            // any other character after ESC begins a sequence of its own
            const isEnd = text[position] === "\\";
            self._endOfString(isEnd || self._isOsc);
            if (isEnd) return position + 1;
            self._state = self._escape;
            self._collected = "";
            return position;
        };

        self._endOfString = (isString) => {
            const collected = self._collected;
            self._state = self._ground;
            if (!isString) {
                self._replay(collected);
            } else if (self._isOsc && self._length < MAX_SEQUENCE) {
                handler.osc(collected);
            }
        };

        self._replay = (text) => {
            if (self._isOsc) return;
            self._state = self._ground;
            self._run(text);
        };

        self.reset();
    };
})();
