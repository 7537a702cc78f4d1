// The environment variables of arguments in a command, and what runs it.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage, plain} = require("./page.js");

const page = loadPage(["editor/interpreters", "editor/variables"]);
const {Variables, Interpreters} = page.SystemCommands;

test("what a command uses", () => {
    const uses = (command) => Variables.uses(command, "SC_COLOR");
    assert.ok(uses('echo "${SC_COLOR:-red}"'));
    assert.ok(uses("x SC_COLOR"));
    // all of them
    assert.ok(uses("env | grep ^SC_"));
    assert.ok(!uses("echo $SC_COLORS $MY_SC_COLOR"));
    assert.ok(!uses(undefined));
});

test("what it wants to be given", () => {
    const wanted = (command) => plain(Variables.wanted(command));
    assert.deepStrictEqual(wanted("lamp $SC_A ${SC_B} $SC_A"), ["SC_A", "SC_B"]);
    assert.deepStrictEqual(wanted("SC_A=1; echo $SC_A"), []);
    assert.deepStrictEqual(wanted("for SC_A in 1 2; do echo $SC_A; done"), []);
    assert.deepStrictEqual(wanted("x | read SC_A && echo $SC_A$SC_B"), ["SC_B"]);
    assert.deepStrictEqual(wanted(undefined), []);
});

const PLACES = [
    ["lamp", "", 'lamp "$SC_COLOR"'],
    ["lamp ", " -v", 'lamp "$SC_COLOR" -v'],
    ["lamp --color=", "", 'lamp --color="$SC_COLOR"'],
    ['echo "It is ', '!"', 'echo "It is ${SC_COLOR}!"'],
    ["echo 'It is ", "!'", "echo 'It is '\"$SC_COLOR\"'!'"],
    ["# don't\nlamp ", "", '# don\'t\nlamp "$SC_COLOR"'],
    ['echo \\"', "", 'echo \\" "$SC_COLOR"'],
    [
        "#!/usr/bin/env python3\nprint(",
        ")",
        '#!/usr/bin/env python3\nprint(os.environ["SC_COLOR"])'
    ],
    ["#!/usr/bin/node\n", "", "#!/usr/bin/node\nprocess.env.SC_COLOR"],
    ["#!/usr/bin/perl -w\nprint ", ";", "#!/usr/bin/perl -w\nprint $ENV{SC_COLOR};"],
    ["#!/opt/odd\n", "", "#!/opt/odd\nSC_COLOR"]
];
PLACES.forEach(([before, after, result]) => {
    test("in its place: " + result, () => {
        const command = before + after;
        const text = Variables.spellAt(command, "SC_COLOR", before.length);
        assert.strictEqual(before + text + after, result);
    });
});

test("what a command is run by", () => {
    const names = {
        echo: "sh",
        "": "sh",
        "#!/bin/bash -e\nx": "bash",
        "#!/usr/bin/env python3\n": "python3",
        "#! /usr/bin/env -S LANG=C perl -w": "perl",
        "#!/usr/bin/env": "env",
        "#!relative/sh": "sh",
        " #!/bin/bash": "sh"
    };
    const found = Object.keys(names).map((command) => Interpreters.nameOf(command));
    assert.deepStrictEqual(found, Object.values(names));
    assert.strictEqual(Interpreters.nameOf(undefined), "sh");
});

test("the choice of what runs it writes the first line", () => {
    const command = page.ko.observable("echo");
    const surroundings = page.ko.observable();
    const interpreters = new Interpreters(command, surroundings);
    interpreters.current("bash");
    assert.strictEqual(command(), "#!/usr/bin/env bash\necho");
    interpreters.current("sh");
    assert.strictEqual(command(), "echo");
    // what is there stays as it is
    command("#!/bin/bash -e\necho");
    interpreters.current("bash");
    assert.strictEqual(command(), "#!/bin/bash -e\necho");

    const titles = () => plain(interpreters.choices()).map((one) => one.title);
    assert.deepStrictEqual(titles(), ["sh", "Bash"]);
    surroundings({interpreters: [{name: "python3"}, {name: "bash"}]});
    command("#!/opt/odd");
    assert.deepStrictEqual(titles(), ["sh", "Python 3", "Bash", "odd"]);
});
