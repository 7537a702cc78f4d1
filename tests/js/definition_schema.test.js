// The editor's forms have the fields, defaults, choices and limits that the server's models
// have: docs/openapi.json is made from these.
"use strict";

const assert = require("node:assert/strict");
const {test} = require("node:test");

const {loadPage} = require("./page");
const {schemas} = require("../../docs/openapi.json").components;

const {SystemCommands} = loadPage([
    "editor/model_fields",
    "editor/definition_form",
    "editor/argument_definition",
    "arguments/value_checks"
]);
const {DefinitionForm, ArgumentDefinition, ValueChecks} = SystemCommands;
const definition = schemas.Definition.properties;
const named = (type) => type[0].toUpperCase() + type.slice(1);
// arrays of the other realm
const plain = (value) => JSON.parse(JSON.stringify(value));

test("a field that is not there shows its default", () => {
    const form = plain(DefinitionForm.toForm({action: "a"}));
    Object.entries(definition).forEach(([name, field]) => {
        if (!("default" in field)) return;
        // what is typed is a text
        const isNumber = typeof field.default === "number";
        const expected = isNumber ? String(field.default) : field.default;
        assert.deepEqual(form[name], expected, name);
    });
});

test("the form takes every choice, and nothing else", () => {
    const chosen = Object.entries(definition).filter(([, field]) => field.enum);
    assert.ok(chosen.length);
    chosen.forEach(([name, field]) => {
        field.enum.filter(Boolean).forEach((choice) => {
            assert.equal(DefinitionForm.toForm({[name]: choice})[name], choice);
        });
        assert.equal(DefinitionForm.toForm({[name]: "other"})[name], field.default ?? "");
    });
});

test("arguments have the same types, fields and limits", () => {
    const types = Object.keys(schemas.Argument.discriminator.mapping);
    assert.deepEqual(plain(ArgumentDefinition.types), types);
    assert.equal(ArgumentDefinition.max, definition.arguments.maxItems);
    types.forEach((type) => {
        const fields = schemas[named(type) + "Argument"].properties;
        // of yes and no, neither is wrong
        const shown = Object.keys(fields).filter(
            (field) => type !== "toggle" || field !== "error"
        );
        assert.deepEqual(
            plain(ArgumentDefinition.fieldsOf(type)).sort(),
            shown.sort(),
            type
        );
        const name = ArgumentDefinition.nameFor("x".repeat(100), type, []);
        assert.equal(name.length, fields.name.maxLength);
        assert.match(name, new RegExp(fields.name.pattern));
    });
});

test("the length of a text is told if it is less than usual", () => {
    const usual = schemas.TextArgument.properties.max_length.default;
    const limits = (length) => ValueChecks.limitsOf({type: "text", max_length: length});
    assert.equal(limits(usual), "");
    assert.notEqual(limits(usual - 1), "");
});
