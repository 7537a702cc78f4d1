// What a program's colours and other looks (SGR) become.
"use strict";

const assert = require("node:assert");
const {test} = require("node:test");

const {loadPage} = require("./page.js");

const {TextStyle} = loadPage(["terminal/text_style"]).SystemCommands;

const styleOf = (sgr) => {
    const style = new TextStyle();
    style.apply(sgr);
    return style.current;
};

const LOOKS = {
    31: "color: rgb(224, 108, 108)",
    91: "color: rgb(255, 143, 143)",
    "38;5;208": "color: rgb(255, 135, 0)",
    "38;5;9": "color: rgb(255, 143, 143)",
    "38;5;250": "color: rgb(188, 188, 188)",
    "38;2;200;150;100": "color: rgb(200, 150, 100)",
    "38:2::200:150:100": "color: rgb(200, 150, 100)",
    "38:5:208": "color: rgb(255, 135, 0)",
    "38;2;0;200;255;1": "color: rgb(0, 200, 255); font-weight: bold",
    1: "font-weight: bold",
    2: "color: rgb(158, 161, 166)",
    3: "font-style: italic",
    4: "text-decoration: underline",
    "4;9": "text-decoration: underline line-through",
    7: "color: rgb(28, 31, 36); background-color: rgb(214, 217, 222)",
    "1;3;22": "font-style: italic",
    "31;39;1": "font-weight: bold",
    "1;0;3": "font-style: italic",
    "1;;3": "font-style: italic",
    // and those that are none
    "": "",
    0: "",
    "38;5": "",
    "38;5;256": "",
    "38;2;1;2": "",
    "38;2;1;2;999": "",
    38: "",
    99: "",
    "4:0": ""
};
const tidy = (css) =>
    css
        .split(/;\s*/)
        .filter(Boolean)
        .map((part) => part.replace(/:\s*/, ": "))
        .join("; ");

Object.entries(LOOKS).forEach(([sgr, css]) => {
    test("looks of " + sgr, () => {
        assert.strictEqual(tidy(styleOf(sgr)), css);
    });
});

test("every colour can be read", () => {
    const luminance = (color) => {
        const [r, g, b] = color.match(/\d+/g).map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const unreadable = [];
    for (let color = 0; color < 256; color++) {
        for (const look of ["38;5;", "48;5;", "2;38;5;", "2;48;5;", "7;38;5;"]) {
            const css = tidy(styleOf(look + color));
            const of = (name, otherwise) =>
                (css.match(`(?:^|; )${name}: ([^;]+)`) || [undefined, otherwise])[1];
            const [dark, light] = [
                luminance(of("color", "rgb(214, 217, 222)")),
                luminance(of("background-color", "rgb(28, 31, 36)"))
            ].sort((a, b) => a - b);
            if ((light + 0.05) / (dark + 0.05) < 4.5) unreadable.push(look + color);
        }
    }
    assert.deepStrictEqual(unreadable, []);
});
