// The command lines of a toggle, which are tested one by one, and what a test of a state says.
"use strict";

const assert = require("node:assert/strict");
const {beforeEach, test} = require("node:test");

const {loadPage} = require("./page.js");

let page, form, view, parts;

beforeEach(() => {
    page = loadPage([
        ...["commands/command", "editor/model_fields", "editor/definition_form"],
        ...["editor/choices", "editor/argument_definition", "editor/switch_parts"]
    ]);
    const {ko} = page;
    form = {type: ko.observable("toggle"), state: ko.observable("")};
    view = {
        run: ko.observable(),
        isActive: ko.observable(false),
        firstLines: ko.observable({}),
        status: ko.observable("the status"),
        icon: ko.observable("the icon")
    };
    parts = new page.SystemCommands.SwitchParts(form, ko.observable(view));
});

test("which part is tested", () => {
    assert.equal(parts.part(), "on");
    form.state("true");
    // asking does no harm
    assert.equal(parts.part(), "state");
    parts.choose("off");
    assert.equal(parts.part(), "off");
    assert.equal(parts.name(), "switch off");
    form.type("status");
    assert.equal(parts.part(), "state");
    assert.equal(parts.name(), "");
    form.type("command");
    assert.equal(parts.part(), undefined);
    form.type("toggle");
    parts.reset();
    assert.equal(parts.part(), "state");
});

test("what a part asks for, and what guards it", () => {
    const entry = {
        action: "light",
        type: "toggle",
        arguments: [{name: "level", type: "number"}],
        while_printing: "confirm",
        max_temperature: 50
    };
    const asked = (part, fields) => {
        parts.choose(part);
        const command = parts.commandOf({...entry, ...fields});
        return [command.arguments.length, command.whilePrinting, command.maxTemperature];
    };
    assert.deepEqual(asked("on"), [1, undefined, undefined]);
    assert.deepEqual(asked("on", {guards: "both"}), [1, "confirm", 50]);
    assert.deepEqual(asked("off"), [1, "confirm", 50]);
    assert.deepEqual(asked("state", {guards: "both"}), [0, undefined, undefined]);
});

test("what a state would be shown as", () => {
    const said = (type, status, exitCode, stdout = "", stderr = "") => {
        form.type(type);
        parts.choose("state");
        view.firstLines({stdout, stderr});
        view.run({status: status, exit_code: exitCode});
        return parts.shownAs().replace("This would be shown as: ", "");
    };
    assert.equal(said("toggle", "succeeded", 0), "On");
    assert.equal(said("toggle", "failed", 1), "Off");
    assert.equal(said("toggle", "succeeded", 1), "Off");
    assert.equal(said("toggle", "failed", 2), "Unknown");
    assert.equal(said("toggle", "failed", null), "Unknown");
    assert.equal(said("toggle", "stopped", 0), "Unknown");
    assert.equal(said("toggle", "timed_out", 1), "Unknown");
    assert.equal(said("toggle", "failed", 1, "4 W"), "Off, with the text: 4 W");
    assert.equal(said("toggle", "failed", 1, "", "No such file"), "Off");
    const unknown = "Unknown, with the text: ";
    assert.equal(
        said("toggle", "failed", 2, "", "No such file"),
        unknown + "No such file"
    );
    assert.equal(said("toggle", "failed", 2, "4 W", "No such file"), unknown + "4 W");
    assert.equal(said("status", "succeeded", 0, "48 °C"), "48 °C");
    assert.equal(said("status", "succeeded", 0, "", "Hot"), "(nothing)");
    assert.equal(said("status", "succeeded", 0), "(nothing)");
    assert.equal(said("status", "failed", 1), "Unknown");
    view.isActive(true);
    assert.equal(parts.shownAs(), "");
});

test("a state that says off has not failed", () => {
    const status = (part, exitCode, hint = null) => {
        parts.choose(part);
        view.run({
            status: exitCode === 0 ? "succeeded" : "failed",
            exit_code: exitCode,
            hint: hint
        });
        return [parts.status(), parts.statusIcon()];
    };
    const answered = ["Answered (exit code 1)", "fas fa-check text-success"];
    const asEver = ["the status", "the icon"];
    assert.deepEqual(status("state", 1), answered);
    assert.deepEqual(status("state", 0), asEver);
    assert.deepEqual(status("state", 2), asEver);
    assert.deepEqual(status("state", 1, "sudo has asked for a password."), asEver);
    assert.deepEqual(status("off", 1), asEver);
    form.type("status");
    assert.deepEqual(status("state", 1), asEver);
    view.run(undefined);
    assert.deepEqual([parts.status(), parts.statusIcon()], asEver);
});

test("whose exit code is no failure", () => {
    const entry = {action: "light", type: "toggle"};
    const isIgnored = (part) => {
        parts.choose(part);
        return !!parts.commandOf(entry).ignore;
    };
    assert.deepEqual(["on", "off", "state"].map(isIgnored), [false, false, true]);
    entry.ignore = true;
    assert.equal(isIgnored("on"), true);
});

test("nothing is said after a test that is none of a state", () => {
    view.run({status: "succeeded", exit_code: 0});
    ["on", "off"].forEach((part) => {
        parts.choose(part);
        assert.equal(parts.shownAs(), "");
    });
    parts.choose("state");
    assert.equal(parts.shownAs(), "This would be shown as: On");
});
