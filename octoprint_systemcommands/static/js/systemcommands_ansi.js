(function () {
    // no sequence that means anything here is longer; the rest of a longer one is read and
    // thrown away, so that it uses no memory
    const MAX_SEQUENCE = 256;
    // a string that nobody has ended by now never was one
    const MAX_STRING = 65536;

    const SPECIAL = /[\x00-\x1f\x7f-\x9f]/g;

    // Takes what a program prints apart into text and instructions to the terminal.
    //
    // It may be fed in pieces that end anywhere. What it does not know is swallowed: nobody
    // wants to read "[?25l". The handler's methods:
    //   print(text)       text without any control character
    //   control(char)     \n, \r, \b or \t
    //   csi(final, parameters)   ESC [ parameters final, e.g. ("m", "1;31")
    //   osc(text)         ESC ] text BEL or ESC \
    window.SystemCommandsAnsiParser = function (handler) {
        const self = this;

        self.reset = () => {
            self._state = self._ground;
            self._collected = "";
            self._length = 0;
            self._isOsc = false;
        };

        self.feed = (text) => {
            let position = 0;
            while (position < text.length) {
                position = self._state(text, position);
            }
        };

        // The states: each reads from the position on, and returns where the next one begins.

        self._ground = (text, position) => {
            SPECIAL.lastIndex = position;
            const match = SPECIAL.exec(text);
            const end = match ? match.index : text.length;
            if (end > position) handler.print(text.slice(position, end));
            if (!match) return end;

            self._control(match[0]);
            return end + 1;
        };

        self._control = (char) => {
            if ("\n\r\b\t".includes(char)) {
                handler.control(char);
            } else if (char === "\x1b") {
                self._state = self._escape;
            } else if (char >= "\x80") {
                // the 8-bit form of ESC and a letter
                self._afterEscape(String.fromCharCode(char.charCodeAt(0) - 0x40));
            }
        };

        self._escape = (text, position) => {
            self._afterEscape(text[position]);
            return position + 1;
        };

        self._afterEscape = (char) => {
            self._collected = "";
            self._length = 0;
            if (char === "[") {
                self._state = self._csi;
            } else if ("]PX^_".includes(char)) {
                self._isOsc = char === "]";
                self._state = self._string;
            } else if (char >= " " && char <= "/") {
                // e.g. ESC ( B, which selects a character set
                self._state = self._escape;
            } else {
                self._state = self._ground;
                // a line break in the middle of something broken is still one
                if (char < " ") self._control(char);
            }
        };

        self._csi = (text, position) => {
            const char = text[position];
            if (char < " " || char > "~") {
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
            SPECIAL.lastIndex = position;
            const match = SPECIAL.exec(text);
            const end = match ? match.index : text.length;
            const room = MAX_SEQUENCE - self._collected.length;
            self._collected += text.slice(position, Math.min(end, position + room));
            self._length += end - position;

            if (self._length > MAX_STRING) {
                self._state = self._ground;
            } else if (match) {
                const char = match[0];
                if (char === "\x07" || char === "\x9c") {
                    self._endOfString();
                } else if (char === "\x1b") {
                    self._state = self._escapeInString;
                } else if (char === "\x18" || char === "\x1a") {
                    self._state = self._ground;
                } else if (char === "\n" && self._isOsc) {
                    // These have one line only. Without this, one that lost its end would
                    // take everything after it along.
                    self._state = self._ground;
                    return end;
                }
            }
            return match ? end + 1 : end;
        };

        self._escapeInString = (text, position) => {
            self._endOfString();
            // any other character after ESC begins a sequence of its own
            if (text[position] === "\\") return position + 1;
            self._state = self._escape;
            return position;
        };

        self._endOfString = () => {
            self._state = self._ground;
            if (self._isOsc && self._length < MAX_SEQUENCE) handler.osc(self._collected);
        };

        self.reset();
    };
})();
