// Commands and rules, which are loaded and saved together.
"use strict";

const assert = require("node:assert/strict");
const {beforeEach, mock, test} = require("node:test");

const {loadPage} = require("./page.js");

let page, list, rules, drafts, saved;

// what of a draft the others use
const draftOf = (name) => {
    const {ko} = page;
    const draft = {
        state: ko.observable("ready"),
        isDirty: ko.observable(false),
        isSaving: ko.observable(false),
        newer: ko.observable(),
        kept: ko.observable(),
        error: ko.observable(),
        events: new ko.subscribable(),
        load: mock.fn(),
        discard: mock.fn(),
        requests: {refreshes: new ko.subscribable()}
    };
    draft.isReady = ko.pureComputed(() => draft.state() === "ready");
    draft.canSave = ko.pureComputed(() => draft.isDirty() && !draft.isSaving());
    draft.save = () => {
        saved.push(name);
        draft.isSaving(true);
    };
    draft.end = (isSaved) => {
        draft.isSaving(false);
        if (!isSaved) return;
        draft.isDirty(false);
        draft.events.notifySubscribers("saved");
    };
    return draft;
};

beforeEach(() => {
    page = loadPage(["editor/drafts"]);
    saved = [];
    list = draftOf("commands");
    rules = draftOf("rules");
    drafts = page.viewModel(list, rules);
});

test("commands are saved first, as rules run them", () => {
    list.isDirty(true);
    rules.isDirty(true);
    drafts.save();
    assert.deepEqual(saved, ["commands"]);
    // a second click changes nothing
    drafts.save();
    assert.equal(drafts.canSave(), false);
    list.end(true);
    assert.deepEqual(saved, ["commands", "rules"]);
    assert.equal(drafts.isSaving(), true);
    rules.end(true);
    assert.equal(drafts.isDirty(), false);
    assert.equal(drafts.isSaving(), false);
});

test("rules that are changed alone are saved alone", () => {
    rules.isDirty(true);
    drafts.save();
    assert.deepEqual(saved, ["rules"]);
    rules.end(true);
    // and by nobody else's saving
    rules.isDirty(true);
    list.events.notifySubscribers("saved");
    assert.deepEqual(saved, ["rules"]);
});

test("rules wait until it is decided whose commands count", () => {
    list.isDirty(true);
    rules.isDirty(true);
    drafts.save();
    list.end(false);
    assert.deepEqual(saved, ["commands"]);
    assert.equal(drafts.isDirty(), true);
    // "Keep mine"
    list.save();
    list.end(true);
    assert.deepEqual(saved, ["commands", "commands", "rules"]);
});

test("of both it is told what there is to tell", () => {
    assert.equal(drafts.error(), "");
    list.error("The commands.");
    rules.error("The rules.");
    assert.equal(drafts.error(), "The commands.\nThe rules.");
    rules.state("failed");
    assert.equal(drafts.error(), "The commands.");
    assert.equal(drafts.withNewer(), undefined);
    rules.newer({});
    assert.equal(drafts.withNewer(), rules);
    list.newer({});
    assert.equal(drafts.withNewer(), list);

    const events = [];
    drafts.onEvents((draft, event) => events.push([draft === rules, event]));
    rules.events.notifySubscribers("replaced");
    assert.deepEqual(events, [[true, "replaced"]]);
});

test("what is not changed is not discarded", () => {
    rules.isDirty(true);
    drafts.discard();
    assert.equal(rules.discard.mock.callCount(), 1);
    assert.equal(list.discard.mock.callCount(), 0);
});

test("rules that wanted a password are there when it has been entered", () => {
    list.requests.refreshes.notifySubscribers();
    assert.equal(rules.load.mock.callCount(), 0);
    rules.state("locked");
    list.requests.refreshes.notifySubscribers();
    assert.equal(rules.load.mock.callCount(), 1);
});
