// The arguments of a definition: into the form and back.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage, plain} = require("./page.js");

const page = loadPage([
    ...[
        "editor/choices",
        "editor/model_fields",
        "editor/argument_definition",
        "shared/movable_list"
    ]
]);
const {ArgumentDefinition, Choices} = page.SystemCommands;

const same = (actual, expected) => assert.deepStrictEqual(plain(actual), expected);
const edit = (raw, changes) =>
    ArgumentDefinition.fromForm(raw, {...ArgumentDefinition.toForm(raw), ...changes});

test("what is not changed stays as it was written", () => {
    const odd = {name: "x", type: "number", min: "5", default: 1, note: "mine"};
    assert.strictEqual(edit(odd, {}), odd);
    same(edit(odd, {label: "L"}), {...odd, label: "L"});
    assert.strictEqual(edit("x", {}), "x");
});

test("numbers, and what is none", () => {
    const raw = {name: "x", type: "number"};
    same(edit(raw, {min: "5", max: "1e3", step: "five"}), {
        ...raw,
        min: 5,
        max: 1000,
        step: "five"
    });
    same(edit({...raw, min: 5}, {min: ""}), raw);
    // of a text it is a text
    same(edit({name: "x", type: "text"}, {default: "5"}), {
        name: "x",
        type: "text",
        default: "5"
    });
});

test("another type", () => {
    const raw = {name: "x", type: "number", label: "L", min: 1, default: 5, note: "n"};
    const form = {
        ...plain(ArgumentDefinition.toForm({name: "x", type: "text"})),
        label: "L"
    };
    same(ArgumentDefinition.fromForm(raw, {...form, default: "5"}), {
        name: "x",
        label: "L",
        type: "text",
        default: "5",
        note: "n"
    });
});

test("a name that is made of a label", () => {
    const name = (label, others = [], type = "text") =>
        ArgumentDefinition.nameFor(label, type, others);
    assert.strictEqual(name("How much?"), "how_much");
    assert.strictEqual(name("Größe, Écran"), "groesse_ecran");
    assert.strictEqual(name("3rd"), "text_3rd");
    assert.strictEqual(name("温度"), "text");
    assert.strictEqual(name(""), "text");
    assert.strictEqual(name("A", ["a", "a_2"]), "a_3");
    const long = name("x".repeat(40), ["x".repeat(32)]);
    assert.strictEqual(long, "x".repeat(30) + "_2");
});

test("as the form for running it has them", () => {
    same(ArgumentDefinition.toSpec({name: "x", type: "toggle", note: 1}), {
        name: "x",
        type: "toggle",
        label: "x",
        required: true,
        default: false
    });
    const choice = {name: "x", type: "choice", label: "L", required: true, default: 1};
    same(ArgumentDefinition.toSpec({...choice, choices: [1, {value: "b", label: "B"}]}), {
        ...choice,
        default: "1",
        choices: [
            {value: "1", label: "1"},
            {value: "b", label: "B"}
        ]
    });
});

test("choices keep what was written, and lose what is empty", () => {
    const raw = [1, {value: "b", label: "B", note: "n"}, ["odd"]];
    const onRename = [];
    const choices = new Choices(raw, {
        errorOf: () => "",
        onTouch: () => {},
        onRename: (from, to) => onRename.push([from, to])
    });
    same(choices.result(), raw);
    choices.insert(1);
    same(choices.result(), raw);
    const [one, , two, odd] = choices.rows();
    one.label("One");
    two.value("c");
    assert.strictEqual(odd.oddValue, '["odd"]');
    same(choices.result(), [
        {value: "1", label: "One"},
        {value: "c", label: "B", note: "n"},
        ["odd"]
    ]);
    assert.deepStrictEqual(onRename, [["b", "c"]]);
});
