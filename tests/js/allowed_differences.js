// Where ours differs from a real terminal on purpose. What matches is not compared; that it
// holds no half characters is tested all the same.
"use strict";

module.exports = [
    {
        reason:
            "The alternate screen is left without having been entered: a terminal moves the " +
            "cursor to where it was saved, or to the first position, and what follows is " +
            "written over the text. Ours goes on where it is.",
        matches: (text) => {
            let isAlternate = false;
            return [...text.matchAll(/\x1b(?:c|\[\?1049([hl]))/g)].some(([, final]) => {
                const isStray = final === "l" && !isAlternate;
                isAlternate = final === "h";
                return isStray;
            });
        }
    },
    {
        reason:
            "ESC [ S scrolls: what leaves the screen at its top is gone in a terminal. Ours " +
            "is a log and keeps it, so that positions above it are those of a line less.",
        matches: (text) => /\x1b\[\d*S/.test(text)
    },
    {
        reason:
            "U+0080 to U+009F: xterm.js takes them for controls, which swallow text that " +
            "was encoded twice. Ours shows them as U+FFFD, and NEL (U+0085) as a line's end.",
        matches: (text) => /[\x80-\x9f]/.test(text)
    },
    {
        reason:
            "A string (ESC P, X, ^ or _) that is not ended by ESC \\ is text for ours, and " +
            "a sequence ends where a character is that cannot be in it.",
        matches: (text) => /\x1b[PX^_](?:(?!\x1b\\)[^])*$/.test(text)
    }
];
