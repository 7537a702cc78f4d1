// A command as something to press.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {loadPage, plain} = require("./page.js");

const SCRIPTS = ["commands/command", "runs/waiting", "buttons/button"];

let page, ko, state, requests, active, pending, models;

beforeEach(() => {
    page = loadPage(SCRIPTS);
    ko = page.ko;
    state = ko.observable({state: "unknown", to: null, assumed: false, text: null});
    requests = ko.observable(0);
    active = ko.observableArray([]);
    pending = ko.observableArray([]);
    models = {
        triggering: {
            asks: (command) => !!command.confirm,
            callOff: mock.fn(),
            running: () => requests,
            trigger: mock.fn()
        },
        runs: {
            activeOf: () => active(),
            pendingOf: () => pending(),
            now: ko.observable()
        },
        guards: {
            refusal: (command) =>
                command.whilePrinting === "refuse"
                    ? {short: "No", text: "Later."}
                    : undefined
        },
        states: {of: () => state}
    };
});

const button = (more) =>
    new page.SystemCommands.Button(
        new page.SystemCommands.Command({
            source: "custom",
            action: "light",
            name: "Light",
            type: "toggle",
            ...more
        }),
        models
    );
const be = (value, more) => state({...state(), state: value, ...more});
const pressed = (one) => {
    one.press();
    return models.triggering.trigger.mock.calls.at(-1).arguments[0];
};
const looks = (one) => [one.role(), one.checked(), one.stateText(), one.isOn()];

test("what is pressed in the menu is told from what is pressed elsewhere", () => {
    const place = (isInMenu) => {
        const {Button, Command} = page.SystemCommands;
        new Button(new Command({action: "a"}), models, isInMenu).press();
        return models.triggering.trigger.mock.calls.at(-1).arguments[1].isButton;
    };
    assert.strictEqual(place(true), false);
    assert.strictEqual(place(), true);
});

test("which way a switch is, and which way it goes", () => {
    const light = button();
    assert.deepStrictEqual(looks(light), ["checkbox", "mixed", "Unknown", false]);
    assert.strictEqual(pressed(light).to, "on");
    be("on");
    assert.deepStrictEqual(looks(light), ["switch", "true", "On", true]);
    assert.strictEqual(pressed(light).to, "off");
    be("off");
    assert.deepStrictEqual(looks(light), ["switch", "false", "Off", false]);
    assert.strictEqual(pressed(light).to, "on");
    be("off", {assumed: true});
    assert.strictEqual(light.stateText(), "Off (assumed)");
    be("on");
    assert.strictEqual(light.stateText(), "On (assumed)");
    // of a version to come
    be("dimmed");
    assert.deepStrictEqual(looks(light), ["checkbox", "mixed", "Unknown", false]);
});

test("while it is being switched it can be called back", () => {
    const light = button();
    be("switching", {to: "on"});
    assert.deepStrictEqual(looks(light), ["switch", "true", "switching…", false]);
    assert.ok(light.isBusy());
    assert.strictEqual(pressed(light).to, "off");
    be("switching", {to: null});
    assert.deepStrictEqual(looks(light), ["checkbox", "mixed", "switching…", false]);
});

test("what is against it depends on the way it would go", () => {
    const light = button({
        while_printing: "refuse",
        confirm: "Really?",
        description: "A lamp"
    });
    be("off");
    assert.strictEqual(light.refusal(), undefined);
    assert.ok(!light.asks());
    assert.strictEqual(light.title(), "A lamp");
    be("on");
    assert.strictEqual(light.refusal().short, "No");
    assert.ok(light.asks());
    assert.strictEqual(light.title(), "Later.");
    be("off");
    assert.ok(button({while_printing: "refuse", guards: "both"}).refusal());
});

test("a command is pressed as it is, and has no state", () => {
    const plainOne = button({type: undefined, confirm: "Really?"});
    assert.strictEqual(pressed(plainOne), plainOne.command);
    assert.ok(plainOne.asks());
    assert.strictEqual(plainOne.role(), undefined);
    assert.ok(!button({type: undefined, confirm: "?", name: "Light…"}).asks());
    assert.strictEqual(plainOne.fullTitle(), "Light");
});

test("a status tells something", () => {
    const heat = button({type: "status", name: "Heat", while_printing: "refuse"});
    assert.strictEqual(heat.stateText(), "Unknown");
    be("on", {text: "48 °C"});
    assert.strictEqual(heat.stateText(), "48 °C");
    assert.strictEqual(heat.fullTitle(), "Heat: 48 °C");
    assert.strictEqual(heat.refusal(), undefined);
    // what was told once is not true for ever
    be("unknown");
    assert.strictEqual(heat.stateText(), "Unknown");
});

test("all of it, where there is room for an icon only", () => {
    const light = button({while_printing: "refuse"});
    be("on", {text: "23 W"});
    pending([{id: "1", waits_for: "the sun"}]);
    assert.strictEqual(
        light.fullTitle(),
        "Light: On\n23 W\nLater.\nLight waits for the sun"
    );
});

test("what goes on of it, and how to stop that", () => {
    const light = button();
    assert.ok(!light.isBusy());
    requests(1);
    assert.ok(light.pending() && light.isBusy());
    active([{id: "1"}, {id: "2"}]);
    assert.ok(!light.pending() && light.isBusy());
    requests(0);
    light.stop();
    const calls = models.triggering.callOff.mock.calls.map(
        (call) => call.arguments[0].id
    );
    assert.deepStrictEqual(calls, ["1", "2"]);
});

test("what is pending of it, and how to call that off", () => {
    const light = button();
    assert.strictEqual(light.waits(), "");
    pending([
        {id: "1", waits_for: "the sun"},
        {id: "2", due_at: new Date(1000).toISOString()}
    ]);
    assert.strictEqual(light.waits(), "in a moment");
    assert.ok(!light.isBusy());
    light.cancel();
    const [call] = models.triggering.callOff.mock.calls;
    assert.strictEqual(plain(call.arguments[0]).id, "2");
});
