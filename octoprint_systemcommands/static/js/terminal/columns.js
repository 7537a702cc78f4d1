(function () {
    // Everything but characters that are one UTF-16 unit, take one column, and do not join
    // with their neighbors: Latin, Greek, Cyrillic, punctuation, technical symbols, boxes,
    // blocks and Braille. Text without any other is handled in one piece.
    const COMPLEX =
        /[^\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2027\u2030-\u205e\u2070-\u20cf\u2100-\u2193\u219a-\u2319\u2500-\u25fc\u2800-\u28ff\ufffd]/;

    // What may be one character with what is on its left: marks, formats, flags, skin tones,
    // Korean letters. Without any of these, each code point is a character.
    const JOINS =
        /[\p{M}\p{Cf}\p{RI}\p{Emoji_Modifier}\u0d4e\u0e33\u0eb3\uff9e\uff9f\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7ff\u{111c2}\u{111c3}\u{1193f}\u{11941}\u{11a3a}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}\u{113d1}]/u;
    const FIRST_JOINS = new RegExp("^" + JOINS.source, "u");

    // what Unicode calls wide, in its blocks; emoji have a property of their own
    const WIDE =
        /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/gu;
    const WIDE_CLUSTER = new RegExp(`^(?:${WIDE.source}|\\p{Emoji}.*\ufe0f)`, "su");
    const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]/u;
    // formats that are seen all the same: soft hyphen, Arabic signs of numbers
    const SEEN = /^[\xad\u0600-\u0605\u06dd\u070f\u08e2]/;

    // for browsers that have no segmenter: marks, flags, skin tones and joined emoji
    const CLUSTERS =
        /\p{RI}{2}|.(?:[\p{M}\p{Emoji_Modifier}\u200c\u{e0020}-\u{e007f}]|\u200d\p{Extended_Pictographic}?)*/gsu;
    const SURROGATE = /[\ud800-\udfff]/;
    const HIGH = /[\ud800-\udbff]/g;
    const LONE = /\p{Cs}/gu;

    const count = (text, pattern) => (text.match(pattern) || []).length;

    const segmenter =
        window.Intl && Intl.Segmenter
            ? new Intl.Segmenter(undefined, {granularity: "grapheme"})
            : undefined;

    // Text as a terminal sees it: of columns, each of which is taken by what people would
    // call a character, however many code points that is.
    SystemCommands.Columns = {
        isSimple: (text) => !COMPLEX.test(text),

        // half a character is none
        whole: (text) => (SURROGATE.test(text) ? text.replace(LONE, "\ufffd") : text),

        // whether the beginning may belong to what is before it
        mayJoin: (text, before) => FIRST_JOINS.test(text) || before.endsWith("\u200d"),

        // how many columns text takes each of whose code points is a character, or undefined
        widthOfPlain: (text) => {
            if (JOINS.test(text)) return undefined;
            return text.length - count(text, HIGH) + count(text, WIDE);
        },

        // returns [{text, width}]
        split: (text) => {
            const clusters = segmenter
                ? Array.from(segmenter.segment(text), (part) => part.segment)
                : text.match(CLUSTERS) || [];
            return clusters.map((cluster) => ({
                text: cluster,
                width: SystemCommands.Columns.width(cluster)
            }));
        },

        width: (cluster) => {
            if (!COMPLEX.test(cluster) || SEEN.test(cluster)) return 1;
            if (WIDE_CLUSTER.test(cluster)) return 2;
            return ZERO.test(cluster) ? 0 : 1;
        }
    };
})();
