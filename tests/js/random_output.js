// Outputs that no program prints, but that hold everything that one might.
"use strict";

// mulberry32: the same numbers for the same seed, on any machine
exports.makeRandom = (seed) => {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
};

const WORDS = [
    ..."alpha beta gamma delta e 12 45% a_long_word_without_an_end Größe naïve".split(
        " "
    ),
    ..."温度 プリンター 한국어 ｆｕｌｌ ½ 20°C ─┼─ ⣿⣷ ✓ …".split(" "),
    ..."🙂 👍🏽 👩‍💻 👨‍👩‍👧 🇩🇪🇫🇷 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ x🙂y".split(" "),
    ..."e\u0301 Z\u0351\u036b\u0343 हिन्दी ไทย".split(" ")
];

const PLAIN = ["\n", "\r", "\r\n", "\b", "\t", " ", "\f", "\v"];
const MOVES = "A B C D E F G d H f I Z a e `".split(" ");
const CHANGES = "K 1K 2K J 1J X P @ L M".split(" ");
const SAVES = ["\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\x1bD", "\x1bE", "\x1bM"];
const SILENT = [
    "\x1b[1;31m",
    "\x1b[m",
    "\x1b[38;5;208m",
    "\x1b[?25l",
    "\x1b]0;a title\x07",
    "\x1b]8;;http://localhost\x1b\\",
    "\x1bPq#0\x1b\\",
    "\x1b_Gi=1\x1b\\",
    "\x1b(B",
    "\x1b=",
    "\x00",
    "\x07",
    "\x7f",
    "\x18",
    "\x1b[>4;1m",
    "\x1b[6n"
];
// a program that fills the screen begins at its first row
const FRAMES = [
    "\x1b[2J\x1b[H",
    "\x1b[H\x1b[2J",
    "\x1b[H\x1b[J",
    "\x1bc",
    "\x1b[?1049h\x1b[H",
    "\x1b[?1049l",
    "\x1b[3J",
    "\x1b[S",
    "\x1b[2T"
];

// withFrames: whether the screen is cleared now and then
exports.makeOutput = (random, withFrames) => {
    const pick = (list) => list[Math.floor(random() * list.length)];
    const number = (max) => Math.floor(random() * (max + 1));
    const piece = () => {
        const kind = random();
        if (kind < 0.44) return pick(WORDS);
        if (kind < 0.45) return `${pick(WORDS)}\x1b[${number(3)}b`;
        if (kind < 0.7) return pick(PLAIN);
        if (kind < 0.8) {
            const final = pick(MOVES);
            if ("Hf".includes(final)) return `\x1b[${number(12)};${number(40)}${final}`;
            return `\x1b[${pick(["", number(6)])}${final}`;
        }
        if (kind < 0.88) {
            const change = pick(CHANGES);
            const count = change.length > 1 || "JK".includes(change) ? "" : number(3);
            return `\x1b[${count}${change}`;
        }
        if (kind < 0.93) return pick(SAVES);
        if (kind < 0.97 || !withFrames) return pick(SILENT);
        return pick(FRAMES);
    };
    return Array.from({length: 3 + number(25)}, piece).join("");
};
