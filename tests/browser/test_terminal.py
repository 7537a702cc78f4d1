"""The terminal of the run dialog by itself: what becomes of what a command prints."""

import browser as chromium
import pytest

# Puts a terminal for each list of chunks on the page, and returns what all of them show.
SHOW = """
async (inputs) => {
    const shown = inputs.map((chunks) => new Promise((resolve) => {
        const element = document.createElement("div");
        element.className = "systemcommands-terminal";
        element.style.width = "800px";
        document.body.append(element);
        const progress = [];
        const terminal = new SystemCommandsTerminal(element, {
            onProgress: (value) => progress.push([value.state, value.value ?? null]),
            onChange: () => {},
            onIdle: () => {
                const lines = [...element.querySelectorAll(".systemcommands-block > div")];
                resolve({
                    lines: lines.map((line) => line.textContent),
                    html: lines.map((line) => line.outerHTML),
                    text: terminal.text(),
                    progress: progress
                });
                element.remove();
            }
        });
        terminal.write(chunks);
    }));
    return Promise.all(shown);
}
"""


@pytest.fixture(scope="module")
def terminal_page(browser, octoprint):
    """One page for all tests here; none of them leaves anything on it."""
    page = chromium.new_page(chromium.new_context(browser, octoprint.url))
    chromium.log_in(page, octoprint.admin)
    yield page
    page.context.close()
    assert chromium.unexpected_errors(page) == []


@pytest.fixture
def show(terminal_page):
    """show("text", ...): what a terminal shows of these chunks of stdout."""

    def show_(*chunks):
        chunks = [
            {"stream": "stdout", "text": chunk} if isinstance(chunk, str) else chunk
            for chunk in chunks
        ]
        return terminal_page.evaluate(SHOW, [chunks])[0]

    return show_


def stderr(text):
    return {"stream": "stderr", "text": text}


TEXTS = {
    "plain": ("one\ntwo\n", ["one", "two"]),
    "empty lines": ("one\n\n\ntwo", ["one", "", "", "two"]),
    "carriage return": ("50 %\r100 %\n", ["100 %"]),
    "shorter over longer": ("working\rdone", ["doneing"]),
    "windows line ends": ("one\r\ntwo\r\n", ["one", "two"]),
    "backspace": ("abc\b\bX", ["aXc"]),
    "backspace at the beginning": ("\b\ba", ["a"]),
    "tab": ("a\tb\n12345678\tc", ["a       b", "12345678        c"]),
    "erase to the end": ("working\r\x1b[Kdone", ["done"]),
    "erase all of it": ("working\x1b[2K\rdone", ["done"]),
    "erase to the cursor": ("abcdef\b\b\x1b[1K", ["     f"]),
    "cursor up": ("one\ntwo\nthree\x1b[2A\rONE\n", ["ONE", "two", "three"]),
    "cursor up too far": ("one\x1b[999999999A\rONE", ["ONE"]),
    "cursor to the right": ("a\x1b[3Cb", ["a   b"]),
    "erase below": ("one\ntwo\nthree\x1b[2A\x1b[J", ["one", "", ""]),
    "colors": ("\x1b[31mred\x1b[0m plain", ["red plain"]),
    "hidden cursor": ("\x1b[?25lwork\x1b[?25h", ["work"]),
    "unknown CSI": ("a\x1b[>4;1mb\x1b[!pc\x1b[0 qd\x1b[5ne", ["abcde"]),
    "title, BEL": ("\x1b]0;a title\x07text", ["text"]),
    "title, ST": ("\x1b]0;a title\x1b\\text", ["text"]),
    "link": ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\.", ["link."]),
    "OSC without an end": ("\x1b]0;lost\nnext", ["", "next"]),
    "DCS": ("a\x1bPq#0;2;0\nmore\x1b\\b", ["ab"]),
    "character set": ("\x1b(Ba\x1b)0b", ["ab"]),
    "two letters": ("a\x1b7b\x1b8c\x1b=d", ["abcd"]),
    "8 bit": ("a\x9b31mred\x9d0;title\x9cb\x85c", ["aredbc"]),
    "aborted": ("a\x1b[31\nb\x1b]0;x\x18c", ["a", "bc"]),
    "other control characters": ("a\x00\x01\x07\x0e\x7fb", ["ab"]),
    "undecodable bytes": ("a\ufffd\ufffdb", ["a\ufffd\ufffdb"]),
    "beyond ASCII": ("häß 温度 🙂\n", ["häß 温度 🙂"]),
    "html": ("<b>no</b> &amp; <img src=x onerror=alert(1)>", None),
    "colors and overwriting": ("\x1b[31mred\x1b[0m\r\x1b[32mG\x1b[4munder", ["Gunder"]),
    "progress": ("\x1b]9;4;1;42\x07a\x1b]9;4;3\x1b\\b\x1b]9;4;0\x07", ["ab"]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(show, name):
    text, expected = TEXTS[name]
    assert show(text)["lines"] == (expected or [text])


@pytest.mark.parametrize("name", TEXTS)
def test_chunks_may_end_anywhere(terminal_page, name):
    text = TEXTS[name][0]
    splits = [(text[:at], text[at:]) for at in range(1, len(text))]
    inputs = [
        [{"stream": "stdout", "text": part} for part in parts]
        for parts in [[text], list(text), *splits]
    ]
    whole, *others = terminal_page.evaluate(SHOW, inputs)
    for parts, other in zip([list(text), *splits], others, strict=True):
        assert other == whole, parts


##~~ Looks


@pytest.mark.parametrize(
    ("sgr", "style"),
    [
        ("31", "color: rgb(224, 108, 108)"),
        ("91", "color: rgb(255, 143, 143)"),
        ("38;5;208", "color: rgb(255, 135, 0)"),
        ("38;5;9", "color: rgb(255, 143, 143)"),
        ("38;5;250", "color: rgb(188, 188, 188)"),
        ("38;2;200;150;100", "color: rgb(200, 150, 100)"),
        ("38:2::200:150:100", "color: rgb(200, 150, 100)"),
        ("38:5:208", "color: rgb(255, 135, 0)"),
        ("38;2;0;200;255;1", "color: rgb(0, 200, 255); font-weight: bold"),
        ("1", "font-weight: bold"),
        ("2", "color: rgb(158, 161, 166)"),
        ("3", "font-style: italic"),
        ("4", "text-decoration: underline"),
        ("4;9", "text-decoration: underline line-through"),
        ("7", "color: rgb(28, 31, 36); background-color: rgb(214, 217, 222)"),
        ("1;3;22", "font-style: italic"),
        ("31;39;1", "font-weight: bold"),
        ("1;0;3", "font-style: italic"),
        ("1;;3", "font-style: italic"),
    ],
)
def test_looks(show, sgr, style):
    html = show(f"\x1b[{sgr}mtext\x1b[m after")["html"][0]
    assert html == f'<div class=""><span style="{style};">text</span> after</div>'


@pytest.mark.parametrize(
    "sgr", ["", "0", "38;5", "38;5;256", "38;2;1;2", "38;2;1;2;999", "38", "99", "4:0"]
)
def test_looks_that_are_none(show, sgr):
    assert show(f"\x1b[{sgr}mtext")["html"] == ['<div class="">text</div>']


CONTRASTS = """
() => {
    const style = new SystemCommandsTextStyle();
    const element = document.createElement("span");
    const channels = (color) => color.match(/\\d+/g).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    const luminance = (color) => {
        const [r, g, b] = channels(color);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const result = {};
    const looks = [];
    for (let n = 0; n < 256; n++) {
        for (const look of ["38;5;", "48;5;", "2;38;5;", "2;48;5;", "7;38;5;"]) {
            looks.push(look + n);
        }
    }
    for (const sgr of looks) {
        style.reset();
        style.apply(sgr);
        element.style.cssText = style.current;
        const pair = [
            luminance(element.style.color),
            luminance(element.style.backgroundColor || "rgb(28, 31, 36)")
        ].sort((a, b) => a - b);
        result[sgr] = (pair[1] + 0.05) / (pair[0] + 0.05);
    }
    return result;
}
"""


def test_every_color_can_be_read(terminal_page):
    contrasts = terminal_page.evaluate(CONTRASTS)
    assert len(contrasts) == 5 * 256
    assert {sgr: c for sgr, c in contrasts.items() if c < 4.5} == {}


def test_stderr_is_marked_by_more_than_a_color(terminal_page, show):
    shown = show("fine, ", stderr("not fine\n"), "fine")
    # a line of its own: what the streams have printed does not mix
    assert shown["html"] == [
        '<div class="">fine, </div>',
        '<div class="systemcommands-stderr">'
        '<span class="systemcommands-error">not fine</span></div>',
        '<div class="">fine</div>',
    ]


def test_indented_lines_of_both_streams(show):
    shown = show("\tone\n", stderr("\ttwo\n"), "\x1b[8Cthree\n", stderr("four"))
    assert shown["lines"] == [" " * 8 + "one", " " * 8 + "two", " " * 8 + "three", "four"]


def test_streams_do_not_get_into_each_others_sequences(show):
    shown = show("a\x1b[3", stderr("oh\x1b[1m no"), "1mred\n", stderr("still bold"))
    assert shown["lines"] == ["a", "oh no", "red", "still bold"]
    assert "color: rgb(224, 108, 108)" in shown["html"][2]
    assert "font-weight: bold" in shown["html"][3]


##~~ What is missing


def test_gap(show):
    shown = show("one\ntwo \x1b[31", {"dropped": 2048}, "m three\n", "four")
    note = "… 2.0KB of the output were dropped here …"
    assert shown["lines"] == ["one", "two ", note, "m three", "four"]
    assert shown["html"][2] == f'<div class="systemcommands-note">{note}</div>'
    assert shown["text"] == f"one\ntwo\n{note}\nm three\nfour"


def test_gap_in_a_string_that_then_never_ends(show):
    shown = show("a\x1b]0;tit", {"dropped": 5}, "all of this is text")
    assert shown["lines"][-1] == "all of this is text"


##~~ Progress


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("9;4;1;42", [[1, 42]]),
        ("9;4;1;0", [[1, 0]]),
        ("9;4;1;999", [[1, 100]]),
        ("9;4;2;10", [[2, 10]]),
        ("9;4;2", [[2, None]]),
        ("9;4;3;", [[3, None]]),
        ("9;4;4;50", [[4, 50]]),
        ("9;4;0", [[0, None]]),
        ("9;4;5;1", []),
        ("9;4;1;x", []),
        ("9;4", []),
        ("9;a message", []),
    ],
)
def test_progress(show, sequence, expected):
    assert show(f"\x1b]{sequence}\x07")["progress"] == expected
    assert show(f"\x1b]{sequence}\x1b\\")["progress"] == expected


##~~ Bounds


def test_hostile_sizes(show):
    assert show("\x1b[" + "1;" * 100_000 + "mtext")["lines"] == ["text"]
    assert show("\x1b]0;" + "x" * 60_000 + "\x07text")["lines"] == ["text"]
    assert show("\x1b[999999999Cx\x1b[999999999Bx")["lines"][0].endswith(" x")
    lines = show("x" * 100_000)["lines"]
    assert "".join(lines) == "x" * 100_000
    assert max(map(len, lines)) == 4000


def test_at_most_5000_lines_and_their_numbers(terminal_page):
    text = "".join(f"line {number}\n" for number in range(100_000))
    chunks = [
        {"stream": "stdout", "text": text[at : at + 50_000]}
        for at in range(0, len(text), 50_000)
    ]
    shown = terminal_page.evaluate(SHOW, [chunks])[0]
    assert 5000 <= len(shown["lines"]) <= 5100
    assert shown["lines"] == [
        f"line {number}" for number in range(100_000 - len(shown["lines"]), 100_000)
    ]
