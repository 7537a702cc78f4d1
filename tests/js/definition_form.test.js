// Definitions as they stand in the file: into the form and back, and what lists say of them.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage, plain} = require("./page.js");

const page = loadPage([
    ...["commands/command", "editor/model_fields", "editor/definition_form"],
    ...["editor/choices", "editor/argument_definition"]
]);
const {DefinitionForm} = page.SystemCommands;

const same = (actual, expected) => assert.deepStrictEqual(plain(actual), expected);
// what becomes of an entry when these fields of the form are changed
const edit = (entry, changes) => {
    const before = DefinitionForm.toForm(entry);
    return DefinitionForm.fromForm(entry, before, {...before, ...changes});
};

const FULL = {
    action: "full",
    name: "Full",
    command: "echo",
    confirm: "Sure?",
    timeout: 60,
    max_temperature: 50.5,
    while_printing: "refuse",
    groups: ["users", 5],
    environment: {TZ: "UTC", N: 1},
    arguments: [{name: "x", type: "text"}],
    async: true,
    my_field: {a: 1}
};

test("what is not changed stays as it was written", () => {
    same(edit(FULL, {}), FULL);
    const odd = {action: 5, name: null, timeout: "60", async: "yes", confirm: false};
    same(edit(odd, {}), odd);
    same(edit(odd, {command: "x"}), {...odd, command: "x"});
});

test("what is changed", () => {
    same(edit(FULL, {timeout: "90", name: "New", async: false}), {
        ...Object.fromEntries(Object.entries(FULL).filter(([name]) => name !== "async")),
        timeout: 90,
        name: "New"
    });
    same(edit({action: "a"}, {while_printing: "confirm", async: true}), {
        action: "a",
        while_printing: "confirm",
        async: true
    });
    // the server has something to say about that
    same(edit({}, {timeout: "1 min"}), {timeout: "1 min"});
    same(edit({}, {environment: [{name: "A", value: "1"}]}), {environment: {A: "1"}});
});

test("what is as usual is not written down", () => {
    const entry = {action: "a", timeout: 5, group: "G", environment: {A: "1"}};
    same(edit(entry, {timeout: "", group: "", environment: []}), {action: "a"});
});

test("what the form shows of it", () => {
    const form = DefinitionForm.toForm(FULL);
    assert.strictEqual(form.timeout, "60");
    assert.strictEqual(form.show_output, "on_failure");
    same(form.environment, [
        {name: "TZ", value: "UTC"},
        {name: "N", value: "1"}
    ]);
    same(DefinitionForm.toForm("echo"), plain(DefinitionForm.toForm({})));
});

test("what the form has no place for", () => {
    same(DefinitionForm.leftovers(FULL), [{name: "my_field", value: '{"a":1}'}]);
    const odd = {
        action: "a",
        groups: "users",
        arguments: {x: 1},
        environment: ["A"],
        when_busy: "later",
        async: "yes",
        timeout: [5],
        note: "text"
    };
    same(
        DefinitionForm.leftovers(odd).map((field) => field.name),
        Object.keys(odd).slice(1)
    );
    assert.strictEqual(DefinitionForm.leftovers(odd)[6].value, "text");
    same(DefinitionForm.leftovers("echo"), []);
    same(DefinitionForm.leftovers({confirm: false, name: null}), []);
});

test("names and actions", () => {
    assert.strictEqual(DefinitionForm.nameOf(FULL), "Full");
    assert.strictEqual(DefinitionForm.nameOf({name: "", action: "a"}), "a");
    assert.strictEqual(DefinitionForm.nameOf({action: "divider"}), "Divider");
    assert.strictEqual(DefinitionForm.nameOf({name: ["x"], action: 5}), "5");
    assert.strictEqual(DefinitionForm.nameOf("echo"), '"echo"');
    assert.strictEqual(DefinitionForm.nameOf({x: "y".repeat(100)}).length, 80);
    assert.strictEqual(DefinitionForm.actionOf({action: 5}), "5");
    assert.strictEqual(DefinitionForm.actionOf({action: "divider"}), undefined);
    assert.strictEqual(DefinitionForm.actionOf({action: []}), undefined);
    assert.strictEqual(DefinitionForm.actionOf(null), undefined);
});

test("where a problem is", () => {
    const entry = {arguments: [{name: "level"}, {type: "text"}]};
    const place = (...path) => DefinitionForm.placeOf(entry, {path});
    assert.strictEqual(place("arguments", 0, "max"), "arguments › level › max");
    assert.strictEqual(place("arguments", 1, "name"), "arguments › 2 › name");
    assert.strictEqual(DefinitionForm.placeOf(entry, {field: "timeout"}), "timeout");
    assert.strictEqual(DefinitionForm.placeOf(entry, {}), "");
});

test("icons, as people copy them", () => {
    const icons = ["camera", "fas fa-camera", "FA-Camera", 5, "<b>", "", undefined, []];
    same(
        icons.map((icon) => DefinitionForm.iconOf(icon) || null),
        ["camera", "camera", "camera", "5", null, null, null, null]
    );
});

test("what a list says of it at a glance", () => {
    const texts = (entry) =>
        plain(DefinitionForm.signsOf(entry)).map((sign) => sign.text);
    same(texts({...FULL, groups: ["users"]}), [
        ...["Asks for arguments", "Open to user groups"],
        ...["Refused during a print", "Refused above 50.5 °C"]
    ]);
    same(texts({while_printing: "confirm", groups: [], arguments: "x"}), [
        "Asks during a print"
    ]);
    same(texts({gcode: true, gcode_alias: 3}), ["Open to G-code"]);
    same(texts({gcode: false, gcode_alias: 3}), []);
    same(texts({type: "status", gcode: true}), ["Status"]);
    same(texts({type: "status", mqtt: true}), ["Status", "Open to MQTT"]);
    same(texts({mqtt: "yes"}), []);
    same(texts("echo"), []);
});

const LIGHT = {
    action: "light",
    name: "Light",
    type: "toggle",
    on: "lamp 1",
    off: "lamp 0",
    command: "kept",
    while_printing: "refuse",
    max_temperature: 50,
    show_in: ["menu", "sidebar", "navbar"]
};

test("each type has its fields", () => {
    const unused = (type) =>
        plain(DefinitionForm.fields).filter((field) => !DefinitionForm.uses(type, field));
    const ofToggles = ["on", "off", "state", "every", "state_timeout", "guards"];
    same(unused("command").sort(), [...ofToggles].sort());
    same(unused("toggle"), ["command"]);
    const ofStatus = DefinitionForm.fields.filter((field) =>
        DefinitionForm.uses("status", field)
    );
    same(plain(ofStatus).sort(), [
        ...["action", "color", "description", "environment", "every", "group", "groups"],
        ...["icon", "mqtt", "name", "show_in", "state", "state_timeout", "type"],
        "working_directory"
    ]);
    same(
        [LIGHT, {type: "status"}, {type: "lamp"}, {}, "echo", {type: "toString"}].map(
            DefinitionForm.typeOf
        ),
        ["toggle", "status", "command", "command", "command", "command"]
    );
});

test("where it stands is written in one order, and not at all if it is as usual", () => {
    same(DefinitionForm.toForm({}).show_in, ["menu"]);
    same(edit({action: "a"}, {show_in: ["navbar", "menu"]}), {
        action: "a",
        show_in: ["menu", "navbar"]
    });
    same(edit({action: "a"}, {show_in: []}), {action: "a", show_in: []});
    same(edit({show_in: ["sidebar"]}, {show_in: ["menu"]}), {});
    // as it was written, in whichever order, or as a text
    for (const show_in of [["navbar", "menu"], "sidebar", ["roof"]]) {
        same(edit({show_in}, {}), {show_in});
    }
    same(DefinitionForm.toForm({show_in: "sidebar"}).show_in, ["sidebar"]);
    same(DefinitionForm.leftovers({show_in: ["roof"]}), [
        {name: "show_in", value: '["roof"]'}
    ]);
});

test("a number that has a default may be emptied", () => {
    same(DefinitionForm.toForm({}).every, "30");
    same(edit({every: 5}, {every: ""}), {});
    same(edit({every: 5}, {every: "30"}), {});
    same(edit({}, {every: "2.5"}), {every: 2.5});
});

test("rules may switch a toggle either way, and have nothing to do with a status", () => {
    const runnable = (entry) =>
        plain(DefinitionForm.toRunnable(entry)).map((command) => [
            command.key,
            command.name,
            command.whilePrinting,
            command.maxTemperature
        ]);
    same(runnable(LIGHT), [
        // what guards switching off does not guard switching on
        ["custom/light:on", "Light: switch on", null, null],
        ["custom/light:off", "Light: switch off", "refuse", 50],
        ["custom/light", "Light: toggle", "refuse", 50]
    ]);
    same(runnable({...LIGHT, guards: "both"})[0].slice(2), ["refuse", 50]);
    same(runnable({action: "a", type: "status", state: "x"}), []);
    same(runnable({action: "a", while_printing: "confirm"}), [
        ["custom/a", "a", "confirm", null]
    ]);
    same(DefinitionForm.switched("a:b:on"), {base: "a:b", to: "on"});
    same(plain(DefinitionForm.switched("light")).base, "light");
    same(plain(DefinitionForm.switched(":on")).base, ":on");
});

test("what a list says of toggles and statuses", () => {
    const texts = (entry) =>
        plain(DefinitionForm.signsOf(entry)).map((sign) => sign.text);
    same(texts(LIGHT), [
        ...["Toggle", "In the panel", "In the navigation bar"],
        ...["Refused during a print", "Refused above 50 °C"]
    ]);
    // what a status does without is no sign of it
    same(texts({...LIGHT, type: "status", arguments: [{}], show_in: []}), [
        "Status",
        "Not to be seen"
    ]);
});
