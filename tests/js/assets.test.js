// That assets.py has all scripts, in an order in which each finds what it needs.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {test} = require("node:test");

const {all} = require("./loader.js");
const {loadPage} = require("./page.js");

const FOLDER = path.join(__dirname, "../../octoprint_systemcommands/static/js");

test("all scripts are listed, and no others", () => {
    const there = fs
        .readdirSync(FOLDER, {recursive: true})
        .filter((name) => name.endsWith(".js"))
        .map((name) => name.slice(0, -3));
    assert.deepStrictEqual([...all].sort(), there.sort());
    assert.strictEqual(new Set(all).size, all.length);
});

// Nothing is on the page yet when they are loaded, and nothing is called.
test("they load in this order, whatever they need while they are loaded", () => {
    const element = {on: () => element, data: () => undefined};
    const page = loadPage(all, {
        $: () => element,
        document: {addEventListener: () => {}, getElementById: () => null},
        MutationObserver: function () {}
    });
    assert.ok(Object.keys(page.SystemCommands).length > 30);
});
