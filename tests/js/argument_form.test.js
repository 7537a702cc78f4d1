// The form for the arguments of a command: what is proposed, what is wrong, what is sent.
"use strict";

const assert = require("node:assert");
const {beforeEach, test} = require("node:test");

const {Answer, loadPage, plain} = require("./page.js");

const SCRIPTS = [
    ...["commands/command", "commands/error_texts", "arguments/value_checks"],
    ...["arguments/uploads", "arguments/argument_field", "arguments/argument_form"]
];

let page, focused, lastRuns, files, started;

beforeEach(() => {
    focused = [];
    started = [];
    lastRuns = new Answer();
    files = new Answer();
    page = loadPage(SCRIPTS, {
        document: {getElementById: (id) => ({focus: () => focused.push(id)})},
        OctoPrint: {
            plugins: {systemcommands: {getRuns: () => lastRuns}},
            files: {listForLocation: () => files}
        }
    });
    page.SystemCommands.DialogFocus = {keepDuring: (update) => update()};
});

const formOf = (specs, options = {}) => {
    const command = new page.SystemCommands.Command({
        source: "custom",
        action: "a",
        arguments: specs
    });
    const request = {
        command,
        values: options.values,
        start: (values, callbacks) => started.push({values: plain(values), callbacks})
    };
    return new page.SystemCommands.ArgumentForm(request, {
        form: "f",
        user: "kid",
        mayListFiles: true,
        refusal: () => undefined,
        isShown: () => true,
        ...options
    });
};
const field = (form, name) => form.fields.find((one) => one.name === name);
const TEXT = {name: "text", type: "text", required: true};
const LEVEL = {name: "level", type: "number", min: 0, max: 10, required: true};

test("what is sent", () => {
    const form = formOf([
        TEXT,
        {...LEVEL, default: 5},
        {name: "toggle", type: "toggle"},
        {name: "note", type: "text", required: false},
        {name: "cleared", type: "text", required: false, default: "x"}
    ]);
    field(form, "text").value("a");
    field(form, "cleared").value("");
    form.submit();
    assert.deepStrictEqual(started[0].values, {
        text: "a",
        level: 5,
        toggle: false,
        // of what is not given the server takes the default
        note: null,
        cleared: ""
    });
});

test("mistakes are told when something was changed, or when it is to be run", () => {
    const form = formOf([TEXT, LEVEL]);
    assert.strictEqual(field(form, "text").mistake(), "");
    field(form, "level").value("11");
    assert.strictEqual(field(form, "level").mistake(), "Has to be 10 or less");
    form.submit();
    assert.strictEqual(field(form, "text").mistake(), "Is missing");
    assert.deepStrictEqual([focused, started], [["f_argument_text"], []]);
});

test("the definition's own words stay as they are", () => {
    const form = formOf([{...TEXT, pattern: "[a-z]+", error: "letters, please"}]);
    field(form, "text").value("1");
    assert.strictEqual(field(form, "text").mistake(), "letters, please");
    field(form, "text").value("");
    assert.strictEqual(field(form, "text").mistake(), "Is missing");
});

test("what a browser holds back is no number", () => {
    const form = formOf([LEVEL]);
    field(form, "level").onInput({}, {target: {validity: {badInput: true}}});
    assert.strictEqual(field(form, "level").mistake(), "Has to be a number");
});

test("the user's last values, as far as they can be ones", () => {
    const specs = [
        TEXT,
        LEVEL,
        {name: "key", type: "secret"},
        {name: "was_secret", type: "text"},
        {name: "toggle", type: "toggle"},
        {...LEVEL, name: "changed"}
    ];
    const form = formOf(specs);
    form.load();
    field(form, "changed").value("1");
    const values = {
        ...{text: "last", level: 11, key: "***", was_secret: "***"},
        ...{toggle: true, changed: 2, gone: 3}
    };
    lastRuns.resolve({
        runs: [{trigger: "test", arguments: {text: "no"}}, {arguments: values}]
    });
    assert.deepStrictEqual(
        form.fields.map((one) => one.value() ?? null),
        ["last", null, null, null, true, "1"]
    );
    // nobody has entered that
    assert.ok(!field(form, "text").isChanged());
});

test("what is required is not proposed empty", () => {
    const form = formOf([
        {...TEXT, default: "d"},
        {name: "note", type: "text"}
    ]);
    form.load();
    lastRuns.resolve({runs: [{arguments: {text: null, note: null}}]});
    assert.strictEqual(field(form, "text").value(), "d");
    assert.strictEqual(field(form, "note").value(), undefined);
});

test("the values of the run that is to be run again", () => {
    const form = formOf([TEXT], {values: {text: "again"}});
    form.load();
    lastRuns.resolve({runs: [{arguments: {text: "last"}}]});
    assert.strictEqual(field(form, "text").value(), "again");
});

test("files are what was uploaded", () => {
    const form = formOf([{name: "part", type: "file", default: "b/gone.gcode"}]);
    form.load();
    assert.ok(form.uploads.isLoading());
    files.resolve({
        files: [
            {type: "machinecode", path: "c.gcode"},
            {type: "folder", children: [{type: "model", path: "b/a.stl"}]},
            {type: "folder"}
        ]
    });
    assert.deepStrictEqual(plain(form.uploads.paths()), ["b/a.stl", "c.gcode"]);
    // that it was the default does not help
    assert.strictEqual(field(form, "part").value(), undefined);
    assert.ok(field(form, "part").propose("c.gcode"));
    assert.ok(!field(form, "part").propose("d.gcode"));
    assert.deepStrictEqual(plain(form.uploads.matching("STL")), ["b/a.stl"]);
    assert.deepStrictEqual(plain(form.uploads.matching("x", "c.gcode")), ["c.gcode"]);
});

test("files of somebody who may not list them have to be known", () => {
    const form = formOf([{name: "part", type: "file"}]);
    form.load();
    files.reject({status: 403});
    assert.ok(!form.uploads.isKnown());
    assert.ok(field(form, "part").propose("any.gcode"));
});

test("the server's word stands where it belongs, until that is changed", () => {
    const form = formOf([TEXT, {...LEVEL, default: 5}]);
    field(form, "text").value("a");
    form.submit();
    const {callbacks} = started[0];
    const request = new Answer();
    callbacks.onRequest(request);
    form.submit();
    assert.strictEqual(started.length, 1);
    const problems = [
        {argument: "text", message: "is not nice"},
        {argument: "gone", message: "is unknown"}
    ];
    const response = {status: 400, responseJSON: {error: "No.", problems}};
    request.reject(response);
    assert.ok(callbacks.onFailed(response));
    assert.strictEqual(field(form, "text").mistake(), "Is not nice");
    assert.strictEqual(form.alert(), "is unknown");
    assert.deepStrictEqual(focused, ["f_argument_text"]);
    field(form, "text").value("b");
    assert.strictEqual(field(form, "text").mistake(), "");
    form.submit();
    assert.strictEqual(started.length, 2);
    assert.strictEqual(form.alert(), "");
});

test("what is in the way is said before it is run", () => {
    const refusal = page.ko.observable({text: "Not now."});
    const form = formOf([TEXT], {refusal: () => refusal()});
    assert.strictEqual(form.alert(), "Not now.");
    refusal(undefined);
    assert.strictEqual(form.alert(), "");
});

test("a form that was closed leaves it to others to tell", () => {
    const form = formOf([{...TEXT, default: "x"}], {isShown: () => false});
    form.submit();
    assert.ok(!started[0].callbacks.onFailed({status: 500}));
});

test("which keyboard a phone shows", () => {
    const mode = (spec) =>
        field(formOf([{...LEVEL, ...spec}]), "level").attributes().inputmode;
    assert.strictEqual(mode({step: 1}), "numeric");
    assert.strictEqual(mode({}), "decimal");
    // which may have no minus
    assert.strictEqual(mode({min: -1, step: 1}), undefined);
});
