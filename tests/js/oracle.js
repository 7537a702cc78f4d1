// A real terminal: what xterm.js shows of an output.
"use strict";

const {Terminal} = require("@xterm/headless");
const {page} = require("./loader.js");

const {Columns} = page.SystemCommands;

// xterm.js asks how wide a code point is, and whether it joins with what is before it. The
// state that it keeps for that is a number: here that of the character so far in a list.
// (xterm.js on its own knows the widths of Unicode 6, which is from before there were emoji.)
class Graphemes {
    constructor() {
        this.version = "graphemes";
        this.known = [""];
        this.numbers = new Map();
    }

    wcwidth(code) {
        return Columns.width(String.fromCodePoint(code));
    }

    charProperties(code, preceding) {
        const char = String.fromCodePoint(code);
        const before = this.known[preceding >> 3] || "";
        const parts = Columns.split(before + char);
        const own = Columns.width(char);
        const joins = before !== "" && (parts.length === 1 || own === 0);
        const cluster = joins ? before + char : char;
        if (!this.numbers.has(cluster)) {
            this.numbers.set(cluster, this.known.push(cluster) - 1);
        }
        const width = Columns.width(cluster);
        return (this.numbers.get(cluster) << 3) | (width << 1) | (joins ? 1 : 0);
    }
}

// Returns a function of a text: the lines with what has left the screen at its top, without
// blanks at their ends. Making a terminal takes longer than what is done in it here.
exports.makeXterm = ({cols = 500, rows = 24} = {}) => {
    const terminal = new Terminal({
        cols: cols,
        rows: rows,
        scrollback: 5000,
        convertEol: true,
        allowProposedApi: true,
        logLevel: "off"
    });
    terminal.unicode.register(new Graphemes());
    terminal.unicode.activeVersion = "graphemes";

    return async (text) => {
        terminal.reset();
        await new Promise((resolve) => terminal.write(text, resolve));
        const buffer = terminal.buffer.active;
        const lines = [];
        for (let index = 0; index < buffer.length; index++) {
            const line = buffer.getLine(index);
            const shown = line.translateToString(true);
            // what did not fit into its columns is one line all the same
            if (line.isWrapped) {
                lines[lines.length - 1] += shown;
            } else {
                lines.push(shown);
            }
        }
        const trimmed = lines.map((line) => line.trimEnd());
        while (trimmed.length && !trimmed[trimmed.length - 1]) trimmed.pop();
        return trimmed;
    };
};
