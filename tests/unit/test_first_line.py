"""What is shown of what a state command writes."""

import pytest

from octoprint_systemcommands.states.first_line import first_line


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (b"", None),
        (b"\n \r\n\t\n", None),
        (b"47.2 \xc2\xb0C\nand more\n", "47.2 °C"),
        (b"\n  second  \n", "second"),
        (b"10 %\r20 %\r", "10 %"),
        (b"\x1b[1;32mactive\x1b[0m", "active"),
        (b"\x1b]8;;http://evil/\x07link\x1b]8;;\x07", "link"),
        (b"\x1b[2J\x07\x08\x00x\x7f", "x"),
        (b"\xff\xfe half \xe2\x82", "\ufffd\ufffd half \ufffd"),
        # it would be read from right to left
        ("a\u202egnp.exe".encode(), "agnp.exe"),
        ("\u061cb\u2067c".encode(), "bc"),
        # what nobody sees is no text
        ("\ufeff47 °C".encode(), "47 °C"),
        ("\u200b\u2060\nseen".encode(), "seen"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
        (b"a" * 4096, "a" * 200),
    ],
)
def test_one_line_of_text(output, shown):
    assert first_line(output) == shown
