"""The terminal of the run dialog by itself: what becomes of what a command prints."""

import pytest

from harness import chromium as chromium

# Puts a terminal for each list of chunks on the page, and returns what all of them show.
SHOW = """
async (inputs) => {
    const shown = inputs.map((chunks) => new Promise((resolve) => {
        const element = document.createElement("div");
        element.className = "systemcommands-terminal";
        element.style.width = "800px";
        document.body.append(element);
        const progress = [];
        const terminal = new SystemCommands.Terminal(element, {
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
def terminal_page(contexts, octoprint):
    """One page for all tests here; none of them leaves anything on it."""
    page = chromium.new_page_in(contexts)
    chromium.enter(page, octoprint.admin)
    yield page
    contexts.give_back(page.context)
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


# What becomes of other texts is tested in node, see tests/js.
TEXTS = {
    "plain": ("one\n\ntwo\n", ["one", "", "two"]),
    "beyond ASCII": ("häß 温度 🙂\n", ["häß 温度 🙂"]),
    "over an emoji": ("🙂🙂\rx👩‍💻e\u0301", ["x👩‍💻e\u0301"]),
    "without an end": ("one\n\x1bPtwo\nlast", ["one", "two", "last"]),
    "html": ("<b>no</b> &amp; <img src=x onerror=alert(1)>", None),
    "colors and overwriting": ("\x1b[31mred\x1b[0m\r\x1b[32mG\x1b[4munder", ["Gunder"]),
    "many frames": (
        "a\n" + "".join(f"\x1bc{n}\n" * n for n in range(1, 12)),
        ["a", "11"],
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(terminal_page, name):
    text, expected = TEXTS[name]
    splits = [[text], list(text)]
    # in the middle, and wherever that is in an emoji
    half = len(text) // 2
    splits += [[text[:half], text[half:]]]
    inputs = [
        [{"stream": "stdout", "text": part} for part in parts if part] for parts in splits
    ]
    for shown in terminal_page.evaluate(SHOW, inputs):
        assert shown["lines"] == (expected or [text])
        assert shown["text"].split("\n") == [line.rstrip() for line in shown["lines"]]


# Writes one piece after the other, when all before it is shown.
SHOW_BY_AND_BY = """
async (pieces) => {
    const element = document.createElement("div");
    element.className = "systemcommands-terminal";
    document.body.append(element);
    const shown = [];
    let onIdle;
    const terminal = new SystemCommands.Terminal(element, {
        onProgress: () => {},
        onChange: () => {},
        onIdle: () => onIdle()
    });
    for (const piece of pieces) {
        await new Promise((resolve) => {
            onIdle = resolve;
            terminal.write([{stream: "stdout", text: piece}]);
        });
        const blocks = [...element.querySelectorAll(".systemcommands-block")];
        shown.push({
            lines: blocks.flatMap((block) => [...block.children]).map((l) => l.textContent),
            blocks: blocks.map((block) => block.children.length)
        });
    }
    element.remove();
    return shown;
}
"""


def test_frames_by_and_by(terminal_page):
    tall = "".join(f"{n}\n" for n in range(250))
    shown = terminal_page.evaluate(
        SHOW_BY_AND_BY,
        ["before\n", "\x1b[H\x1b[2J" + tall, "\x1b[H\x1b[2J", "low\n", "\x1bc", tall],
    )
    numbers = [str(n) for n in range(250)]
    assert [one["lines"] for one in shown] == [
        ["before"],
        ["before", *numbers],
        # as long as nothing takes its place
        ["before", *numbers],
        ["before", "low"],
        ["before", "low"],
        ["before", *numbers],
    ]
    assert shown[-1]["blocks"] == [100, 100, 51]


def test_string_without_an_end_is_text_for_a_while(terminal_page):
    pieces = ["one\ntwo", "\x1b_three", "\nfour\n", "five\x1b\\", "\rTWO\n"]
    shown = terminal_page.evaluate(SHOW_BY_AND_BY, pieces)
    assert [one["lines"] for one in shown] == [
        ["one", "two"],
        ["one", "twothree"],
        ["one", "twothree", "four"],
        ["one", "two"],
        ["one", "TWO"],
    ]


##~~ Looks


# What other looks become is tested in node, see tests/js/text_style.test.js.
def test_looks(show):
    html = show("\x1b[1;31mtext\x1b[m after", "\x1b[38;5mplain")["html"][0]
    style = "color: rgb(224, 108, 108); font-weight: bold;"
    assert html == f'<div class=""><span style="{style}">text</span> afterplain</div>'


@pytest.mark.each_version
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


def test_progress(show):
    text = "4 %\n5 %\n\r45% of it\r46%\x1b]9;4;1;47\x07\n80 %\n"
    assert show(text)["progress"] == [[1, 5], [1, 45], [1, 47]]


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
