// What people are told of a request to run something that was refused.
"use strict";

const assert = require("node:assert/strict");
const {test} = require("node:test");

const {load} = require("./loader");

const lodash = {
    isString: (value) => typeof value === "string",
    isArray: Array.isArray,
    sprintf: (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name])
};
const {SystemCommands} = load(["commands/error_texts"], {
    _: lodash,
    gettext: (text) => text
});

const explain = (status, body, statusText = "") =>
    SystemCommands.ErrorTexts.explain(
        {name: "Lamp"},
        {status: status, responseJSON: body, statusText: statusText}
    );

test("what decides is the code, not the words", () => {
    const german = {error: "Lampe läuft schon.", code: "busy", reason: "busy"};
    assert.equal(
        SystemCommands.ErrorTexts.isBusy({status: 409, responseJSON: german}),
        true
    );
    assert.match(explain(409, german).text, /^It is running already/);
    const hot = {error: "Zu heiß", code: "temperature", reason: "temperature"};
    assert.equal(explain(409, hot).text, "Zu heiß");

    const overloaded = explain(503, {error: "Zu viel", code: "overloaded"});
    assert.equal(overloaded.title, "Too many commands at once");
    // the plugin's own words are shown as they are, whatever they look like
    const error = "x failed with return code 3:\n\nSTDOUT:\na\n\nSTDERR:\nb";
    assert.equal(explain(500, {error: error, code: "not_started"}).text, error);
});

test("OctoPrint's own answers have no code, and one form", () => {
    const head = "Command for plugin:x failed with return code 3:";
    const error = head + "\n\nSTDOUT:\na\n\n\nSTDERR:\nb\n";
    const said = explain(500, {error: error});
    assert.equal(said.text, "It ended with return code 3.");
    assert.equal(said.output, "STDOUT:\na\n\nSTDERR:\nb");
});

test("answers of proxies have nothing", () => {
    assert.match(explain(502, undefined, "Bad Gateway").text, /502 Bad Gateway/);
    assert.match(explain(503, undefined, "Unavailable").text, /503 Unavailable/);
    assert.equal(SystemCommands.ErrorTexts.codeOf({status: 502}), undefined);
    assert.equal(explain(0).title, "Connection lost");
});
