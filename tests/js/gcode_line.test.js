// The line of G-code that the dialog of a command offers.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage} = require("./page.js");

const {GcodeLine} = loadPage(["runs/curl", "editor/gcode_line"]).SystemCommands;

const of = (...specs) => GcodeLine({action: "a", arguments: specs});

test("a command, a toggle, and what has no name yet", () => {
    assert.strictEqual(GcodeLine({action: "fan"}), "@system fan");
    assert.strictEqual(GcodeLine({action: "light", type: "toggle"}), "@system light on");
    assert.strictEqual(GcodeLine({action: "", type: "toggle"}), "");
    assert.strictEqual(GcodeLine({}), "");
});

test("arguments with what could be entered", () => {
    assert.strictEqual(
        of(
            {name: "level", type: "number", min: 3},
            {name: "word", type: "text"},
            {name: "mode", type: "choice", choices: [{value: "slow", label: "Slow"}]},
            {name: "loud", type: "toggle"},
            {name: "part", type: "file", default: "a.gcode"}
        ),
        "@system a level=3 word=<word> mode=slow loud=false part=a.gcode"
    );
});

test("what need not have a value is left out", () => {
    assert.strictEqual(
        of(
            {name: "x", type: "text", required: false},
            {name: "y", type: "text", default: ""},
            {name: "z", type: "number", default: 0},
            "no argument"
        ),
        "@system a z=0"
    );
});

test("texts are quoted as the server reads them", () => {
    const line = (text) => of({name: "t", type: "text", default: text});
    assert.strictEqual(line("two words"), '@system a t="two words"');
    assert.strictEqual(line('say "hi" \\'), '@system a t="say \\"hi\\" \\\\"');
    assert.strictEqual(line("it's"), '@system a t="it\'s"');
    assert.strictEqual(line("größe"), '@system a t="größe"');
    // what is behind it would be a comment
    assert.strictEqual(line('a "b"; c'), '@system a t=a\\ \\"b\\"\\;\\ c');
    assert.strictEqual(GcodeLine({action: "odd one"}), '@system "odd one"');
});
