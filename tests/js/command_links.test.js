// The links of a command in its dialog.
"use strict";

const assert = require("node:assert/strict");
const {beforeEach, mock, test} = require("node:test");

const {Answer, loadPage, plain} = require("./page.js");

let page, requests, links, asked, onMade;

const LINK = {
    id: "0123456789abcdef",
    name: "Doorbell",
    action: "greet",
    to: null,
    arguments: {},
    get: false,
    problem: null
};
const ENTRY = {
    action: "greet",
    arguments: [
        {name: "whom", type: "text", default: "you"},
        {name: "loud", type: "toggle", required: false}
    ]
};

beforeEach(() => {
    page = loadPage([
        ...["arguments/value_checks", "arguments/uploads", "arguments/argument_field"],
        ...["rules/rule_arguments", "editor/command_links"]
    ]);
    page.SystemCommands.Question = (question) => (asked = question);
    requests = {
        answers: {},
        sent: {},
        errorOf: (response) => response.responseJSON.error
    };
    ["fetch", "make", "revoke"].forEach((name) => {
        requests[name] = (data) => {
            requests.sent[name] = data;
            return (requests.answers[name] = new Answer());
        };
    });
    const uploads = new page.SystemCommands.Uploads(false);
    onMade = mock.fn();
    links = new page.SystemCommands.CommandLinks(requests, uploads, onMade);
    links.open(ENTRY, ["other"]);
});

const unfold = (answer) => {
    links.onToggle(links, {target: {open: true}});
    if (answer) requests.answers.fetch.resolve({links: answer});
};
const shown = () => plain(links.rows().map((row) => row.id));

test("links are asked for when the part is unfolded, and not before", () => {
    assert.equal(requests.answers.fetch, undefined);
    links.onToggle(links, {target: {open: false}});
    assert.equal(requests.answers.fetch, undefined);
    unfold([LINK]);
    assert.deepEqual(shown(), [LINK.id]);
});

test("those of others are shown only if there is no other place for them", () => {
    unfold([
        LINK,
        {...LINK, id: "of another", action: "other"},
        {...LINK, id: "broken", action: "other", problem: "does not fit"},
        {...LINK, id: "in config.yaml", action: "old"},
        {...LINK, id: "gone", action: "old", problem: "There is no command"}
    ]);
    assert.deepEqual(shown(), [LINK.id, "gone"]);
});

test("what one does is said in a few words", () => {
    assert.equal(links.about(LINK), "");
    const link = {...LINK, get: true, to: "on", arguments: {whom: "all", loud: true}};
    assert.equal(links.about(link), "GET, on, whom=all, loud=true");
});

test("a link is made with what was entered, and its address shown", () => {
    unfold([]);
    links.name("Doorbell");
    links.get(true);
    const [whom] = links.values.fields();
    whom.value("all");
    whom.isChanged(true);

    links.make();

    assert.deepEqual(plain(requests.sent.make), {
        name: "Doorbell",
        action: "greet",
        to: null,
        arguments: {whom: "all"},
        get: true
    });
    assert.ok(links.isBusy());
    // pressed twice
    delete requests.sent.make;
    links.make();
    assert.equal(requests.sent.make, undefined);
    requests.answers.make.resolve({...LINK, url: "http://printer/hook/secret"});
    assert.ok(!links.isBusy());
    assert.equal(links.url(), "http://printer/hook/secret");
    assert.deepEqual(shown(), [LINK.id]);
    assert.equal(links.rows()[0].url, undefined);
    assert.equal(onMade.mock.callCount(), 1);
    // ready for another one
    assert.deepEqual([links.name(), links.get()], ["", false]);
    assert.deepEqual(plain(links.values.result()), {});
});

test("what the server refuses is said, and stays as it was entered", () => {
    links.name("Doorbell");
    links.make();
    requests.answers.make.reject({responseJSON: {error: "not like this"}});
    assert.equal(links.error(), "not like this");
    assert.equal(links.name(), "Doorbell");
    assert.equal(links.url(), "");
});

test("a link is revoked when that was confirmed", () => {
    unfold([LINK]);
    links.revoke(links.rows()[0]);
    assert.ok(asked.message.includes("Doorbell"));
    assert.equal(requests.sent.revoke, undefined);
    asked.onproceed();
    assert.equal(requests.sent.revoke, LINK.id);
    assert.deepEqual(shown(), [LINK.id]);
    requests.answers.revoke.resolve();
    assert.deepEqual(shown(), []);
});

test("the name of a link that is to be revoked is text", () => {
    unfold([{...LINK, name: "<b>Bell</b>"}]);
    links.revoke(links.rows()[0]);
    assert.ok(asked.message.includes("&lt;b&gt;Bell&lt;/b&gt;"));
});

test("answers about a command that is not open any more count for nothing", () => {
    unfold();
    links.open({action: "other"}, ["greet"]);
    requests.answers.fetch.resolve({links: [LINK]});
    assert.deepEqual(shown(), []);
    links.make();
    links.open(ENTRY, []);
    requests.answers.make.resolve({...LINK, url: "http://printer/hook/secret"});
    assert.deepEqual(shown(), []);
    assert.equal(links.url(), "");
});

test("an address is not shown again", () => {
    links.make();
    requests.answers.make.resolve({...LINK, url: "http://printer/hook/secret"});
    links.open(ENTRY, []);
    assert.equal(links.url(), "");
});
