// The part of the settings page about MQTT.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const ko = require("knockout");

const {Answer, loadPage, plain} = require("./page.js");

const {MqttSettings} = loadPage(["editor/mqtt_settings"]).SystemCommands;

const STATUS = {
    installed: true,
    connected: true,
    base_topic: "octoPrint/plugin/systemcommands/",
    name: "pi",
    groups: [],
    fleet_topic: null,
    commands: 3
};

// what of the plugin's settings is not as usual, and what else there is
const open = (own = {}, {name = "", others = {}} = {}) => {
    const mqtt = {
        enabled: ko.observable(true),
        discovery_prefix: ko.observable("homeassistant"),
        fleet_topic: ko.observable("octoPrint-fleet"),
        name: ko.observable(""),
        groups: ko.observableArray([])
    };
    Object.entries(own).forEach(([field, value]) => mqtt[field](value));
    const settings = {
        plugins: {systemcommands: {mqtt}, ...others},
        appearance: {name: ko.observable(name)}
    };
    const answers = [];
    const subject = new MqttSettings(
        () => settings,
        () => {
            answers.push(new Answer());
            return answers[answers.length - 1];
        }
    );
    return {subject, mqtt, answers, settings};
};

const opened = (own, options, status = STATUS) => {
    const found = open(own, options);
    found.subject.onToggle(undefined, {target: {open: true}});
    if (status) found.answers[0].resolve(status);
    else found.answers[0].reject({status: 403});
    return found;
};

test("nobody is asked before it is looked at", () => {
    const {subject, answers} = open();
    subject.reload();
    assert.strictEqual(answers.length, 0);
    assert.ok(!subject.isInstalled() && !subject.isMissing());
    subject.onToggle(undefined, {target: {open: true}});
    assert.strictEqual(answers.length, 1);
    // it says nothing that it does not know
    assert.ok(!subject.isInstalled() && !subject.isMissing());
    subject.reload();
    assert.strictEqual(answers.length, 2);
    subject.onToggle(undefined, {target: {open: false}});
    subject.reload();
    assert.strictEqual(answers.length, 2);
});

test("with and without the other plugin", () => {
    const {subject} = opened();
    assert.ok(subject.isInstalled() && !subject.isMissing());
    const without = opened({}, {}, {...STATUS, installed: false}).subject;
    assert.ok(!without.isInstalled() && without.isMissing());
});

test("what can be set does not depend on the password", () => {
    const {subject} = opened({}, {others: {mqtt: {}}}, null);
    assert.ok(subject.isInstalled() && !subject.isMissing());
    assert.match(subject.connection(), /could not be asked/);
    assert.ok(opened({}, {}, null).subject.isMissing());
});

test("the connection in words", () => {
    const said = (own, status) =>
        opened(own, {}, {...STATUS, ...status}).subject.connection();
    assert.strictEqual(
        said(),
        "Connected. Open commands: 3, below the topic octoPrint/plugin/systemcommands/"
    );
    assert.match(said({}, {connected: false}), /cannot be reached/);
    assert.match(said({}, {connected: null}), /No command is open/);
    assert.strictEqual(said({enabled: false}, {connected: null}), "Switched off.");
});

test("what it is called as long as nobody has said it", () => {
    assert.strictEqual(opened().subject.usualName(), "pi");
    assert.strictEqual(opened({}, {name: "Left"}).subject.usualName(), "Left");
    // the server has told the name that was set, which says nothing of another
    const {subject, mqtt} = opened({name: "one"}, {}, {...STATUS, name: "one"});
    mqtt.name("");
    assert.strictEqual(subject.usualName(), "");
});

test("groups are a line on the page", () => {
    const {subject, mqtt} = open({groups: ["row 1", "left"]});
    assert.strictEqual(subject.groups(), "row 1, left");
    subject.groups(" a,b ,, a,  c d ");
    assert.deepStrictEqual(plain(mqtt.groups()), ["a", "b", "c d"]);
    subject.groups("");
    assert.deepStrictEqual(plain(mqtt.groups()), []);
});

test("wrong topics and names", () => {
    const {subject, mqtt} = open();
    const fields = ["discovery_prefix", "fleet_topic", "name"];
    for (const field of fields) {
        const mistake = subject.mistakes[field];
        for (const right of ["", "a", "a/b c", "/a/b/", "ö 🐙", "x".repeat(200)]) {
            mqtt[field](right);
            assert.strictEqual(mistake(), "", right);
        }
        for (const wrong of ["a/#", "+", "a//b", "/", "a\u0007", "x".repeat(201)]) {
            mqtt[field](wrong);
            assert.match(mistake(), /At most 200 characters/, wrong);
        }
    }
});

test("wrong groups", () => {
    const {subject} = open();
    const many = (count) => Array.from({length: count}, (_, index) => index).join(",");
    for (const right of ["", "a, b", many(50)]) {
        subject.groups(right);
        assert.strictEqual(subject.mistakes.groups(), "", right);
    }
    for (const wrong of ["a, b/c", "+", "#", many(51)]) {
        subject.groups(wrong);
        assert.match(subject.mistakes.groups(), /At most 50 names/, wrong);
    }
});
