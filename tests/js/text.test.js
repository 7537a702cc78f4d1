// What becomes of what a command prints: single cases.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {load, show} = require("./loader.js");

const HOME = "\x1b[H";
const UP = "\x1b[A";

// name: [text, the lines that are shown]
const TEXTS = {
    plain: ["one\ntwo\n", ["one", "two"]],
    "empty lines": ["one\n\n\ntwo", ["one", "", "", "two"]],
    "carriage return": ["50 %\r100 %\n", ["100 %"]],
    "encoded twice": [
        "GrÃ\x9f Ã\x9c\nnext\x90\nlast",
        ["GrÃ\ufffd Ã\ufffd", "next\ufffd", "last"]
    ],
    "shorter over longer": ["working\rdone", ["doneing"]],
    "Windows line ends": ["one\r\ntwo\r\n", ["one", "two"]],
    backspace: ["abc\b\bX", ["aXc"]],
    "the cursor of the main screen is its own": [
        "a\x1b7b\x1b[?1049h\x1b[5;5H\x1b7zz\x1b8\x1b[?1049l\x1b8X",
        ["abX"]
    ],
    "backspace at the beginning": ["\b\ba", ["a"]],
    tab: ["a\tb\n12345678\tc", ["a       b", "12345678        c"]],
    "tabs by sequence": ["\x1b[2Ia\x1b[Zb", ["                b"]],
    "erase to the end": ["working\r\x1b[Kdone", ["done"]],
    "erase all of it": ["working\x1b[2K\rdone", ["done"]],
    "erase to the cursor": ["abcdef\b\b\x1b[1K", ["     f"]],
    "erase and delete characters": ["abcdef\r\x1b[2X\x1b[3C\x1b[2P", ["  cf"]],
    "insert characters": ["abc\r\x1b[2@12\x1b[4h3\x1b[4l", ["123abc"]],
    "insert and delete lines": ["a\nb\nc\x1b[2A\x1b[Lx\n\x1b[M", ["x", "b", "c", ""]],
    "cursor up": ["one\ntwo\nthree\x1b[2A\rONE\n", ["ONE", "two", "three"]],
    "cursor up too far": ["one\x1b[999999999A\rONE", ["ONE"]],
    "cursor down": ["a\x1b[2Bb", ["a", "", " b"]],
    "cursor down as far as possible": [
        "a\nb\nc\x1b[2A\x1b[999B\rd",
        ["a", "b", "c", "d"]
    ],
    "cursor to the right": ["a\x1b[3Cb", ["a   b"]],
    "as far to the right as possible": [
        `a\x1b[999C\x1b[4D[ok]`,
        ["a" + " ".repeat(74) + "[ok]"]
    ],
    "erase below": ["one\ntwo\nthree\x1b[2A\x1b[J", ["one", "", ""]],
    "absolute position": ["a\x1b[3;5Hb\x1b[2dc\x1b[2Gd", ["a", " d   c", "    b"]],
    "position of the 30th row": ["\x1b[30;1Hlow", [...Array(29).fill(""), "low"]],
    "save and restore, DEC": ["abc\x1b7 def\x1b8X", ["abcXdef"]],
    "save and restore, SCO": ["abc\x1b[s def\x1b[uX", ["abcXdef"]],
    "form feed, vertical tab": ["a\fb\vc", ["a", "b", "c"]],
    "next line": ["a\x1bEb\x85c", ["a", "b", "c"]],
    index: ["a\x1bDb", ["a", " b"]],
    "reverse index": ["a\nb\x1bM\rc", ["c", "b"]],
    repeated: ["a-\x1b[3b", ["a----"]],
    colors: ["\x1b[31mred\x1b[0m plain", ["red plain"]],
    "hidden cursor": ["\x1b[?25lwork\x1b[?25h", ["work"]],
    "unknown CSI": ["a\x1b[>4;1mb\x1b[!pc\x1b[0 qd\x1b[5ne", ["abcde"]],
    "title, BEL": ["\x1b]0;a title\x07text", ["text"]],
    "title, ST": ["\x1b]0;a title\x1b\\text", ["text"]],
    link: ["\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\.", ["link."]],
    "OSC without an end": ["\x1b]0;lost\nnext", ["", "next"]],
    DCS: ["a\x1bPq#0;2;0\nmore\x1b\\b", ["ab"]],
    "SOS, PM, APC": ["a\x1bXone\x1b\\b\x1b^two\x1b\\c\x1b_three\x1b\\d", ["abcd"]],
    "character set": ["\x1b(Ba\x1b)0b", ["ab"]],
    "lines in place of letters": ["\x1b(0lqk\x1b(Blqk\x1b)0\x0ex\x0fx", ["┌─┐lqk│x"]],
    aborted: ["a\x1b[31\nb\x1b]0;x\x18c", ["a", "bc"]],
    "other control characters": ["a\x00\x01\x07\x0e\x7fb", ["ab"]],
    "ESC before a letter that is none of it": ["a\x1bäb\x1b🙂c", ["aäb🙂c"]],
    "undecodable bytes": ["a\ufffd\ufffdb", ["a\ufffd\ufffdb"]],
    "beyond ASCII": ["häß 温度 🙂\n", ["häß 温度 🙂"]],
    progress: ["\x1b]9;4;1;42\x07a\x1b]9;4;3\x1b\\b\x1b]9;4;0\x07", ["ab"]],

    // half of a wide character is a blank
    "over an emoji": ["🙂🙂\rx", ["x 🙂"]],
    "over its second half": ["🙂🙂\r\x1b[Cx", [" x🙂"]],
    "back into an emoji": ["🙂🙂\b\b\bx", [" x🙂"]],
    "back over an emoji": ["🙂🙂\b\bx", ["🙂x "]],
    "erase half an emoji": ["🙂🙂\b\b\b\x1b[K", [" "]],
    "delete half an emoji": ["🙂b\r\x1b[P", [" b"]],
    "wide over wide": ["温度温\r\x1b[C度", [" 度 温"]],
    "over an accent": ["e\u0301x\rö", ["öx"]],
    "an accent of its own": ["e\u0301\u0302x\r\x1b[Cy", ["e\u0301\u0302y"]],
    "over a family": ["👨‍👩‍👧x\ra", ["a x"]],
    "over a flag": ["🇩🇪🇫🇷\ra", ["a 🇫🇷"]],
    "a skin": ["👍🏽x\r\x1b[2Cy", ["👍🏽y"]],
    "a heart": ["❤️x\r\x1b[2Cy", ["❤️y"]],
    "lone halves": ["a\ud83db\ude80c\ud83d\n", ["a\ufffdb\ufffdc\ufffd"]],

    // frames
    "clear by ESC [ 2 J": ["a\n\x1b[2J\x1b[Hone\n\x1b[2J\x1b[Htwo", ["a", "two"]],
    "clear as `clear` does": [
        `a\n${HOME}\x1b[2J\x1b[3Jone\n${HOME}\x1b[2J\x1b[3Jtwo`,
        ["a", "two"]
    ],
    "clear from the first position": [
        `a\n${HOME}\x1b[Jone\nmore${HOME}\x1b[Jtwo`,
        ["a", "two"]
    ],
    "clear by ESC c": ["a\x1bcone\nmore\x1bctwo", ["a", "two"]],
    "cleared at the end": ["\x1b[2J\x1b[Hone\n\x1b[2J\x1b[Htwo\x1b[2J\x1b[H", ["two"]],
    "alternate screen": [
        "a\n\x1b[?1049h\x1b[Hone\x1b[2J\x1b[Htwo\x1b[?1049lb",
        ["a", "b"]
    ],
    "alternate screen at the end": ["a\n\x1b[?1049h\x1b[Hone\x1b[?1049l", ["a", "one"]],
    "alternate screen twice": [
        "a\n\x1b[?1049h\x1b[Hone\x1b[?1049l\x1b[?1049h\x1b[Htwo\x1b[?1049l",
        ["a", "two"]
    ],
    "cleared after the alternate screen": [
        "a\nb\n\x1b[?1049h\x1b[Hone\x1b[?1049l\x1b[H\x1b[2Jtwo",
        ["a", "b", "two"]
    ],
    "reset in the alternate screen": [
        "a\nb\n\x1b[?1049h\x1b[Hone\x1bctwo",
        ["a", "b", "two"]
    ],
    "written over": [`\x1b[2J${HOME}one\ntwo${HOME}ONE`, ["ONE", "two"]],
    "up within a frame": [`a\n\x1b[2J${HOME}one${UP.repeat(9)}\rtwo`, ["a", "two"]],

    "a line that does not scroll": [
        "\n\x1b7\x1b[0;23r\x1b8\x1b[1Aone\n\x1b7\x1b[24;0f[ 5%]\x1b8two\nthree\n" +
            "\x1b7\x1b[24;0f[90%]\x1b8four\nfive",
        ["one", "two", "three", "four", "five", "[90%]"]
    ],
    "lines that scroll between others": [
        "a\nb\nc\nd\x1b[2;3r\x1b[3;1H\ne",
        ["a", "c", "e", "d"]
    ]
};

Object.entries(TEXTS).forEach(([name, [text, expected]]) => {
    test(name, () => {
        const whole = show([text]);
        assert.deepStrictEqual(whole.lines, expected);

        // chunks may end anywhere, in the middle of an emoji too
        const splits = [[...text], text.split("")];
        for (let at = 1; at < text.length; at++) {
            splits.push([text.slice(0, at), text.slice(at)]);
        }
        splits.forEach((parts) => {
            const other = show(parts);
            assert.deepStrictEqual(other.lines, expected, JSON.stringify(parts));
            assert.deepStrictEqual(other.progress, whole.progress, JSON.stringify(parts));
        });
    });
});

test("no C1 character swallows what follows", () => {
    for (let code = 0x80; code <= 0x9f; code++) {
        const char = String.fromCharCode(code);
        const {lines} = show([`before${char}after 31m;\nnext\x07\nlast`]);
        const text = lines.join("|");
        assert.match(text, /^before[|\ufffd]after 31m;\|next\|last$/, code.toString(16));
    }
    const twice = Buffer.from("“Größe”, Ärger, Übung\n").toString("latin1");
    const shown = show([twice + "last line"]);
    assert.strictEqual(shown.lines.length, 2);
    ["GrÃ", "rger", "bung", "last line"].forEach((word) => {
        assert.ok(shown.text.includes(word), word);
    });
});

["P", "X", "^", "_"].forEach((kind) => {
    test(`ESC ${kind} that never ends`, () => {
        const string = `one\n\x1b${kind}two\nthree`;
        assert.deepStrictEqual(show([string]).lines, ["one", "two", "three"]);
        assert.deepStrictEqual(show([string, "\nlast"]).lines.slice(-2), [
            "three",
            "last"
        ]);
        // text with colors
        const colored = show([string, "\n\x1b[31mred\x1b[m\nlast"]);
        assert.deepStrictEqual(colored.lines, ["one", "two", "three", "red", "last"]);
        // so long that it cannot be one
        const long = show([`one\x1b${kind}`, "some words\n".repeat(10000), "last"]);
        assert.strictEqual(long.lines.at(-1), "last");
        assert.ok(long.lines.length > 5000);
        // shown for a while, until there is an end
        assert.deepStrictEqual(show([string, "\x1b\\.\n"]).lines, ["one", "."]);
        // the output has a gap
        const gap = show([string, {dropped: 5}, "last"]);
        assert.deepStrictEqual(gap.lines, ["one", "two", "three", "gap", "last"]);
    });
});

test("what is shown for a while leaves no traces", () => {
    const {screen} = show(["one\ntwo\x1b_three\nfour"]);
    assert.strictEqual(screen.text(), "one\ntwothree\nfour");
    const {page} = require("./loader.js");
    const other = new page.SystemCommands.Screen(
        5000,
        100,
        () => {},
        () => {}
    );
    const streams = new page.SystemCommands.Streams(other, () => {});
    ["one\ntwo\x1b_th", "ree\nfour", "\nfive", "\x1b\\", "\rTWO\n"].forEach((text) => {
        streams.read({stream: "stdout", text: text});
        streams.showPending();
    });
    assert.strictEqual(other.text(), "one\nTWO");
});

test("nothing is lost at the right margin, nor cut in half", () => {
    [
        ["x", 4000],
        ["🙂", 2000],
        ["e\u0301", 4000],
        ["温", 2000],
        ["👩‍💻", 2000]
    ].forEach(([char, count]) => {
        const {lines} = show(["-" + char.repeat(4500)]);
        assert.strictEqual(lines.join(""), "-" + char.repeat(4500));
        assert.ok(lines[0].length <= 1 + char.length * count);
        assert.doesNotMatch(lines.join(""), /\p{Cs}/u);
    });
});

test("without a segmenter", () => {
    const old = load(undefined, {Intl: undefined});
    ["over an emoji", "over a family", "over a flag", "a skin", "over an accent"].forEach(
        (name) =>
            assert.deepStrictEqual(show([TEXTS[name][0]], old).lines, TEXTS[name][1])
    );
});

test("hostile sizes", () => {
    assert.deepStrictEqual(show(["\x1b[" + "1;".repeat(100000) + "mtext"]).lines, [
        "text"
    ]);
    assert.deepStrictEqual(show(["\x1b]0;" + "x".repeat(60000) + "\x07text"]).lines, [
        "text"
    ]);
    const far = show([
        "\x1b[999999999Cx\x1b[999999999Bx\x1b[999999999;999999999Hy\x1b[9999999b"
    ]);
    assert.ok(far.lines.length < 30 && far.lines[0].endsWith(" x"));
    const much =
        "\x1b[99999L\x1b[99999S\x1b[99999T\x1b[99999@\x1b[99999P\x1b[99999X\x1bM";
    assert.ok(show(["text" + much.repeat(200)]).screen.end() < 30000);
});

const linesOf = (text) => show([text]).lines;

test("long strings that have an end are none of the text, in pieces as well", () => {
    for (const begin of ["\x1bP", "\x1b_", "\x1b^", "\x1bX"]) {
        const text = "a" + begin + "x".repeat(200_000) + "\x1b\\b\n";
        assert.deepStrictEqual(linesOf(text), ["ab"]);
        assert.deepStrictEqual(show(text.match(/[^]{1,999}/g)).lines, ["ab"]);
    }
    // one that has lines was text, and what follows the line's end of one without end is, too
    assert.strictEqual(linesOf("\x1bP" + "x\n".repeat(50_000) + "end").at(-1), "end");
    assert.strictEqual(linesOf("\x1bP" + "x".repeat(99_999) + "\nend").at(-1), "end");
});

test("what is inserted in two pieces is inserted once", () => {
    for (const pieces of [
        ["e", "\u0301"],
        ["👩", "\u200d💻"],
        ["👍", "🏽"]
    ]) {
        const {lines} = show(["ab\r\x1b[4h", ...pieces, "\x1b[4l"]);
        assert.deepStrictEqual(lines, [pieces.join("") + "ab"]);
    }
});

test("no character is repeated without end", () => {
    const marked = "a" + "\u0301".repeat(2000);
    for (const text of ["x\x1b[4000b", "🙂\x1b[4000b", marked + "\x1b[4000bx"]) {
        const shown = linesOf(text.repeat(50)).join("");
        assert.ok(shown.length <= 50 * 8000, `${shown.length} characters`);
    }
});

test("no line gets longer than 4,000 columns, whatever is inserted into it", () => {
    for (const text of [
        "x\r" + "\x1b[200@".repeat(1000),
        "\x1b[4h" + "ab\r".repeat(3000)
    ]) {
        const lengths = linesOf(text).map((line) => line.length);
        assert.ok(Math.max(...lengths) <= 4000, `${lengths}`);
    }
});

test("no character has marks without end", () => {
    const shown = linesOf("a" + "\x1b[1m\u0301".repeat(10_000) + "b");
    assert.ok(shown.join("").length < 100);
    assert.ok(shown[0].endsWith("b"));
});
