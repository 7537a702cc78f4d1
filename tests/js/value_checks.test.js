// What the page says about values before the server has seen them.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage} = require("./page.js");
const {cases} = require("../values.json");

const {ValueChecks} = loadPage(["arguments/value_checks"]).SystemCommands;

// as it stands in a field
const problemOf = (spec, value) => ValueChecks.problemOf(spec, String(value));

cases.forEach(([spec, value, problem]) => {
    test(`${JSON.stringify(spec)}: ${value}`, () => {
        assert.strictEqual(problemOf(spec, value), problem);
    });
});

test("what is no number", () => {
    assert.strictEqual(problemOf({type: "number"}, "5 mm"), "has to be a number");
    assert.strictEqual(problemOf({type: "number"}, "1e999"), "has to be a number");
    assert.strictEqual(problemOf({type: "number", min: 0.1, step: 0.1}, "1e-1"), "");
});

const SLOW = [
    "((a+)b?)*",
    "((\\d+)[,.]?)+",
    "(a|aa)+",
    "(\\w|\\d)+",
    "(a*)*",
    "(a+){2,}",
    ".*.*.*.*x",
    "a{1,}a{1,}a{1,}x",
    "a?".repeat(30) + "a".repeat(30),
    "a{0,9}".repeat(9) + "x",
    "(a|a)".repeat(30) + "x",
    "\\\\*".repeat(3) + "x"
];
SLOW.forEach((pattern) => {
    test("a pattern that takes long is left to the server: " + pattern, () => {
        assert.strictEqual(problemOf({type: "text", pattern}, "!"), "");
    });
});

test("what the two kinds of expressions read in different ways is left to the server", () => {
    // of Python only, with letters that are others there, and too long to be tried
    assert.strictEqual(problemOf({type: "text", pattern: "(?i)ab+"}, "xyz"), "");
    assert.strictEqual(problemOf({type: "text", pattern: "\\w+"}, "ü"), "");
    assert.strictEqual(problemOf({type: "text", pattern: "a*"}, "b".repeat(256)), "");
});

test("types of which the page knows nothing", () => {
    ["toggle", "secret", "file", "new"].forEach((type) => {
        assert.strictEqual(problemOf({type, max: 1}, "5"), "");
    });
});

const LIMITS = [
    [{type: "number", min: 0, max: 255, step: 5}, "0 to 255, in steps of 5"],
    [{type: "number", min: 1, step: 1}, "At least 1, whole numbers"],
    [{type: "number", max: 3}, "At most 3"],
    [{type: "number", min: 0.5, step: 1}, "At least 0.5, in steps of 1"],
    [{type: "number", step: 1}, "Whole numbers"],
    [{type: "number"}, ""],
    [{type: "text", max_length: 5}, "At most 5 characters"],
    [{type: "text", max_length: 255}, ""],
    [{type: "text"}, ""],
    [{type: "secret"}, "It is not kept, and hidden wherever it shows up."],
    [{type: "choice"}, ""]
];
LIMITS.forEach(([spec, limits]) => {
    test("limits of " + JSON.stringify(spec), () => {
        assert.strictEqual(ValueChecks.limitsOf(spec), limits);
    });
});
