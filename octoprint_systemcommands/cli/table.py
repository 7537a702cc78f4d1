"""Rows of texts, one below the other."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# Characters of a cell
_MAX_CELL = 60


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table. Columns with nothing in them are left out."""
    cells = [[_cell(text) for text in row] for row in rows]
    used = [column for column in range(len(head)) if any(row[column] for row in cells)]
    lines = [list(head), *cells]
    widths = [max(_width(line[column]) for line in lines) for column in used]
    for line in lines:
        padded = (
            line[column] + " " * (width - _width(line[column]))
            for column, width in zip(used, widths)
        )
        yield "  ".join(padded).rstrip()


def plain(text: str) -> str:
    """A text that does not draw on the terminal, though a command has written it, somebody has
    named something so, or a server says it."""
    return _CONTROL.sub(" ", text)


def _cell(text: str) -> str:
    text = plain(text)
    return text if len(text) <= _MAX_CELL else f"{text[: _MAX_CELL - 1]}…"


def _width(text: str) -> int:
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )
