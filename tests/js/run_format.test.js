// How runs are described.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage, plain} = require("./page.js");

const page = loadPage(["commands/command", "runs/run_format"]);
const {RunFormat} = page.SystemCommands;

test("durations", () => {
    const texts = [0, 0.9, 1, 59.9, 60, 65, 3599, 3600, 7384].map(RunFormat.duration);
    assert.deepStrictEqual(texts, [
        ...["< 1 s", "< 1 s", "1 s", "59 s"],
        ...["1:00 min", "1:05 min", "59:59 min", "1:00:00 h", "2:03:04 h"]
    ]);
    assert.strictEqual(RunFormat.duration(null), "");
});

test("the status, with what a number can add", () => {
    const status = (run) => RunFormat.statusInFull({exit_code: null, ...run});
    assert.strictEqual(status({status: "succeeded", exit_code: 0}), "Succeeded");
    assert.strictEqual(status({status: "failed"}), "Failed");
    assert.strictEqual(status({status: "failed", exit_code: 3}), "Failed (exit code 3)");
    assert.strictEqual(
        status({status: "failed", exit_code: -9}),
        "Failed (ended by signal 9)"
    );
    assert.strictEqual(status({status: "stopped", exit_code: -15}), "Stopped");
    assert.strictEqual(status({status: "running", stopping: true}), "Stopping…");
    // of a version to come
    assert.strictEqual(status({status: "paused"}), "paused");
    assert.strictEqual(RunFormat.icon({status: "paused"}), "fas fa-question");
});

test("what is active", () => {
    const active = [
        ...["pending", "queued", "starting", "running"],
        ...["succeeded", "failed", "interrupted"]
    ].filter((status) => RunFormat.isActive({status}));
    assert.deepStrictEqual(active, ["pending", "queued", "starting", "running"]);
    assert.ok(RunFormat.isPending({status: "pending"}));
    assert.ok(!RunFormat.isPending({status: "queued"}));
});

test("lines to be copied follow a colon", () => {
    const hint =
        "It needs a password.\n\nAdd this line:\n  pi ALL=NOPASSWD: x  \nand run it";
    assert.deepStrictEqual(plain(RunFormat.hint({hint})), [
        {text: "It needs a password.", isCode: false},
        {text: "Add this line:", isCode: false},
        {text: "pi ALL=NOPASSWD: x", isCode: true},
        {text: "and run it", isCode: false}
    ]);
    assert.deepStrictEqual(plain(RunFormat.hint({hint: null})), []);
});

test("how it was started", () => {
    assert.strictEqual(RunFormat.trigger({trigger: "menu"}), "System menu");
    assert.strictEqual(RunFormat.trigger({trigger: "api", application: "X"}), "API (X)");
    assert.strictEqual(RunFormat.trigger({trigger: "gcode"}), "G-code");
    assert.strictEqual(RunFormat.trigger({trigger: "cli"}), "Command line");
    assert.strictEqual(RunFormat.trigger({trigger: "mqtt"}), "MQTT");
    const link = {trigger: "link", application: "Doorbell"};
    assert.strictEqual(RunFormat.trigger(link), "Link (Doorbell)");
    const plugin = {trigger: "plugin", application: "telegram"};
    assert.strictEqual(RunFormat.trigger(plugin), "Plugin (telegram)");
    assert.strictEqual(RunFormat.trigger({trigger: "new"}), "new");
    assert.strictEqual(RunFormat.trigger({}), "");
    const rule = {id: "off", name: "Off when cold"};
    assert.strictEqual(
        RunFormat.trigger({trigger: "event", rule}),
        'Rule "Off when cold"'
    );
});

test("arguments, in the words of the command as far as it knows them", () => {
    const run = {
        arguments: {gone: "x", level: 5, device: "two", blink: true, note: null}
    };
    const command = {
        arguments: [
            {name: "device", choices: [{value: "two", label: "Two"}]},
            {name: "level", label: "Level"},
            {name: "blink"},
            {name: "note"},
            {name: "new"}
        ]
    };
    const texts = (given) => plain(given).map((one) => `${one.label}=${one.value}`);
    assert.deepStrictEqual(texts(RunFormat.arguments(run, command)), [
        ...["device=Two", "Level=5", "blink=Yes", "note=–", "gone=x"]
    ]);
    const unknown = texts(RunFormat.arguments(run, undefined));
    assert.deepStrictEqual(unknown.slice(0, 3), ["gone=x", "level=5", "device=two"]);
    assert.deepStrictEqual(texts(RunFormat.arguments({}, command)), []);
});

test("nothing began in the future", () => {
    const soon = new Date(Date.now() + 3600e3).toISOString();
    assert.strictEqual(RunFormat.ago({queued_at: soon}), "a few seconds ago");
    const before = new Date(Date.now() - 7200e3).toISOString();
    assert.strictEqual(
        RunFormat.ago({started_at: before, queued_at: soon}),
        "2 hours ago"
    );
});

test("which way it was switched", () => {
    const run = {action: "light", name: "Light"};
    assert.strictEqual(RunFormat.name(run), "Light");
    assert.strictEqual(RunFormat.name({...run, to: null}), "Light");
    assert.strictEqual(RunFormat.name({...run, to: "on"}), "Light → on");
    assert.strictEqual(RunFormat.name({action: "light", to: "off"}), "light → off");
});
