// In which states toggles are, from the answers and the pushes of the server.
"use strict";

const assert = require("node:assert");
const {beforeEach, test} = require("node:test");

const {Answer, loadPage, plain} = require("./page.js");

let page, asked, document, catalogue, states, light, heat;

const command = (action, type = "toggle") =>
    new page.SystemCommands.Command({source: "custom", action, type});
const answer = (...all) => asked[asked.length - 1].resolve({states: all});
const push = (...all) =>
    page.states.onDataUpdaterPluginMessage("systemcommands", {
        type: "states",
        states: all
    });
const state = (action, value, more) => ({action, state: value, ...more});
const of = (what) => plain(page.states.of(what)());

beforeEach((t) => {
    t.mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
    asked = [];
    document = {
        visibilityState: "visible",
        addEventListener: (_event, then) => (document.look = then)
    };
    page = loadPage(["commands/command", "commands/states"], {
        document,
        OctoPrint: {
            plugins: {
                systemcommands: {
                    getStates: () => {
                        asked.push(new Answer());
                        return asked[asked.length - 1];
                    }
                }
            }
        }
    });
    [light, heat] = [command("light"), command("heat", "status")];
    states = [light, heat, command("other", "command")];
    catalogue = {
        commands: page.ko.observableArray(states),
        updates: new page.ko.subscribable()
    };
    page.states = page.viewModel(catalogue);
    page.states.onStartup();
    t.mock.timers.tick(1000);
});

test("what nobody has told yet is unknown, and not off", () => {
    assert.deepStrictEqual(of(light).state, "unknown");
    catalogue.updates.notifySubscribers();
    answer();
    assert.deepStrictEqual(of(light).state, "unknown");
});

test("what the server says", () => {
    catalogue.updates.notifySubscribers();
    answer(state("light", "on", {assumed: true}), state("heat", "on", {text: "48 °C"}));
    assert.deepStrictEqual(of(light), {
        ...{state: "on", to: null, assumed: true, text: null, since: null}
    });
    assert.strictEqual(of(heat).text, "48 °C");
});

test("a push counts at once, and is followed by a question for the texts", (t) => {
    catalogue.updates.notifySubscribers();
    answer(state("light", "off", {text: "0 W"}));
    push(state("light", "on"), state("stranger", "on"));
    assert.deepStrictEqual([of(light).state, of(light).text], ["on", "0 W"]);
    push(state("light", "on"));
    assert.strictEqual(asked.length, 1);
    t.mock.timers.tick(500);
    assert.strictEqual(asked.length, 2);
    answer(state("light", "on", {text: "23 W"}));
    assert.strictEqual(of(light).text, "23 W");
    t.mock.timers.tick(5000);
    assert.strictEqual(asked.length, 2);
});

test("an answer to what was asked before does not take a push back", (t) => {
    catalogue.updates.notifySubscribers();
    push(state("light", "switching", {to: "on"}));
    answer(state("light", "off"), state("heat", "on", {text: "48 °C"}));
    assert.deepStrictEqual([of(light).state, of(light).to], ["switching", "on"]);
    assert.strictEqual(of(heat).text, "48 °C");
    // there is one question at a time
    assert.strictEqual(asked.length, 1);
    t.mock.timers.tick(500);
    answer(state("light", "on"));
    assert.strictEqual(of(light).state, "on");
});

test("what is not in the answer, or without one, is not known any more", (t) => {
    catalogue.updates.notifySubscribers();
    answer(state("light", "on"), state("heat", "on", {text: "48 °C"}));
    t.mock.timers.tick(25000);
    answer(state("light", "on"));
    assert.deepStrictEqual([of(light).state, of(heat).text], ["on", null]);
    t.mock.timers.tick(25000);
    asked[2].reject({status: 503});
    assert.strictEqual(of(light).state, "unknown");
    // it goes on
    t.mock.timers.tick(25000);
    assert.strictEqual(asked.length, 4);
});

test("nobody looks, nobody asks", (t) => {
    document.visibilityState = "hidden";
    catalogue.updates.notifySubscribers();
    push(state("light", "on"));
    t.mock.timers.tick(60000);
    assert.strictEqual(asked.length, 0);
    document.visibilityState = "visible";
    document.look();
    assert.strictEqual(asked.length, 1);
});

test("without toggles and statuses there is nothing to ask", (t) => {
    catalogue.commands([command("other", "command")]);
    catalogue.updates.notifySubscribers();
    t.mock.timers.tick(60000);
    assert.strictEqual(asked.length, 0);
});

test("of what is not there any more nothing is known", () => {
    catalogue.updates.notifySubscribers();
    answer(state("light", "on"));
    const kept = page.states.of(light);
    catalogue.commands([]);
    catalogue.updates.notifySubscribers();
    assert.strictEqual(kept().state, "unknown");
    assert.strictEqual(page.states._states.size, 0);
});

test("a button that stays while its command goes and comes back is told on", (t) => {
    const shown = page.ko.pureComputed(() => page.states.of(light)().state);
    const seen = [];
    shown.subscribe((now) => seen.push(now));
    ["on", "unknown"].forEach((before) => {
        catalogue.commands(states);
        catalogue.updates.notifySubscribers();
        t.mock.timers.tick(500);
        answer(state("light", before));
        catalogue.commands([]);
        catalogue.updates.notifySubscribers();
        assert.strictEqual(shown(), "unknown");
    });
    catalogue.commands(states);
    catalogue.updates.notifySubscribers();
    t.mock.timers.tick(500);
    answer(state("light", "off"));
    assert.strictEqual(shown(), "off");
    assert.deepStrictEqual(seen, ["on", "unknown", "off"]);
});

test("the pushes of others are none of ours", () => {
    page.states.onDataUpdaterPluginMessage("other", {
        type: "states",
        states: [state("light", "on")]
    });
    page.states.onDataUpdaterPluginMessage("systemcommands", {type: "runs", runs: []});
    assert.strictEqual(of(light).state, "unknown");
});
