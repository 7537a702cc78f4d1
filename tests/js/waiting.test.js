// What pending runs wait for, in words, by the server's clock.
"use strict";

const assert = require("node:assert");
const {beforeEach, test} = require("node:test");

const {loadPage, plain} = require("./page.js");

const START = Date.UTC(2026, 2, 1, 12);

let now, Waiting;

const dueIn = (seconds) => new Date(START + seconds * 1000).toISOString();
const answeredAt = (time) => ({
    getResponseHeader: (name) => name === "Date" && new Date(time).toUTCString()
});

beforeEach(() => {
    now = START;
    const Clock = class extends Date {
        static now = () => now;
    };
    const page = loadPage(["runs/waiting"], {Date: Clock});
    Waiting = page.SystemCommands.Waiting;
});

test("the countdown", () => {
    const texts = [0.2, 41, 60, 581, 3600, 7384, 90000].map((seconds) =>
        Waiting.text({due_at: dueIn(seconds)})
    );
    assert.deepStrictEqual(texts, [
        ...["in 0:01", "in 0:41", "in 1:00", "in 9:41"],
        ...["in 1:00:00", "in 2:03:04", "in 25:00:00"]
    ]);
    now += 1000;
    assert.strictEqual(Waiting.text({due_at: dueIn(41)}), "in 0:40");
});

test("what it waits for", () => {
    const what = "the printer to cool down to 50 °C";
    const text = (due_at, waits_for) => Waiting.text({due_at, waits_for});
    assert.strictEqual(
        text(dueIn(60), what),
        "in 1:00 at the earliest, waits for " + what
    );
    for (const due of [dueIn(0), dueIn(-60), null]) {
        assert.strictEqual(text(due, what), "waits for " + what);
    }
    assert.strictEqual(text(dueIn(-60), null), "in a moment");
    assert.strictEqual(text(null, null), "waits");
});

test("the server's clock counts", () => {
    const run = {due_at: dueIn(60)};
    // it is ten minutes ahead here
    now = START + 600e3;
    assert.strictEqual(Waiting.secondsLeft(run), 0);
    Waiting.learnTime(answeredAt(START));
    assert.strictEqual(Waiting.secondsLeft(run), 60);
});

test("the countdown does not jump with each answer", () => {
    const run = {due_at: dueIn(60)};
    Waiting.learnTime(answeredAt(START));
    Waiting.learnTime(answeredAt(START - 999));
    assert.strictEqual(Waiting.secondsLeft(run), 60);
});

test("answers that do not tell the time", () => {
    Waiting.learnTime(undefined);
    Waiting.learnTime({getResponseHeader: () => null});
    Waiting.learnTime({getResponseHeader: () => "soon"});
    assert.strictEqual(Waiting.secondsLeft({due_at: dueIn(60)}), 60);
});

test("what is due next comes first", () => {
    const runs = [{id: "a"}, {id: "b", due_at: dueIn(60)}, {id: "c", due_at: dueIn(5)}];
    const ids = plain(Waiting.sort(runs)).map((run) => run.id);
    assert.deepStrictEqual(ids, ["c", "b", "a"]);
});
