// How far a command is, from what it prints.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {test} = require("node:test");

const {show} = require("./loader.js");

const values = (...chunks) =>
    show(chunks).progress.map(([state, value]) => state && value);

const FOUND = {
    "wget's last row": [" 3072K ........ ........100% 10M=1s\n", [100]],
    "at the end of lines": ["5 %\n10 %\n15%\n", [10, 15]],
    "after text": ["Copying: 12.5%\nCopying: 99,5 %\nCopying: 100%\nDone\n", [99.5, 100]],
    "after a carriage return": ["\r 45% of it\r 46% of it", [45, 46]],
    "before a carriage return": ["45% of it\r46% of it\r\n", [45, 46]],
    "by backspaces": ["at 45%\b\b\b46%\b\b\b47%", [45, 46, 47]],
    "by cursor movements": ["a  1%\n\x1b[1Aa  2%\n\x1b[1A\x1b[2Ka  3%\n", [2, 3]],
    "with colors": ["\r\x1b[32m45\x1b[m%\r\x1b[32m46\x1b[m%\n", [45, 46]],
    "of one after the other": ["\r90% a\r100% a\n\r0% b\r50% b\n", [90, 100, 0, 50]],
    "phases, in lines": ["50%\n100%\n0%\n50%\n", [100, 0, 50]],
    "the same again": ["\r45%\r45%\r45%\n45%\n", [45]],
    "not a list of measurements": ["42%\n13%\n80%\n90%\n", []],
    "not a measurement": ["Humidity: 45 %\nTemperature: 21 C\n", []],
    "not the same measurement": ["Humidity: 45 %\nHumidity: 45 %\n", []],
    "not measurements of different things": ["Humidity: 45 %\nLight: 60 %\n", []],
    "until it goes down": ["a: 45 %\na: 46 %\na: 40 %\na: 50 %\n", [46, 0]],
    "in a sentence": [
        "45% of 12 files are new\nIt is 30% faster.\nWith 5 %, or so\n",
        []
    ],
    "Windows line ends": ["disk 42% /\r\ndisk 13% /boot\r\n", []],
    "no percentage": ["\r+5%\r-5%\r123.5%\r1000%\r%d%\r100%25\r101%\r.5%\rv1%\n", []],
    df: [
        "Filesystem      Size  Used Avail Use% Mounted on\n" +
            "/dev/root        29G   12G   16G  42% /\n" +
            "/dev/mmcblk0p1  253M   51M  202M  21% /boot\n",
        []
    ],
    "df in frames": ["\x1b[H\x1b[2J/dev/root 42% /\x1b[3;1H/dev/sda 21% /boot\n", []],
    "after a cleared screen": ["\x1b[H\x1b[2J5 %\n10 %\n\r15 % of it\n", [10, 15]],
    "grep with colors": [
        "\x1b[35mlog\x1b[m\x1b[K: 42% \x1b[01;31m\x1b[Kused\x1b[m\x1b[K now\n",
        []
    ]
};

Object.entries(FOUND).forEach(([name, [text, expected]]) => {
    test(name, () => {
        assert.deepStrictEqual(values(text), expected);
        assert.deepStrictEqual(values(...text), expected);
    });
});

test("while nothing more arrives", () => {
    assert.deepStrictEqual(values("10 %\r"), [10]);
    assert.deepStrictEqual(values("\r10 % of it"), [10]);
    assert.deepStrictEqual(values("\r10 % of it\r"), [10]);
    assert.deepStrictEqual(values("disk 42% /\r"), []);
    assert.deepStrictEqual(values("10 %"), []);
});

test("the exact way wins", () => {
    const shown = show(["5 %\n10 %\n", "\x1b]9;4;1;42\x07", "20 %\n\r50%\r60%\n"]);
    assert.deepStrictEqual(shown.progress, [
        [1, 10],
        [1, 42]
    ]);
});

[
    ["9;4;1;42", [[1, 42]]],
    ["9;4;1;0", [[1, 0]]],
    ["9;4;1;999", [[1, 100]]],
    ["9;4;2;10", [[2, 10]]],
    ["9;4;2", [[2, null]]],
    ["9;4;3;", [[3, null]]],
    ["9;4;4;50", [[4, 50]]],
    ["9;4;0", [[0, null]]],
    ["9;4;5;1", []],
    ["9;4;1;x", []],
    ["9;4", []],
    ["9;a message", []]
].forEach(([sequence, expected]) => {
    test(`OSC ${sequence}`, () => {
        assert.deepStrictEqual(show([`\x1b]${sequence}\x07`]).progress, expected);
        assert.deepStrictEqual(show([`\x1b]${sequence}\x1b\\`]).progress, expected);
    });
});

// name: whether it goes from a low value to (nearly) 100
const PROGRAMS = {
    apt: true,
    apt_update: true,
    curl: true,
    docker_pull: false,
    dpkg: false,
    git: true,
    ls_colors: false,
    npm: false,
    pip: false,
    rclone: true,
    rsync: true,
    systemctl_status: false,
    top: false,
    top_batch: false,
    tqdm: true,
    watch: false,
    wget: true,
    wget_pipe: true,
    dd: false,
    ffmpeg: false
};

Object.entries(PROGRAMS).forEach(([name, isFound]) => {
    test(name, () => {
        const file = path.join(__dirname, "recordings", `${name}.txt`);
        const found = values(fs.readFileSync(file, "utf8"));
        if (isFound) {
            assert.ok(found.length > 1 && Math.max(...found) >= 85, found.join());
        } else {
            assert.deepStrictEqual(found, []);
        }
    });
});
