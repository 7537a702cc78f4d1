// Nothing moves under a button that is pressed.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {loadPage} = require("./page.js");

let whenReleased, fire;

beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({apis: ["setTimeout"]});
    const listeners = {};
    const document = {
        addEventListener: (name, listener) => (listeners[name] = listener)
    };
    const page = loadPage(["shared/pressed"], {document});
    whenReleased = page.SystemCommands.whenReleased;
    fire = (name, event) => listeners[name](event);
});

test("at once, unless something is pressed", () => {
    const calls = [];
    whenReleased(() => calls.push("now"));
    assert.deepStrictEqual(calls, ["now"]);
    fire("pointerdown", {button: 0});
    whenReleased(() => calls.push("later"));
    assert.deepStrictEqual(calls, ["now"]);
    fire("pointerup");
    // the click comes first
    assert.deepStrictEqual(calls, ["now"]);
    mock.timers.tick(0);
    assert.deepStrictEqual(calls, ["now", "later"]);
    whenReleased(() => calls.push("again"));
    assert.strictEqual(calls.length, 3);
});

test("the same update is made once, the latest last", () => {
    const calls = [];
    const [one, other] = ["one", "other"].map((name) => () => calls.push(name));
    fire("pointerdown", {button: 0});
    [one, other, one, one].forEach((update) => whenReleased(update));
    fire("pointercancel");
    assert.deepStrictEqual(calls, ["other", "one"]);
});

test("what is let go where nobody tells is seen at the next move", () => {
    const calls = [];
    fire("pointerdown", {button: 0});
    whenReleased(() => calls.push("later"));
    fire("pointermove", {buttons: 1});
    assert.deepStrictEqual(calls, []);
    fire("pointermove", {buttons: 0});
    assert.deepStrictEqual(calls, ["later"]);
    whenReleased(() => calls.push("now"));
    assert.deepStrictEqual(calls, ["later", "now"]);
});

test("a menu of the browser holds nothing up", () => {
    const calls = [];
    fire("pointerdown", {button: 2});
    whenReleased(() => calls.push("now"));
    assert.deepStrictEqual(calls, ["now"]);
});
