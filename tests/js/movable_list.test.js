// The order of a list, as it is changed by buttons and keys.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {loadPage} = require("./page.js");

let page, rows, focused, said, options, order;

beforeEach(() => {
    page = loadPage(["shared/movable_list"], {
        document: {activeElement: {classList: ["btn", "systemcommands-delete"]}}
    });
    rows = page.ko.observableArray(["a", "b", "c"]);
    [focused, said] = [[], []];
    options = {
        focus: (row, selector) => focused.push(row + " " + selector),
        say: (text) => said.push(text),
        nameOf: (row) => row.toUpperCase(),
        onMove: mock.fn()
    };
    order = new page.SystemCommands.MovableList(rows, options);
});

const press = (row, key, altKey = true) => order.onKeydown(row, {key, altKey});

test("by buttons", () => {
    order.moveDown("a");
    assert.strictEqual(rows().join(), "b,a,c");
    order.moveUp("c");
    assert.strictEqual(rows().join(), "b,c,a");
    assert.deepStrictEqual(focused, ["a .systemcommands-down", "c .systemcommands-up"]);
    assert.deepStrictEqual(said, [
        '"A" is at position 2 of 3 now.',
        '"C" is at position 2 of 3 now.'
    ]);
    assert.strictEqual(options.onMove.mock.callCount(), 2);
});

test("by keys, which keep the focus where it is in the row", () => {
    assert.strictEqual(press("b", "ArrowUp"), false);
    assert.strictEqual(rows().join(), "b,a,c");
    assert.strictEqual(press("b", "ArrowDown"), false);
    assert.strictEqual(rows().join(), "a,b,c");
    assert.deepStrictEqual(focused, Array(2).fill("b .systemcommands-delete"));
    // other keys are for others
    assert.strictEqual(press("b", "ArrowUp", false), true);
    assert.strictEqual(press("b", "Home"), true);
    assert.strictEqual(rows().join(), "a,b,c");
});

test("not beyond the ends, and what does not move is not told", () => {
    order.moveUp("a");
    order.moveDown("c");
    order.move("b", 1);
    assert.strictEqual(rows().join(), "a,b,c");
    assert.deepStrictEqual(said, []);
    assert.strictEqual(focused.length, 2);
});

test("what was dropped", () => {
    order.move("c", 0);
    assert.strictEqual(rows().join(), "c,a,b");
});

test("nothing while it is fixed", () => {
    options.isFixed = () => true;
    press("a", "ArrowDown");
    order.move("c", 0);
    assert.strictEqual(rows().join(), "a,b,c");
});

test("a list that tells nobody", () => {
    order = new page.SystemCommands.MovableList(rows, {focus: options.focus});
    order.moveDown("a");
    assert.strictEqual(rows().join(), "b,a,c");
});
