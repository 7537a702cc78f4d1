// Two streams on one screen: each has lines of its own.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {show} = require("./loader.js");

const err = (text) => ({stream: "stderr", text: text});

// name: [chunks, lines]
const CASES = {
    "a line of its own": [
        ["fine, ", err("not fine\n"), "fine"],
        ["fine, ", "not fine", "fine"]
    ],
    "in the middle of progress": [
        ["\r 10 %", err("warning\n"), "\r 20 %\n"],
        [" 10 %", "warning", " 20 %"]
    ],
    "after a carriage return": [
        ["loading 50 %\r", err("warning\n"), "loading 60 %\r", "done\x1b[K\n"],
        ["loading 50 %", "warning", "done"]
    ],
    "a line end that comes late": [
        ["trying… ", err("no\n"), "\nnext\n"],
        ["trying… ", "no", "next"]
    ],
    indented: [
        ["\tone\n", err("\ttwo\n"), "\x1b[8Cthree\n", err("four")],
        [" ".repeat(8) + "one", " ".repeat(8) + "two", " ".repeat(8) + "three", "four"]
    ],
    "up, over the other's lines": [
        ["a\nb\n", err("warning\n"), "\x1b[2AA\nB\nc\n"],
        ["A", "B", "warning", "c"]
    ],
    "while the cursor is up": [
        ["a\nb\nc\n\x1b[3AA\n", err("warning\n"), "B\nC\nd\n"],
        ["A", "B", "C", "warning", "d"]
    ],
    "between two frames": [
        ["\x1b[2J\x1b[Hone\n", err("warning\n"), "\x1b[2J\x1b[Htwo\n", err("again")],
        ["warning", "two", "again"]
    ],
    "in a sequence": [
        ["a\x1b[3", err("oh\x1b[1m no"), "1mred\n"],
        ["a", "oh no", "red"]
    ],
    "in an emoji": [
        ["a\ud83d", err("no\n"), "\ude80\n"],
        ["a", "no", "🚀"]
    ],
    "a gap": [
        ["one\ntwo", {dropped: 5}, "\x1b[9A\rthree\n"],
        ["one", "two", "gap", "three"]
    ]
};

Object.entries(CASES).forEach(([name, [chunks, expected]]) => {
    test(name, () => assert.deepStrictEqual(show(chunks).lines, expected));
});

test("a stream that comes back after thousands of lines of the other", () => {
    const flood = err("line\n".repeat(20000));
    ["a\nb\n\x1b[2A", "\x1b[2J\x1b[Hone", "\x1b[10;20r\x1b[12;1Hx", "\x1b7"].forEach(
        (text) => {
            const {lines} = show([text, flood, "\x1b8\x1b[2;1HX\x1b[2J\x1b[Hlast\n"]);
            assert.ok(lines.includes("last"), text);
            assert.ok(lines.filter((line) => line === "line").length > 4000, text);
        }
    );
});
