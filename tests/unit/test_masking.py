"""No secret gets through, whatever pieces it comes in and whatever way it is written."""

import json
import re
import shlex
import urllib.parse
from html import escape
from pathlib import Path
from unittest import mock

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2.utils import htmlsafe_json_dumps

from octoprint_systemcommands.runs.output import occurrences
from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT, Capture
from octoprint_systemcommands.runs.output.masking import MaskedCapture
from octoprint_systemcommands.runs.output.occurrences import (
    Family,
    _end_of_stretch,
    families,
)
from octoprint_systemcommands.runs.output.secret_forms import WAYS, forms

# few letters, so that secrets overlap, contain each other, and are in every text
letters = st.text("ab*'", min_size=1, max_size=5)
secrets_of_few_letters = st.lists(letters, min_size=1, max_size=4)


class Said:
    """Stands in for a `Capture`: keeps everything, by stream."""

    def __init__(self):
        self.text = {STDOUT: b"", STDERR: b""}
        self.writes = 0

    def write(self, stream, data):
        assert data
        self.text[stream] += data
        self.writes += 1


def masked(secrets, *pieces):
    """What is left of the pieces of one stream."""
    said = Said()
    subject = MaskedCapture(said, secrets)
    for piece in pieces:
        subject.write(STDOUT, memoryview(piece))
    subject.close()
    assert said.text[STDERR] == b""
    return said.text[STDOUT]


def cut(text, places):
    places = sorted(place % (len(text) + 1) for place in places)
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)])]


def plainly_masked(secrets, text):
    """The same for simple secrets, which every program writes alike, as one would say it:
    what belongs to a secret is not there, and there is a mask for each piece of that."""
    hidden = [False] * len(text)
    joined = [False] * len(text)  # to the letter before it
    for secret in secrets:
        for start in range(len(text) - len(secret) + 1):
            if text.startswith(secret, start):
                for place in range(start, start + len(secret)):
                    hidden[place] = True
                    joined[place] |= place > start
    result = ""
    for place, letter in enumerate(text):
        if not hidden[place]:
            result += letter
        elif not joined[place]:
            result += "***"
    return result


@given(secrets_of_few_letters, st.text("ab*'", max_size=30), st.lists(st.integers(0, 30)))
@example(["ab", "abc"], "abcab", [1, 2, 4])
def test_any_split_of_any_text_gives_the_same(secrets, text, places):
    text = text.encode()
    assert masked(secrets, *cut(text, places)) == masked(secrets, text)


@given(st.binary(max_size=60), st.lists(st.integers(0, 60)), st.text(min_size=1))
def test_what_has_no_secret_in_it_is_left_alone(data, places, secret):
    secret += "behind this there is nothing more"
    assert masked([secret], *cut(data, places)) == data


@given(
    st.lists(st.text("ab*", min_size=1, max_size=4), min_size=1, max_size=4),
    st.text("ab*", max_size=30),
    st.lists(st.integers(0, 30)),
)
@example(["aa"], "aaa", [])
@example(["aa"], "aaa", [2])
@example(["wxyz12", "12ab", "bcccc"], "wxyz12ab", [])
@example(["password1", "1234"], "password1234", [9])
@example(["a", "*"], "a", [])
def test_all_that_belongs_to_a_secret_is_masked(secrets, text, places):
    # a star is written as %2A in URLs, which cannot be found here
    got = masked(secrets, *cut(text.encode(), places))
    assert got.decode() == plainly_masked(secrets, text)


# Secrets that repeat themselves, for a while or all along, shorter and longer than what is
# looked for at once, and texts of their parts
repeating = st.builds(
    lambda front, unit, times, end: (front + unit * times + end) or "a",
    st.text("ab*'", max_size=2),
    st.text("ab'", min_size=1, max_size=9),
    st.integers(0, 40),
    st.text("ab*'", max_size=2),
)


@st.composite
def secrets_and_floods(draw):
    """Secrets of a kind and a text that is made of their parts."""
    secrets = draw(st.lists(repeating, min_size=1, max_size=4))
    written = sorted({form for secret in secrets for form in forms(secret)})
    text = b""
    for _ in range(draw(st.integers(0, 6))):
        form = draw(st.sampled_from(written))
        begin = draw(st.integers(0, len(form)))
        end = draw(st.integers(begin, len(form)))
        text += form[begin:end] * draw(st.sampled_from([1, 1, 1, 2, 30]))
    return secrets, text[:3000]


@given(secrets_and_floods(), st.lists(st.integers(0, 3000)))
@example((["a" * 100], b"a" * 250), [40, 120, 130])
@example((["ab" * 40 + "c"], b"ab" * 90 + b"cab"), [3])
@example((["a" * 33, "a" * 32], b"ba" + b"a" * 70), [35])
@example((["aba", "bab"], b"ababab"), [4])
@example((["hunter2h"], b"hunter2hunter2h"), [9])
def test_nothing_else_than_the_secrets_is_masked(secrets_and_text, places):
    secrets, text = secrets_and_text
    written = {form for secret in secrets for form in forms(secret)}
    latin = [form.decode("latin-1") for form in written]
    expected = plainly_masked(latin, text.decode("latin-1")).encode("latin-1")
    assert masked(secrets, *cut(text, places)) == expected


@given(
    st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=4, unique=True)
    | st.lists(
        st.builds(
            lambda unit, n: unit * n,
            st.binary(min_size=1, max_size=3),
            st.integers(1, 40),
        ),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    st.data(),
)
def test_all_occurrences_are_found(texts, data):
    parts = st.sampled_from([*texts, *(text[:-1] for text in texts), b"a", b"\0"])
    flood = b"".join(data.draw(st.lists(parts, max_size=8)))
    found = []
    waiting = min(family.find(flood, found) for family in families(texts))

    covered = {place for start, end in found for place in range(start, end)}
    assert covered == {
        place
        for text in texts
        for start in range(len(flood))
        if flood.startswith(text, start)
        for place in range(start, start + len(text))
    }
    begun = [
        start
        for start in range(len(flood))
        if any(
            text.startswith(flood[start:]) and len(text) > len(flood) - start
            for text in texts
        )
    ]
    assert waiting == min(begun, default=len(flood))


@given(
    st.lists(st.text("ab", min_size=3, max_size=6), min_size=1, max_size=3),
    st.lists(st.sampled_from("abxyz"), max_size=40),
)
def test_byte_by_byte_no_secret_is_ever_there(secrets, letters):
    said = Said()
    subject = MaskedCapture(said, secrets)
    for letter in letters:
        subject.write(STDOUT, letter.encode())
        assert not any(secret.encode() in said.text[STDOUT] for secret in secrets)
    subject.close()
    assert not any(secret.encode() in said.text[STDOUT] for secret in secrets)


@given(
    st.lists(letters, min_size=1, max_size=3),
    st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), st.text("ab*'", max_size=6))),
)
def test_each_stream_is_looked_at_by_itself(secrets, pieces):
    said = Said()
    subject = MaskedCapture(said, secrets)
    for stream, text in pieces:
        subject.write(stream, text.encode())
    subject.close()
    for stream, text in said.text.items():
        alone = [piece.encode() for other, piece in pieces if other == stream]
        assert text == masked(secrets, *alone)


##~~ The ways in which programs write it

SECURITY = Path(__file__).parents[2] / "SECURITY.md"


def promised():
    """The secret of the example in SECURITY.md, and what is written in which way there."""
    text = SECURITY.read_text(encoding="utf-8")
    secret = re.search("of the secret `` (.+?) ``", text)[1]
    rows = re.findall(r"^\| ([^|`-][^|]*?) \| (``.*``) \|$", text, re.MULTILINE)
    return secret, {
        way: [example.replace("\\|", "|") for example in re.findall("`` (.+?) ``", cell)]
        for way, cell in rows
    }


EXAMPLE, PROMISED = promised()


def test_no_way_is_promised_that_there_is_not_nor_kept_secret():
    assert list(PROMISED) == list(WAYS)
    assert all(PROMISED.values())


@pytest.mark.parametrize("way", PROMISED)
def test_what_is_promised(way):
    for written in PROMISED[way]:
        text = f"key={written}\n".encode()
        left = masked([EXAMPLE], text)
        assert left == b"key=***\n" == masked([EXAMPLE], *cut(text, range(len(text))))
        # by what is promised for this way, and not by luck
        assert written in set(WAYS[way](EXAMPLE))


SECRETS = [
    "hunter2",
    "correct horse battery staple",
    "a/b+c=d&e",
    "it's",
    "''",
    "a''b'c",
    'say "no"',
    """both 'a' and "b\"""",
    "back\\slash",
    "tab or not",
    "50 % of it",
    "pässwörd ☃ \U0001f511",
    "p!a'l(a)v*e~r-s_e.",
    "$(reboot) `id` ${HOME}",
    "https://user:pass@host/?q=1&r=2#f",
    "*",
    "***",
    "%41",
]
JAVASCRIPT_COMPONENT = "!'()*"
JAVASCRIPT_URL = "!'()*;,/?:@&=+$#"
WRITERS = {
    "as it is": lambda s: s,
    "curl --data-urlencode": lambda s: urllib.parse.quote(s, safe=""),
    "lower case": lambda s: "".join(
        f"%{byte:02x}"
        if chr(byte) not in "-._~" and not (byte < 128 and chr(byte).isalnum())
        else chr(byte)
        for byte in s.encode()
    ),
    "urllib.parse.quote": urllib.parse.quote,
    "a form": urllib.parse.quote_plus,
    "encodeURIComponent": lambda s: urllib.parse.quote(s, JAVASCRIPT_COMPONENT),
    "encodeURI": lambda s: urllib.parse.quote(s, JAVASCRIPT_URL),
    "json.dumps": json.dumps,
    "JSON.stringify": lambda s: json.dumps(s, ensure_ascii=False),
    "a form of a browser": lambda s: urllib.parse.quote_plus(s, safe="*").replace(
        "~", "%7E"
    ),
    "Go's json.Marshal": lambda s: (
        json.dumps(s, ensure_ascii=False)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
    ),
    ".NET's JsonSerializer": lambda s: re.sub(
        r"\\u[0-9a-f]{4}", lambda code: "\\u" + code[0][2:].upper(), json.dumps(s)
    ),
    ".NET's JsonSerializer, quotes and all": lambda s: re.sub(
        r"\\u[0-9a-f]{4}",
        lambda code: "\\u" + code[0][2:].upper(),
        "".join(
            f"\\u{ord(letter):04x}" if letter in "&<>'\"+`" else json.dumps(letter)[1:-1]
            for letter in s
        ),
    ),
    "Flask's tojson": lambda s: str(htmlsafe_json_dumps(s)),
    "PHP's json_encode": lambda s: json.dumps(s).replace("/", "\\/"),
    "bash -x": lambda s: "'" + s.replace("'", "'\\''") + "'",
    "dash -x": lambda s: "'".join(
        f'"{part}"' if part.startswith("'") else part for part in _quotes_apart(s)
    ),
    "shlex.quote": shlex.quote,
    "repr": repr,
    "repr of something longer": lambda s: repr(f"\"{s}'")[2:-3],
    "ascii": ascii,
    "repr of bytes": lambda s: repr(s.encode())[1:],
    "html.escape": escape,
    "XML": lambda s: escape(s, quote=False),
    "Go's html/template": lambda s: (
        escape(s, quote=False).replace('"', "&#34;").replace("'", "&#39;")
    ),
    "YAML": lambda s: yaml.safe_dump(s, default_style='"', width=float("inf"))[:-1],
    "YAML with single quotes": lambda s: "'" + s.replace("'", "''") + "'",
    "CSV": lambda s: '"' + s.replace('"', '""') + '"',
}


def _quotes_apart(text):
    """The text, and the runs of single quotes in it, in turns."""
    parts = [""]
    for letter in text:
        if (letter == "'") != (parts[-1][:1] == "'"):
            parts.append("")
        parts[-1] += letter
    return parts


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("way", WRITERS)
def test_however_it_is_written(secret, way):
    written = WRITERS[way](secret).encode()
    for text in (written, b"key=" + written + b"\n"):
        for size in (1, 3, len(text)):
            pieces = [text[i : i + size] for i in range(0, len(text), size)]
            got = masked([secret], *pieces)
            assert b"***" in got
            left = got.replace(b"***", b"").replace(b"key=", b"")
            # what is left is what the way puts around it
            assert left.strip(b"\n\"'") == b"", got


##~~ Bounds


@given(st.lists(repeating, min_size=1, max_size=3), st.data())
@example(["a" * 100], None)
@example(["a" * 50 + "b" + "a" * 49], None)
def test_there_is_little_to_do_for_each_byte(secrets, data):
    """Whatever the secrets are, and however often they occur."""
    texts = {secret.encode() for secret in secrets}
    longest = max(texts, key=len)
    period = data.draw(st.integers(1, len(longest))) if data else 1
    flood = longest[:period] * (3000 // period)
    for family in families(texts):
        if not isinstance(family, Family):
            # an expression does it
            continue
        spy = mock.Mock(side_effect=_end_of_stretch)
        with mock.patch.object(occurrences, "_end_of_stretch", spy):
            family.find(flood, [])
        assert spy.call_count <= 2 * len(flood) / len(family.beginning) + 1


def test_what_is_held_back_is_shorter_than_the_secret():
    said = Said()
    subject = MaskedCapture(said, ["ab" * 20])
    for _ in range(1000):
        subject.write(STDOUT, b"ab" * 50)
    # of 100,000 bytes that are all a secret, there is one mask, and it is there already
    assert said.text[STDOUT] == b"***"
    subject.write(STDOUT, b"!")
    assert said.text[STDOUT] == b"***!"


def test_the_end_is_not_held_back_if_no_secret_begins_like_it():
    said = Said()
    MaskedCapture(said, ["hunter2"]).write(STDOUT, b"Password: ")
    assert said.text[STDOUT] == b"Password: "


def test_what_looked_like_a_secret_comes_with_the_end():
    assert masked(["hunter2"], b"a hunter") == b"a hunter"
    assert masked(["hunter2", "hunter"], b"a hunter") == b"a ***"
    assert masked(["hunter2", "hunter"], b"a hunt", b"er2") == b"a ***"


def test_it_fills_a_capture():
    capture = Capture()
    subject = MaskedCapture(capture, ["secret"])
    # across what one read of a pipe gives
    subject.write(STDOUT, b"x" * (64 * 1024 - 3) + b"sec")
    subject.write(STDERR, b"in between")
    subject.write(STDOUT, b"ret\n")
    subject.close()

    pieces, total = capture.pieces()
    text = b"".join(piece.data for piece in pieces if piece.stream == STDOUT)
    assert text == b"x" * (64 * 1024 - 3) + b"***\n"
    assert total == len(text) + len(b"in between")
