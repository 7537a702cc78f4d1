// Which runs the list of recent runs is asked for.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {loadPage, plain} = require("./page.js");

let filter, onChange;

beforeEach(() => {
    const page = loadPage(["commands/command", "runs/history_filter"]);
    const {Command} = page.SystemCommands;
    const commands = ["core", "plugin", "custom"].map(
        (source) => new Command({source, action: "a/b", name: source})
    );
    commands.push(new Command({source: "custom", action: "cpu", type: "status"}));
    onChange = mock.fn();
    const catalogue = {commands: () => commands};
    filter = new page.SystemCommands.HistoryFilter(catalogue, onChange);
});

test("at first it is all", () => {
    assert.deepStrictEqual(plain(filter.query()), {
        ...{source: "", action: "", status: "", user: ""}
    });
    assert.ok(!filter.isActive());
});

test("those that make runs can be chosen, with any action", () => {
    const commands = plain(filter.commands());
    assert.deepStrictEqual(
        commands.map((one) => one.text),
        ["All commands", "core", "custom"]
    );
    filter.command(commands[2].value);
    filter.status("failed,timed_out,interrupted");
    assert.deepStrictEqual(plain(filter.query()), {
        source: "custom",
        action: "a/b",
        status: "failed,timed_out,interrupted",
        user: ""
    });
    assert.strictEqual(onChange.mock.callCount(), 2);
    assert.ok(filter.isActive());
});

test("a reset is no choice of the user's", () => {
    filter.user("kid");
    filter.reset("custom/x");
    assert.strictEqual(filter.query().action, "x");
    assert.strictEqual(filter.user(), "");
    filter.reset(false, "pending");
    assert.strictEqual(filter.query().status, "pending");
    filter.reset(false);
    assert.ok(!filter.isActive());
    assert.strictEqual(onChange.mock.callCount(), 1);
});

test("users, where there are several", () => {
    filter.learnNames([{user: "b"}, {user: null}, {user: "b"}]);
    assert.ok(!filter.hasUsers());
    const before = filter.users();
    filter.learnNames([{user: "b"}]);
    assert.strictEqual(filter.users(), before);
    filter.learnNames([{user: "a"}]);
    assert.ok(filter.hasUsers());
    assert.deepStrictEqual(
        plain(filter.users()).map((one) => one.text),
        ["All users", "a", "b"]
    );
    filter.forgetNames();
    assert.ok(!filter.hasUsers());
});
