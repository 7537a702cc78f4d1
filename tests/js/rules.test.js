// Rules in words and in their form.
"use strict";

const assert = require("node:assert/strict");
const {beforeEach, mock, test} = require("node:test");

const {loadPage, plain} = require("./page.js");
const {happenings, immediate, connecting} = require("../values.json");

let page, onTouch;

beforeEach(() => {
    page = loadPage([
        ...["commands/command", "editor/model_fields", "editor/definition_form"],
        ...["arguments/value_checks", "arguments/uploads", "arguments/argument_field"],
        ...["rules/happenings", "rules/duration", "rules/schedule"],
        ...["rules/rule_sentence", "rules/rule_row", "rules/rule_arguments"],
        ...["rules/rule_when", "rules/rule_form", "rules/rule_problems"],
        "editor/server_validation"
    ]);
    page.SystemCommands.DialogFocus = {
        keepWhileRemoving: (_event, remove) => remove(),
        keepDuring: (update) => update()
    };
    onTouch = mock.fn();
});

const NAMES = {
    "custom/power-off": "Power off",
    "custom/backup": "Backup",
    "core/shutdown": "Shut down"
};
const nameOf = (source, action) => NAMES[`${source}/${action}`] || action;
const say = (rule) => new page.SystemCommands.RuleSentence(nameOf).of(rule);
const sayInFull = (rule) => new page.SystemCommands.RuleSentence(nameOf).inFull(rule);

const WHEN_COLD = {
    id: "off-when-cold",
    name: "Switch off when it is cold",
    enabled: true,
    when: {event: "print_ended"},
    if: {origin: "local", file: ["*.gcode", "*.gco"]},
    wait: {
        for: "10 min",
        until: {max_temperature: 50, idle: "5 min", no_timelapse: true},
        at_most: "2 h"
    },
    cancelled_by: ["print_started"],
    run: "power-off",
    arguments: {level: 5},
    confirmed: true,
    my_field: 1
};

test("a rule reads like a sentence", () => {
    const off = {when: {event: "print_ended"}, run: "power-off"};
    assert.equal(say(off), "When a print ends, run Power off");
    assert.equal(
        say({...off, wait: {until: {max_temperature: 50}}}),
        "When a print ends, wait until it is below 50 °C, then run Power off"
    );
    assert.equal(
        say(WHEN_COLD),
        "When a print ends, if origin is local and file is *.gcode or *.gco, " +
            "wait 10 min, and until it is below 50 °C, the printer has been idle for " +
            "5 min and the timelapse is rendered (2 h at most), " +
            "then run Power off"
    );
    assert.equal(
        sayInFull({...off, wait: {for: 600}}),
        "When a print ends, wait 10 min, then run Power off, " +
            "unless a print starts in the meantime"
    );
    assert.equal(
        sayInFull({...off, wait: {for: 1}, cancelled_by: []}),
        "When a print ends, wait 1 s, then run Power off"
    );
    // what does not wait cannot be called off
    assert.equal(sayInFull(off), "When a print ends, run Power off");
});

test("toggles are switched", () => {
    const toggleOf = (source, action) => {
        const {base, to} = page.SystemCommands.DefinitionForm.switched(action);
        return base === "light" ? {name: "Light", to: to} : undefined;
    };
    const sentence = new page.SystemCommands.RuleSentence(nameOf, toggleOf);
    const begin = {when: {event: "print_ended"}};
    const expected = [
        ["light:on", {}, "switch Light on"],
        ["light:off", {}, "switch Light off"],
        ["light", {}, "toggle Light"],
        ["light:on", {wait: {for: 60}}, "wait 1 min, then switch Light on"],
        ["light:off", {wait: {for: 60}}, "wait 1 min, then switch Light off"],
        ["light", {wait: {for: 60}}, "wait 1 min, then toggle Light"],
        ["backup:on", {}, "run backup:on"]
    ];
    expected.forEach(([run, fields, words]) => {
        const rule = {...begin, ...fields, run: run};
        assert.equal(sentence.of(rule), "When a print ends, " + words);
    });
});

test("a rule that switches a toggle is one of it", () => {
    const row = (run) =>
        new page.SystemCommands.RuleRow(
            {run: run},
            [],
            new page.SystemCommands.RuleSentence(nameOf),
            page.ko.observable({})
        );
    ["light", "light:on", "light:off"].forEach((run) => {
        assert.ok(row(run).isOf("custom", "light"), run);
    });
    ["light:", "light:on:on", "lights"].forEach((run) => {
        assert.ok(!row(run).isOf("custom", "light"), run);
    });
});

test("each beginning of a rule has its words", () => {
    const begin = (when) => say({when: when, run: "shutdown", source: "core"});
    const expected = [
        [{schedule: "daily 7:30"}, "Every day at 07:30"],
        [{schedule: "weekdays 18:00"}, "Monday to Friday at 18:00"],
        [{schedule: "mon, wed 18:00"}, "Monday, Wednesday at 18:00"],
        [{schedule: "weekends 10:00"}, "Sunday, Saturday at 10:00"],
        [{schedule: "every 1 h 30 min"}, "Every 90 min"],
        [{schedule: "0 4 * * 1"}, "At the times 0 4 * * 1"],
        [{cron: "0 4 * * 1"}, "At the times 0 4 * * 1"],
        [{run: "backup"}, "When Backup has ended"],
        [{run: "backup", status: ["failed", "timed_out"]}, "When Backup has failed"],
        [{run: "backup", status: "stopped"}, "When Backup was stopped"],
        [{run: "b", status: ["timed_out"]}, "When b has ended (timed_out)"],
        [{action: "lamp"}, "When the printer sends //action:lamp"],
        [{event: "MovieDone"}, "When OctoPrint tells of MovieDone"],
        [{}, "When …"],
        ["odd", "When …"]
    ];
    expected.forEach(([when, words]) => {
        assert.equal(begin(when), words + ", run Shut down");
    });
    assert.equal(say({}), "When …, run …");
    assert.equal(say(["odd"]), '["odd"]');
});

const COMMANDS = [
    {
        key: "custom/power-off",
        source: "custom",
        action: "power-off",
        name: "Power off",
        whilePrinting: "confirm",
        arguments: [
            {name: "level", type: "number", label: "Level", required: true},
            {name: "now", type: "toggle", label: "Now"}
        ]
    },
    {
        key: "core/shutdown",
        source: "core",
        action: "shutdown",
        name: "Shut down",
        arguments: []
    }
];
const load = (entry) => {
    const form = new page.SystemCommands.RuleForm(
        page.ko.observableArray(COMMANDS),
        new page.SystemCommands.Uploads(false),
        onTouch
    );
    form.load(entry);
    return form;
};
const result = (form) => plain(form.result());

test("everything that a rule can begin with can be chosen", () => {
    const keys = Object.values(happenings).flat();
    const {Happenings} = page.SystemCommands;
    const choices = plain(Happenings.groups()).map((group) =>
        group.choices.map((c) => c.key)
    );
    const chosen = choices.flat();
    const others = "daily weekdays days every cron action run event".split(" ");
    assert.deepEqual(chosen.sort(), [...keys, ...others].sort());
    Object.values(happenings).forEach((group) => {
        // they stand together
        assert.ok(
            choices.some((some) => group.every((key) => some.includes(key))),
            group[0]
        );
    });
    assert.deepEqual(
        keys.filter((key) => !Happenings.isKnown(key)),
        []
    );
});

test("what waits for its command cannot wait itself", () => {
    Object.values(happenings)
        .flat()
        .forEach((key) => {
            const form = load({id: "a", when: {event: key}, run: "backup"});
            assert.equal(form.mayWait(), !immediate.includes(key), key);
            assert.equal(form.when.isConnecting(), connecting.includes(key), key);
        });
});

test("what is not changed stays as it was written", () => {
    const odd = [
        {id: 5, when: "print_ended", if: [], wait: "10 min", run: {a: 1}, enabled: "no"},
        {id: "a", when: {schedule: "DAILY 7:30", odd: 1}, run: "gone", source: "core"},
        {id: "b", when: {event: "startup"}, run: "power-off", arguments: {level: "x"}},
        {id: "c", wait: {for: "1 h 30 min", at_most: "soon"}, cancelled_by: "connected"},
        {id: "d", when: {run: "x", status: ["timed_out"]}, if: {a: true, b: [1, 2]}},
        {}
    ];
    [WHEN_COLD, ...odd].forEach((entry) => {
        assert.deepEqual(result(load(entry)), entry);
    });
});

test("the form shows what stands in the file", () => {
    const form = load(WHEN_COLD);
    assert.equal(form.when.kind(), "print_ended");
    assert.deepEqual(plain(form.conditions().map((row) => [row.key(), row.value()])), [
        ["origin", "local"],
        ["file", "*.gcode"],
        ["file", "*.gco"]
    ]);
    assert.equal(form.waitFor.amount(), "10");
    assert.equal(form.waitFor.unit(), "min");
    assert.equal(form.temperature(), "50");
    assert.equal(form.noTimelapse(), true);
    assert.equal(form.isWaitShown(), true);
    assert.deepEqual(plain(form.cancelledBy()), ["print_started"]);
    assert.equal(form.command(), "custom/power-off");
    assert.equal(form.whilePrinting(), "confirm");
    assert.equal(form.arguments.fields()[0].value(), "5");
});

test("a rule is made of choices", () => {
    const form = load({});
    assert.equal(form.isWaitShown(), false);
    form.when.kind("print_ended");
    form.command("custom/power-off");
    form.arguments.fields()[0].value("7");
    assert.deepEqual(result(form), {
        when: {event: "print_ended"},
        run: "power-off",
        arguments: {level: 7}
    });

    form.addCondition("file", "*.gcode");
    form.addCondition("file", "*.gco");
    form.addCondition("", "begun");
    form.temperature("50");
    form.idle.amount("5");
    assert.deepEqual(result(form).if, {file: ["*.gcode", "*.gco"]});
    assert.deepEqual(result(form).wait, {until: {max_temperature: 50, idle: "5 min"}});
    form.removeCondition(form.conditions()[1], {});
    assert.deepEqual(result(form).if, {file: "*.gcode"});

    form.waitFor.amount("1");
    form.waitAtMost.amount("2");
    const offered = form.callsOff().map((one) => one.key);
    assert.ok(offered.includes("print_started") && !offered.includes("print_ended"));
    // as Knockout does
    form.cancelledBy().push("connected");
    form.cancelledBy.valueHasMutated();
    assert.deepEqual(result(form).wait, {
        for: "1 min",
        until: {max_temperature: 50, idle: "5 min"},
        at_most: "2 h"
    });
    assert.deepEqual(result(form).cancelled_by, ["print_started", "connected"]);
    assert.deepEqual(plain(load({}).cancelledBy()), ["print_started"]);

    // OctoPrint waits for the command then
    form.when.kind("stop");
    assert.equal(form.mayWait(), false);
    assert.deepEqual(result(form), {
        when: {event: "stop"},
        if: {file: "*.gcode"},
        run: "power-off",
        arguments: {level: 7}
    });
    const touched = onTouch.mock.calls.map((call) => call.arguments[0]);
    assert.deepEqual([...new Set(touched)].sort(), [
        ...["arguments", "cancelled_by", "if", "run", "wait", "when"]
    ]);
});

test("each beginning is written as the server reads it", () => {
    const form = load({when: {event: "connected"}, run: "shutdown", source: "core"});
    const when = () => result(form).when;
    form.when.kind("daily");
    assert.deepEqual(when(), {});
    form.when.time("07:30");
    assert.deepEqual(when(), {schedule: "daily 07:30"});
    form.when.kind("days");
    assert.deepEqual(when(), {});
    form.when.days([1, 3]);
    assert.deepEqual(when(), {schedule: "mon,wed 07:30"});
    form.when.kind("every");
    assert.deepEqual(when(), {});
    form.when.every.amount("15");
    assert.deepEqual(when(), {schedule: "every 15 min"});
    form.when.kind("cron");
    assert.deepEqual(when(), {});
    form.when.cron("0 4 * * 1");
    assert.deepEqual(when(), {cron: "0 4 * * 1"});
    form.when.kind("run");
    assert.deepEqual(when(), {});
    form.when.ofCommand("custom/power-off");
    form.when.status("failed,timed_out");
    assert.deepEqual(when(), {run: "power-off", status: ["failed", "timed_out"]});
    form.when.ofCommand("core/shutdown");
    assert.equal(when().source, "core");
    form.when.kind("action");
    assert.deepEqual(when(), {});
    form.when.action(" lamp ");
    assert.deepEqual(when(), {action: "lamp"});
    form.when.kind("event");
    form.when.event("MovieDone");
    assert.deepEqual(when(), {event: "MovieDone"});
    form.when.kind("before_connect");
    form.when.settle.amount("3");
    assert.deepEqual(when(), {event: "before_connect", settle: "3 s"});
    // and read again
    form.when.kind("connected");
    assert.deepEqual(when(), {event: "connected"});
    assert.equal(result(form).source, "core");
});

test("what was entered for a command stays, as far as there is a place for it", () => {
    const form = load({
        when: {event: "startup"},
        run: "power-off",
        arguments: {level: 5}
    });
    form.command("core/shutdown");
    assert.ok(!("arguments" in result(form)));
    form.command("custom/power-off");
    assert.deepEqual(result(form).arguments, {level: 5});
    form.arguments.fields()[1].value(true);
    assert.deepEqual(result(form).arguments, {level: 5, now: true});
});

test("a command that is gone stays chosen, arguments that are gone do not", () => {
    const gone = load({run: "gone"});
    assert.equal(gone.commands().at(-1).name, "gone");
    const form = load({run: "power-off", arguments: {level: 5, old: 1}});
    assert.deepEqual(result(form).arguments, {level: 5});
});

test("a rule that is switched off and on again is not changed", () => {
    const news = page.ko.observable({});
    const rowOf = (entry) =>
        new page.SystemCommands.RuleRow(
            entry,
            [{field: "when", path: ["when", "schedule"], message: "is wrong"}],
            new page.SystemCommands.RuleSentence(nameOf),
            news
        );
    [{id: "a"}, {id: "a", enabled: true}].forEach((entry) => {
        const row = rowOf(entry);
        row.isEnabled(false);
        assert.deepEqual(plain(row.entry()), {id: "a", enabled: false});
        row.isEnabled(true);
        assert.deepEqual(plain(row.entry()), entry);
    });
    const off = rowOf({id: "a", enabled: false});
    off.isEnabled(true);
    assert.deepEqual(plain(off.entry()), {id: "a", enabled: true});

    assert.equal(off.news(), undefined);
    news({a: {at: new Date().toISOString(), text: "It is too hot.", run: "7"}});
    assert.equal(off.news().text, "a few seconds ago: It is too hot.");
    assert.equal(off.news().run, "7");
    assert.deepEqual(plain(off.shownProblems()), [
        {place: "when › schedule", message: "is wrong"}
    ]);
    assert.equal(rowOf("odd").name(), '"odd"');
    assert.equal(rowOf("odd").isOf("custom", "odd"), false);
    assert.equal(rowOf({run: "a"}).isOf("custom", "a"), true);
});

test("what is wrong is said by the names of the form", () => {
    const of = (problem, rule) =>
        page.SystemCommands.RuleProblems.of(problem, rule).message;
    const long = {field: "wait", path: ["wait", "at_most"], message: "is wrong"};
    assert.equal(of(long, {}), "At most: is wrong");
    const none = {field: "when", path: ["when"], message: "has to have exactly one of …"};
    assert.equal(of(none, {}), "is missing");
    assert.equal(of(none, {when: {a: 1}}), none.message);
    const argument = {
        field: "arguments",
        path: ["arguments", "level"],
        message: "is wrong"
    };
    assert.equal(of(argument, {}), "level: is wrong");
});

test("what is wrong with a field that the form does not have is said with its name", () => {
    const verdict = new page.SystemCommands.ServerValidation({fields: ["when"]});
    verdict.problems([
        {field: "when", message: "is missing"},
        {field: "wiat", message: "is unknown"},
        {field: null, message: "It is too large."}
    ]);

    assert.equal(verdict.otherErrors(), "wiat: is unknown It is too large.");
});
