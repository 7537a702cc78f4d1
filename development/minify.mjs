// minify.mjs <folder>: make all scripts in a folder as small as they can be, in place, for
// `make dist`. What others know by its name keeps it: properties, and so all that templates
// and other scripts use.
import {readdir, readFile, writeFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {join} from "node:path";

// the tools are in .venv/node (see development/tools.sh), out of the way of the checkout
const require = createRequire(new URL("../.venv/node/package.json", import.meta.url));
const {minify} = require("terser");

const OPTIONS = {
    // what the scripts are written in, see eslint.config.mjs
    ecma: 2020,
    // OctoPrint finds a view model by the name of its function
    keep_fnames: /ViewModel$/,
    compress: {passes: 2}
};

const folder = process.argv[2];
const names = await readdir(folder, {recursive: true});
for (const name of names.filter((each) => each.endsWith(".js"))) {
    const file = join(folder, name);
    const {code} = await minify({[name]: await readFile(file, "utf8")}, OPTIONS);
    await writeFile(file, code);
}
