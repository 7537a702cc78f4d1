// What has to happen to one list of commands so that it becomes another one.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage, plain} = require("./page.js");

const page = loadPage([
    ...[
        "editor/model_fields",
        "editor/definition_form",
        "editor/choices",
        "editor/argument_definition"
    ],
    "editor/list_diff"
]);
const {ListDiff} = page.SystemCommands;
const LABELS = {added: "Added", removed: "Removed", changed: "Changed", moved: "Moved"};

const between = (from, to) => plain(ListDiff.between(from, to, LABELS));
const lines = (from, to) =>
    between(from, to).map((item) =>
        [
            item.kind + " " + item.name,
            ...item.fields.map((field) => `${field.name}: ${field.from} > ${field.to}`)
        ].join("; ")
    );

const [A, B, C] = ["A", "B", "C"].map((name) => ({action: name.toLowerCase(), name}));
const DIVIDER = {action: "divider"};

test("nothing", () => {
    assert.deepStrictEqual(between([A, DIVIDER, "x"], [A, DIVIDER, "x"]), []);
    assert.deepStrictEqual(between([], []), []);
});

test("added, removed, and moved", () => {
    assert.deepStrictEqual(lines([A, B], [A, C]), ["removed B", "added C"]);
    assert.deepStrictEqual(lines([A, B, C], [C, A, B]), ["moved C"]);
    assert.deepStrictEqual(lines([A, B, C], [B, C, A]), ["moved A"]);
    const [item] = between([], [A]);
    assert.strictEqual(item.label, "Added");
});

test("dividers and broken entries are counted", () => {
    assert.deepStrictEqual(lines([A, DIVIDER], [A, DIVIDER, DIVIDER]), ["added Divider"]);
    assert.deepStrictEqual(lines(["x", "x"], ["x"]), ['removed "x"']);
});

test("where it stands", () => {
    const [nowhere, usual] = [
        {...A, show_in: []},
        {...A, show_in: ["menu", "navbar"]}
    ];
    assert.deepStrictEqual(lines([A], [nowhere]), [
        "changed A; show_in: (nothing) > (nowhere)"
    ]);
    assert.deepStrictEqual(lines([nowhere], [usual]), [
        "changed A; show_in: (nowhere) > menu, navbar"
    ]);
});

test("fields, those of the form first", () => {
    const to = {mine: [1, 2], action: "a", name: "A", timeout: 5, command: "x"};
    const nothing = "(nothing)";
    assert.deepStrictEqual(lines([A], [to]), [
        `changed A; command: ${nothing} > x; timeout: ${nothing} > 5; mine: ${nothing} > 1, 2`
    ]);
    // both are moved and changed
    assert.deepStrictEqual(lines([A, B, C], [{...C, group: "G"}, A, B]), [
        `changed C; group: ${nothing} > G`,
        "moved C"
    ]);
});

const withArguments = (...list) => ({...A, arguments: list});
const X = {name: "x", type: "number", min: 1};
const Y = {name: "y", type: "choice", choices: [1, {value: "b", label: "B"}]};

test("arguments, one by one", () => {
    assert.deepStrictEqual(lines([withArguments(X)], [withArguments({...X, min: 2})]), [
        "changed A; arguments › x › min: 1 > 2"
    ]);
    assert.deepStrictEqual(lines([A], [withArguments(Y)]), [
        "changed A; arguments › y: (nothing) > type: choice\nchoices: 1, b (B)"
    ]);
    assert.deepStrictEqual(lines([withArguments(X, Y)], [withArguments(Y)]), [
        "changed A; arguments › x: type: number\nmin: 1 > (nothing)"
    ]);
    assert.deepStrictEqual(lines([withArguments(X, Y)], [withArguments(Y, X)]), [
        "changed A; arguments: x, y > y, x"
    ]);
});

test("arguments that cannot be told from each other", () => {
    assert.deepStrictEqual(lines([withArguments(X, X)], [withArguments(X)]).length, 1);
    const [line] = lines([withArguments("x")], [withArguments()]);
    assert.strictEqual(line, 'changed A; arguments: ["x"] > []');
});

test("the largest part in order stays", () => {
    const stays = (...numbers) => Array.from(ListDiff.inOrder(numbers)).sort();
    assert.deepStrictEqual(stays(3, 0, 1, 2), [0, 1, 2]);
    assert.deepStrictEqual(stays(1, 2, 0, 3), [1, 2, 3]);
    assert.deepStrictEqual(stays(), []);
});
