// Two lists that were made of the same one, put together.
"use strict";

const assert = require("node:assert/strict");
const {test} = require("node:test");
const {isDeepStrictEqual} = require("node:util");

const {loadPage} = require("./page");

const {SystemCommands} = loadPage([
    "editor/model_fields",
    "editor/definition_form",
    "editor/list_diff",
    "editor/list_merge"
]);

const command = (action, more) => ({action: action, name: action, ...more});
const divider = {action: "divider"};
const [a, b, c, d] = ["a", "b", "c", "d"].map((action) => command(action));
const [A, B, C] = ["a", "b", "c"].map((action) => command(action, {command: "mine"}));
const [X, Y] = ["a", "b"].map((action) => command(action, {command: "theirs"}));
const [n, m] = ["n", "m"].map((action) => command(action));

const of = (base, theirs, mine) => new SystemCommands.ListMerge(base, theirs, mine);

// array methods of the other realm make its arrays
const plain = (value) => JSON.parse(JSON.stringify(value));

const expectMerged = (base, theirs, mine, expected) => {
    const both = of(base, theirs, mine);
    assert.deepEqual(plain(both.clashes), []);
    assert.equal(both.isOrderClash, false);
    assert.deepEqual(plain(both.merge({})), expected);
};

const cases = {
    nothing: [
        [a, b],
        [a, b],
        [a, b],
        [a, b]
    ],
    "only mine": [
        [a, b],
        [a, b],
        [m, A],
        [m, A]
    ],
    "only theirs": [
        [a, b],
        [Y, n],
        [a, b],
        [Y, n]
    ],
    "changes of different entries": [
        [a, b, c],
        [X, b, c],
        [a, b, C],
        [X, b, C]
    ],
    "the same change of both": [
        [a, b],
        [A, b],
        [A, b],
        [A, b]
    ],
    "additions at the end, theirs first": [[a], [a, n], [a, m], [a, n, m]],
    "an addition in the middle": [
        [a, b],
        [a, b, n],
        [a, m, b],
        [a, m, b, n]
    ],
    "an addition at the beginning": [
        [a, b],
        [a, b, n],
        [m, a, b],
        [m, a, b, n]
    ],
    "additions to an empty list": [[], [n], [m], [n, m]],
    "the same addition of both": [[a], [a, n], [n, a], [a, n]],
    "a deletion of each": [[a, b, c], [b, c], [a, b], [b]],
    "the same deletion of both": [
        [a, b, c],
        [a, c],
        [a, c],
        [a, c]
    ],
    "a deletion and a change": [
        [a, b, c],
        [a, c],
        [A, b, c],
        [A, c]
    ],
    "all deleted here, added there": [[a, b], [a, b, n], [], [n]],
    "a move of theirs and a change": [
        [a, b, c],
        [c, a, b],
        [a, B, c],
        [c, a, B]
    ],
    "a move of mine and a change": [
        [a, b, c],
        [X, b, c],
        [c, a, b],
        [c, X, b]
    ],
    "moves of different entries": [
        [a, b, c, d, n, m],
        [b, a, c, d, n, m],
        [a, b, c, d, m, n],
        [b, a, c, d, m, n]
    ],
    "a move and what was deleted before it": [
        [a, b, c],
        [b, c],
        [a, c, b],
        [c, b]
    ],
    "a move to the end and an addition there": [
        [a, b, c],
        [a, b, c, n],
        [b, c, a],
        [b, c, n, a]
    ],
    dividers: [
        [a, divider, b],
        [a, divider, b, n],
        [a, divider, b, divider, m],
        [a, divider, b, n, divider, m]
    ],
    "the first of two dividers deleted": [
        [a, divider, b, divider, c],
        [a, divider, b, divider, C],
        [a, b, divider, c],
        [a, b, divider, C]
    ],
    "what is no command": [
        [5, a],
        [5, a, null],
        [5, 6, a],
        [5, 6, a, null]
    ],
    "the order of fields does not count": [
        [{action: "a", name: "a"}],
        [{name: "a", action: "a"}],
        [{action: "a", name: "b"}],
        [{action: "a", name: "b"}]
    ]
};

for (const [name, [base, theirs, mine, expected]] of Object.entries(cases)) {
    test(`they do not touch: ${name}`, () => expectMerged(base, theirs, mine, expected));
}

test("both have changed the same entry", () => {
    const both = of([a, b], [X, b], [A, B]);
    assert.deepEqual(plain(both.clashes), [
        {key: both.clashes[0].key, base: a, theirs: X, mine: A}
    ]);
    const [{key}] = both.clashes;
    assert.deepEqual(plain(both.merge({[key]: "theirs"})), [X, B]);
    assert.deepEqual(plain(both.merge({[key]: "mine"})), [A, B]);
});

test("one has deleted what the other one has changed", () => {
    let both = of([a, b, c], [X, b, c], [b, c]);
    let [{key}] = both.clashes;
    assert.equal(both.clashes[0].mine, undefined);
    assert.deepEqual(plain(both.merge({[key]: "theirs"})), [X, b, c]);
    assert.deepEqual(plain(both.merge({[key]: "mine"})), [b, c]);

    both = of([a, b, c], [a, c], [a, B, c]);
    [{key}] = both.clashes;
    assert.equal(both.clashes[0].theirs, undefined);
    assert.deepEqual(plain(both.merge({[key]: "theirs"})), [a, c]);
    assert.deepEqual(plain(both.merge({[key]: "mine"})), [a, B, c]);
});

test("both have added one of the same ID", () => {
    const both = of([], [X], [A]);
    assert.equal(both.clashes.length, 1);
    assert.equal(both.clashes[0].base, undefined);
});

test("both have moved the same entry", () => {
    const both = of([a, b, c, d], [d, a, b, c, n], [a, d, b, c, m]);
    assert.deepEqual(plain(both.clashes), []);
    assert.equal(both.isOrderClash, true);
    assert.deepEqual(plain(both.merge({order: "theirs"})), [d, a, b, c, n, m]);
    assert.deepEqual(plain(both.merge({order: "mine"})), [a, d, b, c, m, n]);

    expectMerged([a, b, c], [c, a, b], [c, a, B], [c, a, B]);
});

test("nothing is lost, and nothing comes from nowhere", () => {
    // pseudorandom, the same each time
    let seed = 1;
    const random = (below) => {
        seed = (seed * 48271) % 2147483647;
        return seed % below;
    };
    const edited = (list, side) => {
        const result = list.slice();
        for (let step = random(5); step > 0; step--) {
            const index = random(result.length + 1);
            const what = random(4);
            if (what === 0) result.splice(index, 0, command(side + random(100)));
            if (what === 1) result.splice(index, 1);
            if (what === 2 && result[index])
                result[index] = {...result[index], [side]: 1};
            if (what === 3)
                result.splice(random(result.length), 0, ...result.splice(index, 1));
        }
        return result.filter(
            (entry, index) =>
                result.findIndex((other) => other.action === entry.action) === index
        );
    };
    const find = (list, action) => list.find((entry) => entry.action === action);

    for (let round = 0; round < 2000; round++) {
        const base = Array.from({length: random(6)}, (_, index) => command("c" + index));
        const [theirs, mine] = [edited(base, "theirs"), edited(base, "mine")];
        const both = of(base, theirs, mine);
        const choices = {order: "theirs"};
        both.clashes.forEach((clash) => (choices[clash.key] = "mine"));
        const merged = plain(both.merge(choices));
        const clashing = both.clashes.map((clash) => (clash.mine || clash.theirs).action);

        const actions = [...base, ...theirs, ...mine].map((entry) => entry.action);
        for (const action of new Set(actions)) {
            const [from, their, my] = [base, theirs, mine].map((l) => find(l, action));
            const isTheirs = isDeepStrictEqual(from, my);
            const expected = clashing.includes(action) || !isTheirs ? my : their;
            assert.deepEqual(find(merged, action), expected);
        }
        assert.equal(new Set(merged.map((entry) => entry.action)).size, merged.length);
        assert.deepEqual(plain(of(base, theirs, base).merge({})), theirs);
        assert.deepEqual(plain(of(base, base, mine).merge({})), mine);
    }
});
