// What the page knows of runs that have not ended.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");
const ko = require("knockout");

const {Answer, loadPage, plain} = require("./page.js");

let answers, runs;

const run = (id, status, more) => ({
    ...{id, status, source: "custom", action: "off", name: "Off", trigger: "event"},
    ...more
});
const push = (...changed) =>
    runs.onDataUpdaterPluginMessage("systemcommands", {type: "runs", runs: changed});
const ids = (list) => plain(list()).map((one) => one.id);

// answers the oldest question, which has to be there by then
const answer = (...found) => {
    mock.timers.tick(1100);
    answers.shift().resolve({runs: found}, "success", {getResponseHeader: () => null});
};

beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
    answers = [];
    const getRuns = () => {
        answers.push(new Answer());
        return answers[answers.length - 1];
    };
    const page = loadPage(
        ["commands/command", "runs/run_format", "runs/waiting", "runs/run_store"],
        {OctoPrint: {plugins: {systemcommands: {getRuns}}}}
    );
    runs = page.viewModel({mayWatch: () => true, refreshes: new ko.subscribable()});
});

test("what is pending is none of those that go on", () => {
    push({id: "a", status: "pending"}, {id: "b", status: "running"});
    answer(run("b", "running"), run("a", "pending", {due_at: "2026-03-01T12:00:00Z"}));
    assert.deepStrictEqual(ids(runs.active), ["b"]);
    assert.deepStrictEqual(ids(runs.pending), ["a"]);
    assert.strictEqual(runs.pending()[0].due_at, "2026-03-01T12:00:00Z");
    const off = {key: "custom/off"};
    assert.strictEqual(runs.activeOf(off).length, 1);
    assert.strictEqual(runs.pendingOf(off)[0].id, "a");

    push({id: "a", status: "starting"});
    assert.deepStrictEqual(ids(runs.pending), []);
    assert.deepStrictEqual(ids(runs.active), ["a", "b"]);
    push({id: "a", status: "succeeded"});
    assert.deepStrictEqual(ids(runs.active), ["b"]);
});

test("what is told of it again waits for something else", () => {
    push({id: "a", status: "pending"});
    answer(run("a", "pending", {due_at: "2026-03-01T12:00:00Z"}));
    push({id: "a", status: "pending"});
    answer(run("a", "pending", {waits_for: "the sun"}));
    assert.strictEqual(runs.pending()[0].waits_for, "the sun");
    mock.timers.tick(60e3);
    assert.strictEqual(answers.length, 0);
});

test("it counts the seconds only as long as something is pending", () => {
    let told = 0;
    runs.now.subscribe(() => told++);
    mock.timers.tick(10e3);
    assert.strictEqual(told, 0);
    push({id: "a", status: "pending"});
    answer(run("a", "pending"));
    mock.timers.tick(3000);
    assert.strictEqual(told, 3);
    push({id: "a", status: "stopped"});
    mock.timers.tick(10e3);
    assert.strictEqual(told, 3);
});
