// What takes a column, and how many.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {load, page} = require("./loader.js");

const WIDTHS = {
    1: ["a", "ä", "e\u0301", "ß", "Ж", "─", "⣿", "✓", "½", "ﬁ", "ﾌ", "\u00ad", "हि"],
    2: [
        "温",
        "プ",
        "한",
        "Ｆ",
        "🙂",
        "👍🏽",
        "👩‍💻",
        "👨‍👩‍👧‍👦",
        "🇩🇪",
        "❤️",
        "1️⃣",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "⌚",
        "𠀀"
    ],
    0: ["\u0301", "\u200b", "\u200d", "\u202e", "\ufeff", "\ufe0f"]
};

[
    ["with a segmenter", page],
    ["without one", load(undefined, {Intl: undefined})]
].forEach(
    ([
        name,
        {
            SystemCommands: {Columns}
        }
    ]) => {
        test(`widths ${name}`, () => {
            Object.entries(WIDTHS).forEach(([width, clusters]) => {
                clusters.forEach((cluster) => {
                    const parts = Array.from(Columns.split(cluster));
                    const seen = parts.map((part) => [part.text, part.width]);
                    assert.deepStrictEqual(seen, [[cluster, Number(width)]]);
                });
            });
        });
    }
);

test("simple text is what it seems", () => {
    const {Columns} = page.SystemCommands;
    for (let code = 0x20; code < 0x3000; code++) {
        const char = String.fromCodePoint(code);
        if (!Columns.isSimple(char)) continue;
        // of its own, on both sides
        const parts = Columns.split(`a${char}b\u{1f642}${char}`);
        assert.strictEqual(parts.length, 5, code.toString(16));
        assert.doesNotMatch(
            char,
            /[\p{M}\p{Cc}]|\p{Emoji_Presentation}/u,
            code.toString(16)
        );
    }
});

test("the quick way to the width is right", () => {
    const {Columns} = page.SystemCommands;
    for (let code = 0x20; code < 0x30000; code++) {
        if (code >= 0xd800 && code < 0xe000) continue;
        // Which letters of rare scripts join depends on the version of Unicode.
        if (code >= 0x11000 && code < 0x1f000) continue;
        const text = `a${String.fromCodePoint(code)}b`;
        const width = Columns.widthOfPlain(text);
        if (width === undefined) continue;
        const parts = Array.from(Columns.split(text));
        const sum = parts.reduce((total, part) => total + part.width, 0);
        assert.strictEqual(width, sum, code.toString(16));
    }
});
