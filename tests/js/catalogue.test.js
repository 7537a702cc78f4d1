// What commands there are, from the answers of the plugin and of OctoPrint.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {Answer, loadPage, plain} = require("./page.js");

const SCRIPTS = ["commands/command", "commands/catalogue"];

let page, ko, system, isAllowed, isLoggedIn, answers, catalogue, updates;

beforeEach(() => {
    answers = [];
    page = loadPage(SCRIPTS, {
        OctoPrint: {
            plugins: {
                systemcommands: {
                    getMenu: () => {
                        answers.push(new Answer());
                        return answers[answers.length - 1];
                    }
                }
            }
        }
    });
    ko = page.ko;
    isAllowed = ko.observable(true);
    isLoggedIn = ko.observable(true);
    system = {
        systemActions: ko.observableArray([]),
        lastCommandResponse: undefined,
        requestCommandData: mock.fn()
    };
    const loginState = {loggedIn: isLoggedIn, hasPermission: () => isAllowed()};
    catalogue = page.viewModel(loginState, {permissions: {}}, system);
    updates = mock.fn();
    catalogue.updates.subscribe(updates);
});

const answer = (...commands) => {
    catalogue.requestData();
    answers[answers.length - 1].resolve({commands});
};
const answerOfCore = (response) => {
    system.lastCommandResponse = response;
    system.systemActions([]);
};
const custom = (action, more) => ({source: "custom", action, name: action, ...more});
const DIVIDER = {action: "divider"};
// names; "-" for dividers, [name of the group, …] for groups
const shape = (entries = catalogue.entries()) =>
    Array.from(entries, (entry) => {
        if (entry.members) return [entry.group, ...shape(entry.members)];
        return entry.action === "divider" ? "-" : entry.name;
    });

test("nothing before both have answered", () => {
    answer(custom("a"));
    assert.deepStrictEqual(shape(), []);
    answerOfCore({core: [{source: "core", action: "reboot"}]});
    assert.deepStrictEqual(shape(), ["reboot", "-", "a", "-"]);
});

test("nothing before both have answered, core first", () => {
    answerOfCore({core: [{source: "core", action: "reboot"}]});
    assert.deepStrictEqual(shape(), []);
    answer(custom("a"));
    assert.deepStrictEqual(shape(), ["reboot", "-", "a", "-"]);
});

test("core is not waited for for ever", (t) => {
    t.mock.timers.enable({apis: ["setTimeout"]});
    answer(custom("a"));
    t.mock.timers.tick(2999);
    assert.deepStrictEqual(shape(), []);
    t.mock.timers.tick(1);
    assert.deepStrictEqual(shape(), ["a", "-"]);
});

test("of somebody without SYSTEM core is not asked", () => {
    isAllowed(false);
    answer(custom("a"));
    assert.deepStrictEqual(shape(), ["a", "-"]);
    assert.ok(catalogue.hasOwn());
});

test("what core knows will do if the plugin does not answer", () => {
    answerOfCore({custom: [custom("a")], plugin: [{source: "plugin", action: "p"}]});
    catalogue.requestData();
    answers[0].reject({status: 500});
    assert.deepStrictEqual(shape(), ["p", "-", "a", "-"]);
    assert.ok(catalogue.find(custom("a")).viaCore);
});

test("nobody who is logged out is asked for, or gets what was asked for before", () => {
    isAllowed(false);
    catalogue.requestData();
    isLoggedIn(false);
    catalogue.requestData();
    assert.strictEqual(answers.length, 1);
    answers[0].resolve({commands: [custom("a")]});
    assert.ok(catalogue.isAnswered());
    assert.deepStrictEqual(shape(), []);
});

test("what is taken away goes at once, and core's answer with it", () => {
    answerOfCore({core: [{source: "core", action: "reboot"}]});
    answer(custom("a"));
    isAllowed(false);
    assert.deepStrictEqual(shape(), []);
    answer(custom("a"));
    assert.deepStrictEqual(shape(), ["a", "-"]);
});

test("groups stand where their first entry is, dividers never next to each other", () => {
    answerOfCore({});
    answer(
        DIVIDER,
        custom("a", {group: "G"}),
        DIVIDER,
        DIVIDER,
        custom("b"),
        custom("c", {group: "G"}),
        DIVIDER
    );
    assert.deepStrictEqual(shape(), [["G", "a", "c"], "-", "b", "-"]);
    assert.deepStrictEqual(shape(catalogue.commands()), ["a", "c", "b"]);
});

test("the same answer makes no new entries, but is told", () => {
    answerOfCore({});
    answer(custom("a", {arguments: [{name: "x"}]}));
    const before = catalogue.entries();
    const count = updates.mock.callCount();
    answer(custom("a", {arguments: [{name: "x"}]}));
    assert.strictEqual(catalogue.entries(), before);
    assert.strictEqual(updates.mock.callCount(), count + 1);
    answer(custom("a", {arguments: [{name: "y"}]}));
    assert.notStrictEqual(catalogue.entries(), before);
});

test("the command of a run", () => {
    answerOfCore({core: [{source: "core", action: "a"}]});
    answer(custom("a"));
    const find = (source, more) =>
        (catalogue.commandOf({source, action: "a", ...more}) || {}).source;
    assert.strictEqual(find("core"), "core");
    assert.strictEqual(find("custom"), "custom");
    assert.strictEqual(find("plugin"), undefined);
    // of what is only tested there may be another one of that name
    assert.strictEqual(find("custom", {trigger: "test"}), undefined);
});

test("all is asked for again when the server is back", () => {
    catalogue.onServerReconnect();
    assert.strictEqual(answers.length, 1);
    assert.strictEqual(system.requestCommandData.mock.callCount(), 1);
});

test("a command has what it needs, whatever it is made of", () => {
    const {Command} = page.SystemCommands;
    const bare = new Command({source: "plugin", action: "a", name: 7});
    assert.strictEqual(bare.name, "7");
    assert.strictEqual(bare.key, "plugin/a");
    assert.strictEqual(bare.showOutput, "on_failure");
    assert.deepStrictEqual(plain(bare.arguments), []);
    assert.ok(!bare.hasArguments());
    assert.ok(!bare.isRecorded());
    assert.ok(!bare.viaCore);
    assert.strictEqual(new Command({source: "core", action: "a"}).name, "a");
    assert.ok(new Command({source: "core", action: "a"}).isRecorded());

    const full = new Command(
        custom("b", {
            show_output: "always",
            fresh_credentials: true,
            while_printing: "refuse",
            max_temperature: 50,
            when_busy: "refuse",
            arguments: [{name: "x"}]
        }),
        true
    );
    assert.ok(full.hasArguments() && full.viaCore && full.freshCredentials);
    assert.strictEqual(full.showOutput, "always");
    assert.strictEqual(full.whilePrinting, "refuse");
    assert.strictEqual(full.maxTemperature, 50);
    assert.strictEqual(full.whenBusy, "refuse");
});

const toggle = (more) => custom("light", {type: "toggle", name: "Light", ...more});

test("a toggle in its two directions", () => {
    const {Command} = page.SystemCommands;
    const guards = {confirm: "?", while_printing: "refuse", max_temperature: 50};
    const light = new Command(toggle({...guards, has_state: true}));
    assert.ok(light.isToggle() && light.hasState && !light.isStatus());
    const guardsOf = (command) =>
        plain([command.confirm, command.whilePrinting, command.maxTemperature]);

    const [on, off] = ["on", "off"].map((to) => light.switched(to));
    assert.deepStrictEqual([on.key, on.to, on.name], [light.key, "on", "Light → on"]);
    assert.deepStrictEqual(
        [off.key, off.to, off.name],
        [light.key, "off", "Light → off"]
    );
    assert.ok(on instanceof Command && on.isToggle() && !on.hasArguments());
    assert.deepStrictEqual(guardsOf(on), [null, null, null]);
    assert.deepStrictEqual(guardsOf(off), ["?", "refuse", 50]);
    assert.strictEqual(light.to, undefined);

    const both = new Command(toggle({...guards, guards: "both"}));
    assert.deepStrictEqual(guardsOf(both.switched("on")), ["?", "refuse", 50]);
});

test("that of a run which has switched something", () => {
    answerOfCore({});
    answer(toggle(), custom("a"));
    const of = (action, more) => catalogue.commandOf({source: "custom", action, ...more});
    assert.strictEqual(of("light", {to: "off"}).to, "off");
    assert.strictEqual(of("light", {to: null}).to, undefined);
    // it is no toggle any more
    assert.strictEqual(of("a", {to: "off"}).to, undefined);
});

test("what stands in which place, without the dividers of what does not", () => {
    answerOfCore({core: [{source: "core", action: "reboot"}]});
    answer(
        custom("a", {show_in: ["sidebar"]}),
        DIVIDER,
        custom("b", {group: "G", show_in: ["sidebar", "menu"]}),
        custom("c", {group: "H", show_in: ["navbar"]}),
        DIVIDER,
        custom("d", {show_in: []})
    );
    const of = (place) => shape(catalogue.entriesIn(place));
    assert.deepStrictEqual(of("menu"), ["reboot", "-", ["G", "b"], "-"]);
    assert.deepStrictEqual(of("sidebar"), ["a", "-", ["G", "b"], "-"]);
    assert.deepStrictEqual(of("navbar"), [["H", "c"], "-"]);
    // whoever looks for it finds it
    assert.ok(catalogue.find(custom("d")));
});

test("four icons at most, of what is to be in the navbar", () => {
    const inNavbar = (action, more) => custom(action, {show_in: ["navbar"], ...more});
    const names = () => Array.from(catalogue.inNavbar(), (command) => command.name);
    answerOfCore({});
    answer(custom("menu"), inNavbar("a"));
    assert.deepStrictEqual(names(), ["a"]);
    answer(
        custom("menu"),
        inNavbar("a"),
        inNavbar("b", {group: "G"}),
        inNavbar("d"),
        inNavbar("c", {group: "G"}),
        inNavbar("e")
    );
    assert.deepStrictEqual(names(), ["a", "b", "c", "d"]);
});
