// The browser's notifications of what has ended while nobody saw the page.
"use strict";

const assert = require("node:assert");
const {beforeEach, mock, test} = require("node:test");

const {loadPage} = require("./page.js");

const RUN = {id: "1", name: "One", status: "running"};
const KEY = "systemcommands.notifications";

let asked, answer, document, localStorage, notices, now, sent, shown, Notification;

beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({apis: ["setTimeout"]});
    now = 0;
    asked = 0;
    answer = "granted";
    document = {hidden: true};
    localStorage = {};
    notices = [];
    sent = [];
    shown = [];
    Notification = function (title, options) {
        this.close = () => (this.isClosed = true);
        sent.push(Object.assign(this, {title}, options));
    };
    Notification.permission = "default";
    Notification.requestPermission = async () => {
        asked++;
        Notification.permission = answer;
    };
});

const load = (globals = {}) => {
    const page = loadPage(
        [
            "shared/preferences",
            "commands/command",
            "runs/run_format",
            "runs/notifications"
        ],
        {
            document,
            isSecureContext: true,
            localStorage,
            navigator: {userAgent: "Mozilla/5.0 (X11; Linux) Chrome/140.0"},
            Notification,
            performance: {now: () => now},
            focus: () => shown.push("focus"),
            ...globals
        }
    );
    page.SystemCommands.Notice = {
        show: (notice) => notices[notices.push(notice) - 1],
        close: (notice) => notice && (notice.isClosed = true),
        button: (label, click) => ({label, click})
    };
    return new page.SystemCommands.Notifications((run) => shown.push(run.id));
};

const tick = (ms) => {
    now += ms;
    mock.timers.tick(ms);
};
const run = (notifications, ms, ended = {status: "succeeded"}) => {
    const end = notifications.watch(RUN);
    tick(ms);
    end({...RUN, ...ended});
};
const settled = () => new Promise(setImmediate);
const give = async (label) => {
    notices[0].button.find((button) => button.label === label).click();
    await settled();
};

test("asked for once, by a notice, before the browser asks", async () => {
    const notifications = load();
    run(notifications, 9999);
    assert.strictEqual(notices.length, 0);
    run(notifications, 10000);
    run(notifications, 10000);
    assert.deepStrictEqual([notices.length, asked, sent.length], [1, 0, 0]);
    assert.ok(notices[0].title.includes('"One"'));
    assert.ok(!notices[0].hide);

    await give("Yes");
    assert.strictEqual(asked, 1);
    assert.ok(notifications.isOn());
    assert.strictEqual(localStorage[KEY], "true");
    run(notifications, 10000);
    run(load(), 10000);
    assert.deepStrictEqual([notices.length, sent.length], [1, 2]);
});

test("no is an answer, too", async () => {
    const notifications = load();
    run(notifications, 10000);
    await give("No");
    assert.strictEqual(asked, 0);
    assert.strictEqual(localStorage[KEY], "false");
    run(notifications, 10000);
    run(load(), 10000);
    assert.deepStrictEqual([notices.length, sent.length], [1, 0]);
});

test("who gives no answer is asked by the next page", () => {
    run(load(), 10000);
    run(load(), 10000);
    assert.strictEqual(notices.length, 2);
});

test("an answer in the dialog, or in another tab, is one as well", async () => {
    const notifications = load();
    const end = notifications.watch(RUN);
    tick(10000);
    notifications.isOn(true);
    assert.ok(notices[0].isClosed);
    await settled();
    end(RUN);
    assert.strictEqual(sent.length, 1);

    delete localStorage[KEY];
    const other = load();
    localStorage[KEY] = "false";
    run(other, 10000);
    assert.strictEqual(notices.length, 1);
});

test("what it says", async () => {
    localStorage[KEY] = "true";
    Notification.permission = "granted";
    const notifications = load();
    run(notifications, 10000, {status: "failed", exit_code: 3, arguments: {word: "x"}});
    run(notifications, 10000, {status: "succeeded", to: "on"});
    const [{title, body, tag}, {title: switched}] = sent;
    assert.deepStrictEqual([title, body, tag], ["One", "Failed (exit code 3)", "1"]);
    assert.strictEqual(switched, "One → on");
    sent[0].onclick();
    assert.deepStrictEqual(shown, ["focus", "1"]);
    assert.ok(sent[0].isClosed);
});

test("none for who sees the page, nor of what was short", () => {
    localStorage[KEY] = "true";
    Notification.permission = "granted";
    const notifications = load();
    run(notifications, 9999);
    document.hidden = false;
    run(notifications, 10000);
    assert.strictEqual(sent.length, 0);
    document.hidden = true;
    run(notifications, 10000);
    assert.strictEqual(sent.length, 1);
});

test("what the browser does not allow", async () => {
    const notifications = load();
    const boxes = [];
    notifications.isOn.subscribe((isOn) => boxes.push(isOn));
    answer = "denied";
    notifications.isOn(true);
    await settled();
    // the box that was ticked is told that it is not
    assert.strictEqual(boxes.at(-1), false);
    assert.ok(notifications.isDenied());

    // or not any more
    localStorage[KEY] = "true";
    Notification.permission = "granted";
    notifications.refresh();
    assert.ok(notifications.isOn());
    Notification.permission = "denied";
    run(notifications, 10000);
    assert.deepStrictEqual([sent.length, notifications.isOn()], [0, false]);

    // nobody is asked for what cannot be had
    delete localStorage[KEY];
    run(load(), 10000);
    assert.strictEqual(notices.length, 0);
});

test("where there are none", () => {
    const phone = {userAgent: "Mozilla/5.0 (Linux; Android 15; K) Chrome/140.0 Mobile"};
    [{isSecureContext: false}, {Notification: undefined}, {navigator: phone}].forEach(
        (globals) => {
            const notifications = load(globals);
            assert.ok(!notifications.isPossible);
            run(notifications, 10000);
        }
    );
    assert.strictEqual(notices.length, 0);
});

test("a browser that has none though it says so", () => {
    localStorage[KEY] = "true";
    Notification = Object.assign(function () {
        throw new TypeError("Illegal constructor");
    }, Notification);
    Notification.permission = "granted";
    const notifications = load();
    // what else is to be done at the end of a run is done
    run(notifications, 10000);
    assert.ok(notifications.isOn());
});

test("a browser that remembers nothing, or something else", async () => {
    localStorage = new Proxy(
        {},
        {
            set: () => {
                throw new Error("no");
            }
        }
    );
    const notifications = load();
    notifications.isOn(true);
    await settled();
    run(notifications, 10000);
    assert.deepStrictEqual([notices.length, sent.length], [0, 1]);

    localStorage = {[KEY]: "{}"};
    assert.ok(!load().isOn());
});
