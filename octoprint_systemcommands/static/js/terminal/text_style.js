(function () {
    const BACKGROUND = [0x1c, 0x1f, 0x24];
    const FOREGROUND = [0xd6, 0xd9, 0xde];
    // WCAG's minimum (AA) is 4.5, and rounding takes a little of it; programs choose their
    // colors for a terminal that they know
    const MIN_CONTRAST = 4.55;
    // more different styles at once are not made by people
    const MAX_STYLES = 1000;

    const BASE = [
        "000000 e06c6c 7fc97f d9b95b 7aa6f0 c98fe0 5fc4cf d6d9de",
        "7d848f ff8f8f a5e5a5 ffe08a a3c4ff e3b5f5 8ce5ee ffffff"
    ]
        .join(" ")
        .split(" ")
        .map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

    const paletteColor = (index) => {
        if (index < 16) return BASE[index];
        if (index >= 232) return Array(3).fill(8 + (index - 232) * 10);
        const level = (n) => (n ? 55 + n * 40 : 0);
        const rest = index - 16;
        return [Math.floor(rest / 36), Math.floor(rest / 6) % 6, rest % 6].map(level);
    };

    const luminance = (color) => {
        const [r, g, b] = color.map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };

    const contrast = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };

    const mix = (one, other, part) =>
        one.map((value, index) => value + (other[index] - value) * part);

    // black on black, for one, is made gray
    const readable = (color, background) => {
        const target = luminance(background) < 0.18 ? 255 : 0;
        let result = color;
        for (
            let step = 0;
            step < 30 && contrast(result, background) < MIN_CONTRAST;
            step++
        ) {
            result = mix(result, [target, target, target], 0.2);
        }
        return result;
    };

    const css = (color) => "rgb(" + color.map(Math.round).join(", ") + ")";

    const PLAIN = {
        fg: null,
        bg: null,
        bold: false,
        dim: false,
        italic: false,
        underline: false,
        inverse: false,
        strike: false
    };

    // What SGR sequences (ESC [ … m) have made of the text's looks. `current` is a string of
    // CSS declarations, empty for plain text, which is the same for the same looks.
    SystemCommands.TextStyle = function () {
        const self = this;

        const known = new Map();

        self.reset = () => {
            self._attributes = {...PLAIN};
            self._saved = PLAIN;
            self.current = "";
        };

        // ESC 7 and ESC 8
        self.save = () => {
            self._saved = {...self._attributes};
        };
        self.restore = () => {
            self._attributes = {...self._saved};
            self._update();
        };

        self.apply = (parameters) => {
            const codes = parameters.split(";");
            for (let index = 0; index < codes.length; index++) {
                index = self._applyOne(codes, index);
            }
            self._update();
        };

        self._update = () => {
            const key = Object.values(self._attributes).join("|");
            if (!known.has(key)) {
                if (known.size >= MAX_STYLES) known.clear();
                known.set(key, self._toCss(self._attributes));
            }
            self.current = known.get(key);
        };

        // returns the index of the last code that was used
        self._applyOne = (codes, index) => {
            const attributes = self._attributes;
            const [code, ...subCodes] = codes[index].split(":").map(Number);
            switch (code) {
                case 0:
                    self._attributes = {...PLAIN};
                    break;
                case 1:
                    attributes.bold = true;
                    break;
                case 2:
                    attributes.dim = true;
                    break;
                case 3:
                    attributes.italic = true;
                    break;
                case 4:
                    attributes.underline = subCodes[0] !== 0;
                    break;
                case 21:
                    attributes.underline = true;
                    break;
                case 7:
                    attributes.inverse = true;
                    break;
                case 9:
                    attributes.strike = true;
                    break;
                case 22:
                    attributes.bold = attributes.dim = false;
                    break;
                case 23:
                    attributes.italic = false;
                    break;
                case 24:
                    attributes.underline = false;
                    break;
                case 27:
                    attributes.inverse = false;
                    break;
                case 29:
                    attributes.strike = false;
                    break;
                case 38:
                case 48:
                    return self._applyExtended(code, codes, subCodes, index);
                case 39:
                    attributes.fg = null;
                    break;
                case 49:
                    attributes.bg = null;
                    break;
                default:
                    if (code >= 30 && code <= 37) attributes.fg = BASE[code - 30];
                    if (code >= 40 && code <= 47) attributes.bg = BASE[code - 40];
                    if (code >= 90 && code <= 97) attributes.fg = BASE[code - 82];
                    if (code >= 100 && code <= 107) attributes.bg = BASE[code - 92];
            }
            return index;
        };

        // 38;5;index and 38;2;red;green;blue, or all of it with colons, where the latter may
        // have a color space in the middle
        self._applyExtended = (code, codes, subCodes, index) => {
            const withColons = subCodes.length > 0;
            const values = withColons ? subCodes : codes.slice(index + 1).map(Number);
            let color;
            let used = 1;
            if (values[0] === 5) {
                color = [values[1]];
                used = 2;
            } else if (values[0] === 2) {
                color = withColons ? values.slice(-3) : values.slice(1, 4);
                used = 4;
            }

            const isByte = (value) =>
                Number.isInteger(value) && value >= 0 && value <= 255;
            if (color && color.every(isByte) && [1, 3].includes(color.length)) {
                if (color.length === 1) color = paletteColor(color[0]);
                self._attributes[code === 38 ? "fg" : "bg"] = color;
            }
            return withColons ? index : index + used;
        };

        self._toCss = (attributes) => {
            let fg = attributes.fg;
            let bg = attributes.bg;
            if (attributes.inverse) {
                [fg, bg] = [bg || BACKGROUND, fg || FOREGROUND];
            }

            const result = [];
            const decorations = [];
            if (fg || bg || attributes.dim) {
                const front = fg || FOREGROUND;
                const back = bg || BACKGROUND;
                const wanted = attributes.dim ? mix(front, back, 0.3) : front;
                result.push("color: " + css(readable(wanted, back)));
            }
            if (bg) result.push("background-color: " + css(bg));
            if (attributes.bold) result.push("font-weight: bold");
            if (attributes.italic) result.push("font-style: italic");
            if (attributes.underline) decorations.push("underline");
            if (attributes.strike) decorations.push("line-through");
            if (decorations.length) {
                result.push("text-decoration: " + decorations.join(" "));
            }
            return result.join("; ");
        };

        self.reset();
    };
})();
