// Loads the plugin's scripts as the page does: one after the other, into one global scope.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const {unused} = require("../values.json");

const PACKAGE = path.join(__dirname, "..", "..", "octoprint_systemcommands");

// what the terminal is made of, without the part that needs a page
const TERMINAL = [
    ..."ansi_parser text_style columns line position frames sequences cursor".split(" "),
    ..."screen percent streams".split(" ")
].map((name) => "terminal/" + name);

// all scripts, as folder/name, in the order in which assets.py lists them
const all = (() => {
    const source = fs.readFileSync(path.join(PACKAGE, "assets.py"), "utf8");
    const folders = source.matchAll(/^ {4}"(\w+)": \(([^)]*)\),$/gm);
    return [...folders].flatMap(([, folder, names]) =>
        [...names.matchAll(/"(\w+)"/g)].map((match) => `${folder}/${match[1]}`)
    );
})();

exports.all = all;

// what the settings page has from the server's models, as docs/openapi.json has it, and
// tests/values.json
const getElementById = (id) => {
    if (id !== "systemcommands_model_fields") return null;
    const {schemas} = require("../../docs/openapi.json").components;
    const fieldsOf = ({properties}) =>
        Object.entries(properties).map(([name, field]) => ({name, ...field}));
    const types = Object.entries(schemas.Argument.discriminator.mapping);
    const fields = {
        definition: fieldsOf(schemas.Definition),
        arguments: types.map(([type, reference]) => ({
            type,
            fields: fieldsOf(schemas[reference.split("/").pop()])
        })),
        unused: Object.entries(unused).map(([type, names]) => ({type, fields: names}))
    };
    return {textContent: JSON.stringify(fields)};
};

// names: folder/name of the scripts that are wanted, in any order; globals: what the page has
// that they need, e.g. {Intl: undefined}
exports.load = (names = TERMINAL, globals = {}) => {
    const unknown = names.filter((name) => !all.includes(name));
    if (unknown.length) throw new Error("no such scripts: " + unknown);
    const document = {addEventListener: () => {}, getElementById};
    const context = vm.createContext({Intl, document, ...globals});
    context.window = context;
    all.filter((name) => name === "shared/namespace" || names.includes(name)).forEach(
        (name) => {
            const file = path.join(PACKAGE, "static", "js", name + ".js");
            vm.runInContext(fs.readFileSync(file, "utf8"), context, {filename: file});
        }
    );
    return context;
};

const page = exports.load();

// What the terminal shows of these chunks: texts of stdout, or {stream, text}, or
// {dropped} for a gap.
exports.show = (chunks, scripts = page) => {
    const progress = [];
    const screen = new scripts.SystemCommands.Screen(
        5000,
        100,
        () => {},
        () => {}
    );
    const streams = new scripts.SystemCommands.Streams(screen, (one) => {
        progress.push([one.state, one.value ?? null]);
    });
    chunks.forEach((chunk) => {
        if (chunk.dropped) {
            streams.skip("gap");
        } else {
            streams.read(chunk.stream ? chunk : {stream: "stdout", text: chunk});
        }
    });
    streams.showPending();
    return {
        // an array of this scope, not of the page's
        lines: Array.from(screen.lines, (line) => line.note || line.text),
        text: screen.text(),
        progress: progress,
        screen: screen
    };
};

exports.page = page;
