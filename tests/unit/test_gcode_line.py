"""Lines of G-code that ask for commands: how they are read."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from octoprint_systemcommands.commands.arguments.types import (
    NumberArgument,
    TextArgument,
    ToggleArgument,
)
from octoprint_systemcommands.triggers.gcode.line import (
    Line,
    Octo,
    WrongLine,
    as_values,
    parse,
    parse_octo,
)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("light", Line("light")),
        ("  light  on ", Line("light", "on")),
        ("light off wait", Line("light", "off", {}, True)),
        ("light wait off", Line("light", "off", {}, True)),
        ("light:on", Line("light:on")),
        ("greet name=Otto", Line("greet", None, {"name": "Otto"})),
        ("greet name=", Line("greet", None, {"name": ""})),
        ("greet name=a=b", Line("greet", None, {"name": "a=b"})),
        ('greet name="Anna and Otto" wait', Line("greet", None, {"name": "Anna and Otto"}, True)),
        ("greet 'name=Anna and Otto'", Line("greet", None, {"name": "Anna and Otto"})),
        ("greet name=it\\'s", Line("greet", None, {"name": "it's"})),
        # nothing is replaced
        ("greet name=$HOME name2=`id` x=*", Line("greet", None, {"name": "$HOME", "name2": "`id`", "x": "*"})),
        ("greet wait=1 on=2", Line("greet", None, {"wait": "1", "on": "2"})),
        ("wait wait", Line("wait", None, {}, True)),
        ("on on", Line("on", "on")),
    ],
)  # fmt: skip
def test_lines(parameters, expected):
    assert parse(parameters) == expected


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("", "Say which command"),
        ("   ", "Say which command"),
        ('greet name="Otto', "quote"),
        ("greet name=Otto\\", "quote"),
        ("greet a=1 a=2", '"a" is there twice'),
        ("greet Otto", '"Otto" is neither an argument'),
        ("greet Name=Otto", '"Name=Otto" is neither'),
        ("greet PATH=/tmp", '"PATH=/tmp" is neither'),
        ("light on off", '"off" is neither'),
        ("light on on", '"on" is neither'),
        ("light ON", '"ON" is neither'),
        ("x" * 2001, "too long"),
    ],
)
def test_wrong_lines(parameters, said):
    with pytest.raises(WrongLine, match=said) as raised:
        parse(parameters)
    assert len(str(raised.value)) < 200


@given(st.text(max_size=200))
@example("\0")
@example("a\nb")
@example("'\\''")
def test_any_line_is_read_or_refused_in_words(parameters):
    try:
        found = parse(parameters)
    except WrongLine:
        return
    assert found.action
    assert found.to in (None, "on", "off")
    for name in found.arguments:
        assert name == name.lower()
        assert "=" not in name


quoted = st.text(st.characters(exclude_characters="'"), max_size=30)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), quoted))
def test_what_is_quoted_arrives_as_it_is(arguments):
    words = [f"{name}='{value}'" for name, value in arguments.items()]
    assert parse(" ".join(["greet", *words])) == Line("greet", None, arguments)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("OCTO3", Octo(3, "", "OCTO3")),
        ("OCTO3  a  'b' ", Octo(3, "a  'b'", "OCTO3  a  'b'")),
        ("octo007 x=1", Octo(7, "x=1", "octo007 x=1")),
        ("OCTO", None),
        ("OCTO3a", None),
        ("OCTO-3", None),
        ("OCTOPUS", None),
        ("OCTO12345", None),
        ("OCTO٣", None),
        ("XOCTO3", None),
        ("", None),
    ],
)
def test_octo_lines(line, expected):
    assert parse_octo(line) == expected


def test_what_octo_lines_tell():
    assert parse_octo("OCTO7 some text").variables == {
        "SC_ARGS": "some text",
        "OCTOPRINT_GCODESYSTEMCOMMAND_ID": "7",
        "OCTOPRINT_GCODESYSTEMCOMMAND_ARGS": "some text",
        "OCTOPRINT_GCODESYSTEMCOMMAND_LINE": "OCTO7 some text",
    }


@given(st.text(max_size=100))
def test_any_line_is_an_octo_line_or_none(text):
    for line in (text, f"OCTO{text}", f"OCTO1 {text}"):
        found = parse_octo(line)
        assert found is None or line.strip().startswith(found.text)


def test_values():
    kinds = [
        NumberArgument(name="n", type="number"),
        ToggleArgument(name="t", type="toggle"),
        TextArgument(name="x", type="text"),
    ]

    def value(name, text):
        return as_values(kinds, {name: text})[name]

    numbers = {"5": 5, "-5": -5, "+5": 5, "0.5": 0.5, ".5": 0.5, "5.": 5.0}
    for text, number in numbers.items():
        assert value("n", text) == number
    # whatever is none is refused as the text that it is
    for text in ("", "1e3", "0x5", "nan", "inf", "1_000", "5 ", "٣", "9" * 30):
        assert value("n", text) == text
    assert [value("t", text) for text in ("on", "YES", "true", "1")] == [True] * 4
    assert [value("t", text) for text in ("off", "No", "false", "0")] == [False] * 4
    assert value("t", "perhaps") == "perhaps"
    assert value("x", "5") == "5"
    assert value("unknown", "5") == "5"
