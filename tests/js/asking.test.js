// A request that is sent again when the server's question has been answered.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {Answer, loadPage, plain} = require("./page.js");

const FORBIDDEN = {status: 403};
const CONFIRM = {status: 409, responseJSON: {reason: "confirm"}};

let page, sent, answers, options, questions, passwords;

beforeEach(() => {
    page = loadPage(["commands/asking"]);
    [sent, answers, questions, passwords] = [[], [], [], []];
    page.SystemCommands.Confirm = (_command, reasons, onYes, onNo) =>
        questions.push({reasons: plain(reasons), onYes, onNo});
    options = {
        send: (body) => {
            sent.push(plain(body));
            answers.push(new Answer());
            return answers[answers.length - 1];
        },
        askForPassword: (onEntered) => passwords.push(onEntered),
        onDone: mock.fn(),
        onFailed: mock.fn(),
        onCancelled: mock.fn(),
        onSettled: mock.fn()
    };
});

const ask = () => page.SystemCommands.Asking({name: "A"}, {x: 1}, options);
const failures = () => options.onFailed.mock.calls.map((call) => call.arguments[0]);

test("nothing is asked without need", () => {
    ask();
    answers[0].resolve("run");
    assert.strictEqual(options.onDone.mock.calls[0].arguments[0], "run");
    assert.deepStrictEqual([sent, questions, passwords], [[{x: 1}], [], []]);
});

test("a confirmation", () => {
    ask();
    answers[0].reject(CONFIRM);
    assert.deepStrictEqual(questions[0].reasons, {print: true});
    assert.strictEqual(sent.length, 1);
    questions[0].onYes();
    assert.deepStrictEqual(sent[1], {x: 1, confirmed: true});
    // it is not asked for again and again
    answers[1].reject(CONFIRM);
    assert.strictEqual(questions.length, 1);
    assert.deepStrictEqual(failures(), [CONFIRM]);
    assert.strictEqual(options.onSettled.mock.callCount(), 2);
});

test("a confirmation that is not given", () => {
    ask();
    answers[0].reject(CONFIRM);
    questions[0].onNo();
    assert.strictEqual(sent.length, 1);
    assert.strictEqual(options.onCancelled.mock.callCount(), 1);
    assert.deepStrictEqual(failures(), []);
});

test("a password, and a confirmation after it", () => {
    ask();
    answers[0].reject(FORBIDDEN);
    passwords[0]();
    answers[1].reject(CONFIRM);
    questions[0].onYes();
    assert.deepStrictEqual(sent, [{x: 1}, {x: 1}, {x: 1, confirmed: true}]);
    // who has entered it and may not is told so
    answers[2].reject(FORBIDDEN);
    assert.strictEqual(passwords.length, 1);
    assert.deepStrictEqual(failures(), [FORBIDDEN]);
});

test("a password that nobody can be asked for", () => {
    delete options.askForPassword;
    ask();
    answers[0].reject(FORBIDDEN);
    assert.deepStrictEqual(failures(), [FORBIDDEN]);
});

test("other refusals", () => {
    const busy = {status: 409, responseJSON: {reason: "busy"}};
    for (const response of [busy, {status: 409}, {status: 500}, {status: 0}]) {
        ask();
        answers[answers.length - 1].reject(response);
    }
    assert.strictEqual(failures().length, 4);
    assert.deepStrictEqual([questions, passwords], [[], []]);
});

test("nobody is asked, or told, who does not wait any more", () => {
    options.isWanted = () => false;
    ask();
    answers[0].reject(CONFIRM);
    ask();
    answers[1].resolve("run");
    assert.deepStrictEqual([questions, failures()], [[], []]);
    assert.strictEqual(options.onDone.mock.callCount(), 0);
    assert.strictEqual(options.onSettled.mock.callCount(), 2);
});

test("a password is asked for only where that helps", () => {
    [
        [undefined, 1],
        [{code: "reauthenticate"}, 1],
        [{code: "forbidden"}, 0],
        [{code: "not_allowed"}, 0]
    ].forEach(([responseJSON, count]) => {
        passwords.length = 0;
        ask();
        answers[answers.length - 1].reject({status: 403, responseJSON});
        assert.strictEqual(passwords.length, count, JSON.stringify(responseJSON));
    });
});
