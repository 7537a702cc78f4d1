// When the server is asked for a run and its output, and what is made of the answers.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {Answer, loadPage} = require("./page.js");

const RUNNING = {id: "1", status: "running"};
const ENDED = {id: "1", status: "succeeded"};

let asked, terminal, onRun, onFailed, follower;

beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
    asked = [];
    const ask = (kind) => (id, offset) => {
        const answer = new Answer();
        asked.push({kind, id, offset, answer});
        return answer;
    };
    const page = loadPage(["runs/run_format", "runs/run_follower"], {
        OctoPrint: {
            plugins: {systemcommands: {getRun: ask("run"), getOutput: ask("output")}}
        }
    });
    terminal = {isIdle: () => true, reset: mock.fn(), write: mock.fn()};
    [onRun, onFailed] = [mock.fn(), mock.fn()];
    follower = new page.SystemCommands.RunFollower(terminal, {onRun, onFailed});
});

const kinds = () => asked.map((one) => one.kind).join();
// the answers to what was asked last of a kind
const answer = (kind, ...values) => {
    const last = asked.filter((one) => one.kind === kind).pop();
    last.answer.resolve(...values);
};
const output = (next, finished, chunks = [{stream: "stdout", text: "x"}]) =>
    answer("output", {next, finished, chunks});

test("both are asked for at once", () => {
    follower.start("1");
    assert.strictEqual(kinds(), "run,output");
    assert.deepStrictEqual([asked[1].id, asked[1].offset], ["1", 0]);
    answer("run", RUNNING);
    output(7, false);
    assert.strictEqual(onRun.mock.calls[0].arguments[0], RUNNING);
    assert.strictEqual(terminal.write.mock.callCount(), 1);
    assert.ok(!follower.isComplete());
});

test("news of it lead to questions, one of a kind at a time", () => {
    follower.start("1");
    answer("run", RUNNING);
    asked.length = 1;
    follower.onChange(RUNNING);
    follower.onChange(RUNNING);
    // the first one for its output has no answer yet
    assert.strictEqual(kinds(), "run");
});

test("what is asked for meanwhile is asked once, after the answer", () => {
    follower.start("1");
    answer("run", RUNNING);
    follower.onChange(RUNNING);
    follower.onChange(RUNNING);
    assert.strictEqual(kinds(), "run,output");
    output(7, false);
    assert.strictEqual(kinds(), "run,output,output");
    assert.strictEqual(asked[2].offset, 7);
});

test("the run itself is asked for when its status is another one, or after a second", () => {
    follower.start("1");
    answer("run", RUNNING);
    output(7, false);
    follower.onChange(RUNNING);
    output(8, false);
    assert.strictEqual(kinds(), "run,output,output");
    mock.timers.tick(1001);
    follower.onChange(RUNNING);
    assert.strictEqual(kinds(), "run,output,output,output,run");
    answer("run", RUNNING);
    output(9, false);
    follower.onChange(ENDED);
    assert.strictEqual(kinds(), "run,output,output,output,run,output,run");
});

test("news of others are none", () => {
    follower.start("1");
    follower.onChange({id: "2", status: "running"});
    assert.strictEqual(kinds(), "run,output");
});

test("without news there is a question now and then, until all is there", () => {
    follower.start("1");
    answer("run", RUNNING);
    output(7, false);
    mock.timers.tick(5000);
    assert.strictEqual(kinds(), "run,output,run,output");
    answer("run", ENDED);
    output(8, true);
    assert.ok(follower.isComplete());
    mock.timers.tick(20000);
    assert.strictEqual(kinds(), "run,output,run,output");
});

test("an output that is complete is not asked for any more", () => {
    follower.start("1");
    answer("run", RUNNING);
    output(7, true);
    assert.ok(!follower.isComplete());
    follower.onChange(ENDED);
    assert.strictEqual(kinds(), "run,output,run");
    answer("run", ENDED);
    assert.ok(follower.isComplete());
});

test("a terminal that has something to do gets no more before it is through", () => {
    follower.start("1");
    answer("run", RUNNING);
    output(7, false);
    terminal.isIdle = () => false;
    follower.onChange(RUNNING);
    assert.strictEqual(kinds(), "run,output");
    terminal.isIdle = () => true;
    follower.onTerminalIdle();
    assert.strictEqual(kinds(), "run,output,output");
    output(8, false);
    follower.onTerminalIdle();
    assert.strictEqual(kinds(), "run,output,output");
});

test("a server that has kept less than was shown begins anew, once", () => {
    follower.start("1");
    output(700, false);
    follower.refresh();
    output(50, false);
    assert.strictEqual(terminal.reset.mock.callCount(), 2);
    assert.strictEqual(terminal.write.mock.callCount(), 1);
    assert.strictEqual(asked[asked.length - 1].offset, 0);
    output(50, true);
    assert.strictEqual(terminal.write.mock.callCount(), 2);
});

test("failures are told; of what is not there nothing is asked again", () => {
    follower.start("1");
    asked[0].answer.reject({status: 500});
    mock.timers.tick(5000);
    assert.strictEqual(kinds(), "run,output,run");
    asked[2].answer.reject({status: 404});
    mock.timers.tick(20000);
    assert.strictEqual(kinds(), "run,output,run");
    assert.deepStrictEqual(
        onFailed.mock.calls.map((call) => call.arguments[0].status),
        [500, 404]
    );
    assert.strictEqual(follower.id, undefined);
});

test("answers about another run are nobody's", () => {
    follower.start("1");
    follower.start("2");
    asked[0].answer.resolve(RUNNING);
    asked[1].answer.resolve({next: 5, finished: false, chunks: []});
    assert.strictEqual(onRun.mock.callCount(), 0);
    assert.strictEqual(terminal.write.mock.callCount(), 0);
    follower.stop();
    asked[2].answer.reject({status: 500});
    assert.strictEqual(onFailed.mock.callCount(), 0);
    mock.timers.tick(20000);
    assert.strictEqual(asked.length, 4);
});
