// What stands in the sidebar and in the navbar.
"use strict";

const assert = require("node:assert");
const {beforeEach, test} = require("node:test");

const {loadPage} = require("./page.js");

const SCRIPTS = ["shared/pressed", "commands/command", "buttons/button"];
const DIVIDER = {action: "divider"};

let entries, updates, update;

// name: sidebar or navbar
const load = (name) => {
    const page = loadPage([...SCRIPTS, "buttons/" + name]);
    const {ko} = page;
    updates = new ko.subscribable();
    const toEntry = (one) => {
        if (one.members) return {...one, members: one.members.map(toEntry)};
        if (one.action === "divider") return one;
        return new page.SystemCommands.Command({
            source: "custom",
            name: one.action,
            ...one
        });
    };
    const all = () => entries.map(toEntry);
    const catalogue = {
        updates,
        entriesIn: all,
        inNavbar: () => all().flatMap((one) => one.members || (one.key ? one : []))
    };
    update = () => updates.notifySubscribers();
    const world = {
        triggering: {running: () => ko.observable(0), asks: () => false},
        runs: {activeOf: () => [], pendingOf: () => [], now: ko.observable()},
        guards: {
            refusal: (command) => (command.whilePrinting ? {short: "No"} : undefined)
        },
        states: {of: () => ko.observable({state: entries[0].state || "unknown"})}
    };
    const of = (command) => new page.SystemCommands.Button(command, world);
    return page.viewModel(catalogue, {of});
};
const shape = (sidebar) =>
    Array.from(sidebar.sections(), ({name, buttons}) => [
        name,
        ...Array.from(buttons, (button) => button.name)
    ]);

beforeEach(() => (entries = []));

test("groups, and what is in none between them", () => {
    const sidebar = load("sidebar");
    update();
    assert.deepStrictEqual(shape(sidebar), []);
    const [a, b, c, d, e] = [..."abcde"].map((action) => ({action}));
    entries = [a, b, {group: "G", members: [c]}, d, DIVIDER, e, DIVIDER];
    update();
    assert.deepStrictEqual(shape(sidebar), [
        [undefined, "a", "b"],
        ["G", "c"],
        [undefined, "d"],
        [undefined, "e"]
    ]);
});

test("the same answer makes no new buttons", () => {
    const sidebar = load("sidebar");
    entries = [{action: "a"}];
    update();
    const [before] = sidebar.sections();
    update();
    assert.strictEqual(sidebar.sections()[0], before);
    entries = [{action: "a", description: "New"}];
    update();
    assert.notStrictEqual(sidebar.sections()[0], before);
});

test("what is filled with its colour", () => {
    const looksOf = (entry) => {
        const sidebar = load("sidebar");
        entries = [{action: "a", color: "red", ...entry}];
        update();
        const [button] = sidebar.sections()[0].buttons;
        return [button.color, button.looks()];
    };
    const filled = ["systemcommands-red", "btn-danger systemcommands-filled"];
    assert.deepStrictEqual(looksOf({}), filled);
    assert.deepStrictEqual(looksOf({color: undefined}), ["", ""]);
    // what the server does not know either
    assert.deepStrictEqual(looksOf({color: "x"}), ["", ""]);
    assert.deepStrictEqual(looksOf({while_printing: "refuse"}), [filled[0], ""]);
    assert.deepStrictEqual(looksOf({type: "toggle", state: "on"}), filled);
    assert.deepStrictEqual(looksOf({type: "toggle", state: "off"}), [filled[0], ""]);
});

test("icons in the navbar", () => {
    const navbar = load("navbar");
    entries = [{action: "a"}, {group: "G", members: [{action: "b"}]}];
    update();
    const names = Array.from(navbar.buttons(), (button) => button.name);
    assert.deepStrictEqual(names, ["a", "b"]);
    const [before] = navbar.buttons();
    update();
    assert.strictEqual(navbar.buttons()[0], before);
});
