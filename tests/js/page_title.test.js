// What the page's title says of runs that end while nobody looks.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {loadPage} = require("./page.js");

const RUN = {name: "One", status: "succeeded", duration: 1};

let document, events, page, observe;

beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({apis: ["setTimeout"]});
    events = {};
    let observing;
    document = {hidden: true, hasFocus: () => false, head: {}, title: "OctoPrint"};
    observe = () => observing && observing();
    page = loadPage(["commands/command", "runs/run_format", "runs/page_title"], {
        document,
        $: (what) =>
            typeof what === "function"
                ? what()
                : {on: (name, then) => (events[name] = then)},
        MutationObserver: function (then) {
            this.observe = () => (observing = then);
            this.disconnect = () => (observing = undefined);
            this.takeRecords = () => {};
        }
    });
});

const write = (title) => {
    document.title = title;
    observe();
    mock.timers.tick(1000);
};
const look = () => {
    document.hidden = false;
    events.visibilitychange();
};

test("until somebody looks", () => {
    page.SystemCommands.PageTitle(RUN);
    assert.strictEqual(document.title, "✔ One – OctoPrint");
    look();
    assert.strictEqual(document.title, "OctoPrint");
});

test("not for somebody who looks, unless it took long beside other work", () => {
    document.hidden = false;
    page.SystemCommands.PageTitle(RUN);
    assert.strictEqual(document.title, "OctoPrint");
    page.SystemCommands.PageTitle({...RUN, duration: 5});
    assert.strictEqual(document.title, "✔ One – OctoPrint");
});

test("what failed is not hidden by what succeeds after it", () => {
    page.SystemCommands.PageTitle({...RUN, name: "Two", status: "failed"});
    page.SystemCommands.PageTitle(RUN);
    assert.strictEqual(document.title, "✘ Two: Failed – OctoPrint");
    page.SystemCommands.PageTitle({...RUN, status: "timed_out"});
    assert.strictEqual(document.title, "✘ One: Timed out – OctoPrint");
});

test("what others write there stays", () => {
    page.SystemCommands.PageTitle(RUN);
    write("[50%] OctoPrint");
    assert.strictEqual(document.title, "✔ One – [50%] OctoPrint");
    look();
    assert.strictEqual(document.title, "[50%] OctoPrint");
});

test("others may put theirs before it", () => {
    page.SystemCommands.PageTitle(RUN);
    write("(1) " + document.title);
    assert.strictEqual(document.title, "(1) ✔ One – OctoPrint");
    look();
    assert.strictEqual(document.title, "(1) OctoPrint");
});

test("nobody fights with who puts a title back each time", () => {
    page.SystemCommands.PageTitle(RUN);
    let count = 0;
    let title = "Mine";
    Object.defineProperty(document, "title", {
        get: () => title,
        set: () => {
            count++;
            title = "Mine";
            observe();
        }
    });
    observe();
    mock.timers.tick(499);
    assert.strictEqual(count, 0);
    mock.timers.tick(1000);
    assert.ok(count <= 3);
});
