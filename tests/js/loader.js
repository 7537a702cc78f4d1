// Loads the plugin's scripts as the page does: one after the other, into one global scope.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const PACKAGE = path.join(__dirname, "..", "..", "octoprint_systemcommands");

// what the terminal is made of, without the part that needs a page
const TERMINAL = [
    ..."ansi colors columns line position frames sequences cursor screen".split(" "),
    ..."percent streams".split(" ")
];

// in the order in which __init__.py lists them
const inOrder = (names) => {
    const source = fs.readFileSync(path.join(PACKAGE, "__init__.py"), "utf8");
    const list = source.match(/"js": \[[^]*?for name in \(([^]*?)\)/)[1];
    const all = [...list.matchAll(/"(\w+)"/g)].map((match) => match[1]);
    const unknown = names.filter((name) => !all.includes(name));
    if (unknown.length) throw new Error("no such scripts: " + unknown);
    return all.filter((name) => names.includes(name));
};

// globals: what the page has that the scripts need, e.g. {Intl: undefined}
exports.load = (globals = {}, names = TERMINAL) => {
    const context = vm.createContext({Intl, ...globals});
    context.window = context;
    inOrder(names).forEach((name) => {
        const file = path.join(PACKAGE, "static", "js", `systemcommands_${name}.js`);
        vm.runInContext(fs.readFileSync(file, "utf8"), context, {filename: file});
    });
    return context;
};

const page = exports.load();

// What the terminal shows of these chunks: texts of stdout, or {stream, text}, or
// {dropped} for a gap.
exports.show = (chunks, scripts = page) => {
    const progress = [];
    const screen = new scripts.SystemCommandsScreen(
        5000,
        100,
        () => {},
        () => {}
    );
    const streams = new scripts.SystemCommandsStreams(screen, (one) => {
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
