// What programs print, beside xterm.js: every word that is visible there is in ours.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {test} = require("node:test");

const {show} = require("./loader.js");
const {makeXterm} = require("./oracle.js");

const FOLDER = path.join(__dirname, "recordings");

// the program: why the words are there, but in another order
const OTHER_ORDER = {
    dialog:
        "It leaves the alternate screen twice. The second time a terminal moves the cursor " +
        "back to where it was saved, which is within what was shown."
};

const words = (lines) => lines.join(" ").split(/\s+/).filter(Boolean);

fs.readdirSync(FOLDER)
    .filter((file) => file.endsWith(".txt"))
    .forEach((file) => {
        test(file, async () => {
            const name = file.replace(".txt", "");
            const text = fs.readFileSync(path.join(FOLDER, file), "utf8");
            const theirs = words(await makeXterm({cols: 200})(text));
            const {lines} = show([text]);
            const ours = words(lines);
            assert.doesNotMatch(ours.join(" "), /\p{Cs}|\x1b/u);
            assert.ok(theirs.length > 0);

            let at = 0;
            theirs.forEach((word) => {
                const found = ours.indexOf(word, name in OTHER_ORDER ? 0 : at);
                assert.ok(found >= 0, `${word} is missing in:\n${lines.join("\n")}`);
                at = found + 1;
            });
            // in pieces, as it arrives
            assert.deepStrictEqual(show(text.match(/[^]{1,7}/g)).lines, lines);
        });
    });

test("nothing of a picture is left below the next one", () => {
    const shown = (name) => show([fs.readFileSync(path.join(FOLDER, name), "utf8")]).text;
    assert.strictEqual(shown("watch.txt").match(/Every 1\.0s/g).length, 1);
    assert.strictEqual(shown("top.txt").match(/load average/g).length, 1);
    assert.strictEqual(shown("dialog.txt").match(/Copying the files/g).length, 1);
    // while all that it prints one below the other is
    assert.strictEqual(shown("top_batch.txt").match(/load average/g).length, 2);
});
