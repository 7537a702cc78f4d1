// The line that runs a command from a shell.
"use strict";

const assert = require("node:assert");
const {beforeEach, test} = require("node:test");

const {loadPage} = require("./page.js");

let base, Curl;

beforeEach(() => {
    base = "http://octopi.local/";
    ({Curl} = loadPage(["runs/curl"], {
        OctoPrint: {getParsedBaseUrl: () => new URL(base)}
    }).SystemCommands);
});

const settings = (own) => ({plugins: {systemcommands: {octoprint_address: () => own}}});
const START = 'curl -X POST -H "X-Api-Key: $OCTOPRINT_API_KEY" ';

test("without arguments it is OctoPrint's own address", () => {
    const command = {source: "custom", action: "wait", arguments: []};
    const address = Curl.address(settings(true), "custom", "wait");
    assert.strictEqual(
        Curl(command, address),
        START + "'http://octopi.local/api/system/commands/custom/wait'"
    );
});

test("or the plugin's, if OctoPrint's is not served", () => {
    const there = Curl.address(settings(false), "custom", "wait");
    assert.strictEqual(
        there,
        "http://octopi.local/plugin/systemcommands/api/system/commands/custom/wait"
    );
    // which is not for OctoPrint's commands
    const core = Curl.address(settings(false), "core", "reboot");
    assert.strictEqual(core, "http://octopi.local/api/system/commands/core/reboot");
});

test("behind a reverse proxy, and with any action", () => {
    base = "http://octopi.local/printers/one";
    const lines = ["it's", "a/b"].map((action) =>
        Curl({source: "custom", action}, Curl.address(undefined, "custom", action))
    );
    const path = "'http://octopi.local/printers/one/api/system/commands/custom/";
    assert.deepStrictEqual(lines, [START + path + "it'\\''s'", START + path + "a%2Fb'"]);
});

const bodyOf = (specs, values) => {
    const command = {source: "custom", action: "a", arguments: specs};
    const line = Curl(command, "unused", values);
    const [, body] = line.match(
        /-d '([^]*)' '[^']*\/plugin\/systemcommands\/api\/runs'$/
    );
    return JSON.parse(body.replace(/'\\''/g, "'")).arguments;
};

test("what it was run with, except for secrets", () => {
    const specs = [
        {name: "text", type: "text", default: "it's $HOME"},
        {name: "level", type: "number", default: 2},
        {name: "key", type: "secret", default: "old"}
    ];
    assert.deepStrictEqual(bodyOf(specs, {level: 5, key: "very secret"}), {
        text: "it's $HOME",
        level: 5,
        key: "<key>"
    });
});

test("what could be entered where nothing is known", () => {
    const specs = [
        {name: "text", type: "text"},
        {name: "level", type: "number", min: 3},
        {name: "number", type: "number"},
        {name: "toggle", type: "toggle"},
        {name: "choice", type: "choice", choices: [{value: "b", label: "B"}]},
        {name: "plain", type: "choice", choices: ["c"]},
        {name: "file", type: "file"},
        {name: "note", type: "text", required: false},
        "broken"
    ];
    assert.deepStrictEqual(bodyOf(specs, {text: null}), {
        text: "<text>",
        level: 3,
        number: 0,
        toggle: false,
        choice: "b",
        plain: "c",
        file: "<file>"
    });
});

test("a toggle is switched the same way again", () => {
    const command = {source: "custom", action: "light", to: "off"};
    const [line] = [Curl({...command, arguments: [{name: "x", type: "text"}]}, "")];
    assert.ok(line.includes('{"source":"custom","action":"light","to":"off",'));
});
