// Ours beside xterm.js, with outputs that hold everything in any order. SEED=number repeats
// what has failed.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const ALLOWED = require("./allowed_differences.js");
const {show} = require("./loader.js");
const {makeXterm} = require("./oracle.js");
const {makeOutput, makeRandom} = require("./random_output.js");

const SEED = Number(process.env.SEED) || 20240302;
const COUNT = 10000;
// xterm.js takes its time between two of its frames, so several work at once
const TERMINALS = 100;

const words = (lines) => lines.join(" ").split(/\s+/).filter(Boolean);

// Cleared lines and those that were never written to are no text.
const withoutEmpty = (lines) => lines.map((line) => line.trimEnd()).filter(Boolean);

// What stays in the log may stand between the words, and before them.
const firstMissing = (theirs, ours) => {
    let at = 0;
    return words(theirs).find((word) => {
        const found = ours.indexOf(word, at);
        at = found + 1;
        return found < 0;
    });
};

test(`${COUNT} outputs, seed ${SEED}`, async (context) => {
    const random = makeRandom(SEED);
    const outputs = Array.from({length: COUNT}, (_, index) => {
        return {text: makeOutput(random, index % 2 === 1), isFramed: index % 2 === 1};
    });
    const allowed = ALLOWED.map(() => 0);

    const compare = async (xterm, {text, isFramed}) => {
        const ours = show([text]);
        assert.doesNotMatch(ours.text, /\p{Cs}/u, JSON.stringify(text));
        const difference = ALLOWED.findIndex((one) => one.matches(text));
        if (difference >= 0) {
            allowed[difference]++;
            return;
        }
        const theirs = await xterm(text);
        if (isFramed) {
            const missing = firstMissing(theirs, words(ours.lines));
            assert.strictEqual(missing, undefined, JSON.stringify(text));
        } else {
            // without cleared screens it is the same, line by line
            assert.deepStrictEqual(
                withoutEmpty(ours.lines),
                withoutEmpty(theirs),
                JSON.stringify(text)
            );
        }
    };

    await Promise.all(
        Array.from({length: TERMINALS}, async (_, first) => {
            const xterm = makeXterm({cols: 300});
            for (let index = first; index < COUNT; index += TERMINALS) {
                await compare(xterm, outputs[index]);
            }
        })
    );
    context.diagnostic(`not compared, for a reason: ${allowed.join(", ")}`);
    assert.ok(allowed.reduce((sum, count) => sum + count) < COUNT / 10);
});
