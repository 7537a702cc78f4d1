// The plugin's scripts with the libraries of OctoPrint's page, but without its elements.
"use strict";

const {load} = require("./loader.js");

// the functions of node's timers and clock, which a test may replace
const TIMERS = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"];

// names: folder/name of the scripts that are wanted; globals: what else the page has
exports.loadPage = (names, globals = {}) => {
    // each page has its own, since it may be told of other languages, times and so on
    const lodash = require("lodash").runInContext();
    lodash.mixin({sprintf: require("sprintf-js").sprintf});
    const viewModels = [];
    const ready = (then) => typeof then === "function" && then();
    const page = load(names, {
        _: lodash,
        $: ready,
        ko: require("knockout"),
        moment: require("moment"),
        gettext: (text) => text,
        formatSize: (bytes) => bytes + " bytes",
        performance: {now: () => Date.now()},
        URL,
        ...Object.fromEntries(
            TIMERS.map((name) => [name, (...all) => global[name](...all)])
        ),
        OCTOPRINT_VIEWMODELS: viewModels,
        OctoPrint: {plugins: {systemcommands: {}}},
        ...globals
    });
    // the one view model of a script
    page.viewModel = (...parameters) => new viewModels[0].construct(parameters);
    return page;
};

// An answer of the server that the test gives when it wants: resolve(…) or reject(…). It is
// as jQuery's promises are, which call back at once.
exports.Answer = function () {
    const waiting = [];
    let settled;
    const run = ([kind, then]) => {
        if (kind === "always" || kind === settled.kind) then(...settled.values);
    };
    const settle = (kind, values) => {
        settled = {kind, values};
        waiting.forEach(run);
    };
    ["done", "fail", "always"].forEach((kind) => {
        this[kind] = (then) => {
            if (settled) run([kind, then]);
            else waiting.push([kind, then]);
            return this;
        };
    });
    this.resolve = (...values) => settle("done", values);
    this.reject = (...values) => settle("fail", values);
};

// values of the page's context as ones of the test's: arrays of another context differ
exports.plain = (value) =>
    value === undefined ? undefined : JSON.parse(JSON.stringify(value));
