// The form of a definition, what its folded parts are summed up to, and the entries of
// system.actions beside the list.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {loadPage, plain} = require("./page.js");

let page, onTouch;

beforeEach(() => {
    page = loadPage([
        ...[
            "shared/movable_list",
            "shared/clipboard",
            "editor/model_fields",
            "editor/definition_form"
        ],
        ...["editor/list_row", "editor/interpreters", "editor/variables"],
        ...["editor/choices", "editor/argument_definition", "editor/argument_row"],
        ...["editor/argument_editor", "editor/group_choice", "editor/environment_rows"],
        ...["editor/section_summaries", "editor/system_actions", "editor/command_form"]
    ]);
    page.SystemCommands.DialogFocus = {keepWhileRemoving: (_event, remove) => remove()};
    onTouch = mock.fn();
});

const FULL = {
    action: "full",
    name: "Full",
    command: 'lamp "$SC_COLOR"',
    arguments: [
        {name: "color", type: "text", label: "Color"},
        {name: "level", type: "number", label: "Level", default: 1}
    ],
    groups: ["users", "gone"],
    fresh_credentials: true,
    while_printing: "refuse",
    max_temperature: 50,
    async: true,
    ignore: true,
    timeout: 60,
    when_busy: "queue",
    outlives_server: true,
    working_directory: "/home/pi",
    environment: {TZ: "UTC", LANG: "C"},
    show_output: "always",
    merge_output: true,
    my_field: 1
};
const load = (entry) => {
    const form = new page.SystemCommands.CommandForm(onTouch);
    form.load(entry, true);
    return form;
};
const touched = () => onTouch.mock.calls.map((call) => call.arguments[0]);

test("what is not changed stays as it was written", () => {
    assert.deepStrictEqual(plain(load(FULL).result()), FULL);
    const odd = {action: 5, groups: "users", environment: ["A"], arguments: {x: 1}};
    assert.deepStrictEqual(plain(load(odd).result()), odd);
});

test("a line that is no definition becomes one's command", () => {
    assert.deepStrictEqual(plain(load("echo").result()), {command: "echo"});
    assert.deepStrictEqual(plain(load(["echo"]).result()), {});
});

test("each part tells what was changed in it", () => {
    const form = load(FULL);
    onTouch.mock.resetCalls();
    form.fields.timeout("90");
    form.access.choose("gone", false);
    form.environment.rows()[0].value("CET");
    form.argumentEditor.rows()[0].form.label("Colour");
    assert.deepStrictEqual(touched(), ["timeout", "groups", "environment", "arguments"]);
    const result = plain(form.result());
    assert.strictEqual(result.timeout, 90);
    assert.deepStrictEqual(result.groups, ["users"]);
    assert.deepStrictEqual(result.environment, {TZ: "CET", LANG: "C"});
    assert.strictEqual(result.arguments[0].label, "Colour");
    assert.strictEqual(result.my_field, 1);
});

test("what has no place in the form can be removed", () => {
    const form = load(FULL);
    const [field] = form.leftovers();
    assert.strictEqual(field.name, "my_field");
    form.removeLeftover(field, {});
    assert.ok(!("my_field" in form.result()));
    assert.strictEqual(form.leftovers().length, 0);
    // of the next one nothing is missing
    form.load(FULL, true);
    assert.deepStrictEqual(plain(form.result()), FULL);
});

test("what is set, in words", () => {
    const form = load(FULL);
    const summaries = new page.SystemCommands.SectionSummaries(form.fields, form);
    const texts = () =>
        Object.fromEntries(
            Object.entries(summaries).map(([name, text]) => [name, text()])
        );
    assert.deepStrictEqual(texts(), {
        places: "",
        arguments: "2: Color, Level, not used: $SC_LEVEL",
        access: "users, gone, asks for the password",
        guards: "not during a print, up to 50 °C",
        gcode: "",
        mqtt: "",
        running:
            "nobody waits for its end, may fail, time limit 60 s, one after the other, " +
            "outlives OctoPrint, /home/pi, with TZ, LANG",
        display: "always shows its output, lines in order",
        advanced: "full, 1: my_field"
    });
    form.load({type: "status", mqtt: true, gcode: true}, true);
    assert.deepStrictEqual([texts().mqtt, texts().gcode], ["open", ""]);
    form.load({action: "plain", command: "echo"}, true);
    const {advanced, ...others} = texts();
    assert.strictEqual(advanced, "plain");
    assert.deepStrictEqual([...new Set(Object.values(others))], [""]);
});

test("what another type does without is kept", () => {
    const entry = {action: "a", command: "one", on: "two", state: "three"};
    const form = load(entry);
    form.fields.type("toggle");
    form.fields.off("four");
    assert.deepStrictEqual(plain(form.result()), {...entry, type: "toggle", off: "four"});
    form.fields.type("status");
    form.fields.type("command");
    form.fields.off("");
    assert.deepStrictEqual(plain(form.result()), entry);
});

test("the list of places is the form's own", () => {
    // as Knockout does it when a box is checked
    load({action: "a"}).fields.show_in().push("navbar");
    const form = load({action: "b"});
    assert.deepStrictEqual(plain(form.fields.show_in()), ["menu"]);
    form.fields.show_in().push("sidebar");
    form.fields.show_in.valueHasMutated();
    assert.deepStrictEqual(plain(form.result()).show_in, ["menu", "sidebar"]);
});

test("the arguments of a toggle are looked for in both of its commands", () => {
    const form = load({
        type: "toggle",
        command: 'x "$SC_OLD"',
        on: 'lamp "$SC_COLOR"',
        off: 'lamp "$SC_SPEED"',
        arguments: [{name: "speed", type: "text"}]
    });
    assert.deepStrictEqual(
        plain(form.argumentEditor.missing()).map((one) => one.text),
        ["There is no argument for $SC_COLOR."]
    );
    assert.strictEqual(form.argumentEditor.rows()[0].isUnused(), false);
});

test("what is set of a toggle, in words", () => {
    const form = load({...FULL, type: "toggle", guards: "both", show_in: []});
    const summaries = new page.SystemCommands.SectionSummaries(form.fields, form);
    assert.strictEqual(summaries.places(), "nowhere");
    assert.strictEqual(
        summaries.guards(),
        "not during a print, up to 50 °C, also when switching on"
    );
    form.fields.show_in(["navbar", "sidebar", "menu"]);
    assert.strictEqual(summaries.places(), "System menu, panel, navigation bar");
    form.fields.type("status");
    assert.strictEqual(summaries.guards(), "");
    assert.strictEqual(summaries.running(), "/home/pi, with TZ, LANG");
});

test("what opens it to G-code", () => {
    const entry = {action: "a", gcode: true, gcode_wait: 90, gcode_script: "on_pause"};
    const form = load(entry);
    const summaries = new page.SystemCommands.SectionSummaries(form.fields, form);
    assert.deepStrictEqual(plain(form.leftovers()), []);
    assert.deepStrictEqual(plain(form.result()), entry);
    assert.strictEqual(summaries.gcode(), "open, when it is paused");
    form.fields.gcode_alias("07");
    // in the order of a print, and not in that of the clicks
    form.fields.gcode_script(["on_resume", "before_print"]);
    form.fields.gcode_wait("60");
    assert.deepStrictEqual(plain(form.result()), {
        action: "a",
        gcode: true,
        gcode_alias: 7,
        gcode_script: ["before_print", "on_resume"]
    });
    assert.strictEqual(
        summaries.gcode(),
        "open, OCTO07, before a print, when it resumes"
    );

    // closed, it keeps what it was opened with
    form.fields.gcode(false);
    assert.strictEqual(summaries.gcode(), "");
    assert.strictEqual(form.result().gcode_alias, 7);
    form.fields.gcode(true);
    form.fields.type("status");
    assert.strictEqual(summaries.gcode(), "");
});

test("entries of system.actions go if they were imported and are still here", () => {
    const entries = page.ko.observable([{command: "one"}, "two"]);
    const actions = new page.SystemCommands.SystemActions(entries);
    const response = {
        system_actions: [{command: "one"}, {command: "two"}],
        problems: {system_actions: [[], [{message: "m"}]]}
    };
    actions.accept(response);
    assert.strictEqual(actions.rows()[1].problems().length, 1);
    actions.rows().forEach((row) => row.remove(true));
    assert.deepStrictEqual(plain(actions.indexesToRemove()), [0]);
    // the server's list may be another one by now
    actions.accept({system_actions: [{command: "new"}, {command: "one"}]});
    assert.deepStrictEqual(plain(actions.indexesToRemove()), [1]);
    entries([]);
    assert.deepStrictEqual(plain(actions.indexesToRemove()), []);
    entries([{command: "one"}]);
    actions.keepAll();
    assert.deepStrictEqual(plain(actions.toRemove()), []);
});
