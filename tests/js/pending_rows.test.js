// What is pending, as the bar shows it.
"use strict";

const assert = require("node:assert");
const {beforeEach, test} = require("node:test");
const ko = require("knockout");

const {loadPage} = require("./page.js");

const NAMES = ["commands/command", "runs/run_format"];
const START = Date.UTC(2026, 2, 1, 12);

let bar, now, tick;

const pending = (id, seconds, more) => ({
    id,
    name: "Run " + id,
    status: "pending",
    due_at: new Date(START + seconds * 1000).toISOString(),
    ...more
});
const texts = () => bar.rows().map((row) => row.name() + " " + row.text());

beforeEach(() => {
    now = START;
    const Clock = class extends Date {
        static now = () => now;
    };
    const page = loadPage([...NAMES, "runs/waiting", "runs/pending_rows"], {
        Date: Clock,
        ko
    });
    const clock = ko.observable();
    tick = (seconds) => {
        now += seconds * 1000;
        clock.valueHasMutated();
    };
    bar = new page.SystemCommands.PendingRows(clock, 3);
});

test("nothing at first", () => {
    bar.update([]);
    assert.strictEqual(texts().length, 0);
    assert.strictEqual(bar.more(), 0);
    assert.strictEqual(bar.news(), "");
});

test("those that are due next, and how many more", () => {
    bar.update(["a", "b", "c", "d", "e"].map((id, index) => pending(id, 60 - index)));
    assert.deepStrictEqual(texts(), ["Run e in 0:56", "Run d in 0:57", "Run c in 0:58"]);
    assert.strictEqual(bar.more(), 2);
});

test("they count down", () => {
    bar.update([pending("a", 10)]);
    tick(1);
    assert.deepStrictEqual(texts(), ["Run a in 0:09"]);
    tick(9);
    assert.deepStrictEqual(texts(), ["Run a in a moment"]);
});

test("rows stay the same while their run changes", () => {
    bar.update([pending("a", 10), pending("b", 20)]);
    const [, row] = bar.rows();
    bar.update([pending("b", 30)]);
    assert.strictEqual(bar.rows()[0], row);
    assert.strictEqual(row.text(), "in 0:30");
    let changes = 0;
    bar.rows.subscribe(() => changes++);
    bar.update([pending("b", 40)]);
    assert.strictEqual(changes, 0);
});

test("what is new is read out once, and not each second", () => {
    const told = [];
    bar.news.subscribe((news) => told.push(news));
    bar.update([pending("a", 10)]);
    tick(1);
    bar.update([pending("a", 10), pending("b", 20)]);
    tick(1);
    bar.update([pending("b", 20)]);
    assert.deepStrictEqual(told, ["Run a in 0:10", "Run b in 0:19"]);
    // it waits for something else
    bar.update([pending("b", 20, {waits_for: "the sun"})]);
    assert.strictEqual(told.length, 3);
});
