"""Finds texts in data, all of their occurrences, overlapping ones included.

The time this takes has to be bounded by the size of the data, whatever the texts are: whoever
may run a command chooses its secrets, and may have it print them. A text of a thousand equal
letters occurs at each place of a flood of that letter.
"""

import re
from collections.abc import Iterable
from typing import Optional, Union

# Bytes by which a text is looked for. With more there are fewer places to look at. With fewer
# it is certain to be quick: before Python 3.10, `bytes.find` may compare all of them at each
# place.
_BEGINNING = 32

# Bytes by which something that repeats itself is followed at first
_STEP = 16

Span = tuple[int, int]


class Short:
    """A short text that repeats itself late or not at all, so that one occurrence can begin
    in the second half of another at most: an expression finds those that hang together.
    """

    def __init__(self, text: bytes):
        self._text = text
        self._expression: Optional[re.Pattern[bytes]] = None

    def find(self, data: bytes, found: list[Span]) -> int:
        """See `Family.find`."""
        if self._text in data:
            if self._expression is None:
                self._expression = _chain(self._text)
            found.extend(match.span() for match in self._expression.finditer(data))
        return begins_at_the_end(self._text, data)


class Family:
    """Texts that begin alike, which are looked for together.

    Where the beginning occurs, the data may go on to repeat what is repeated in it, or all
    of it: a stretch with the period of the beginning. Within such a stretch, the beginning
    occurs once a period and nowhere else. A text that repeats itself from its beginning to
    its end occurs there as often as it fits. One that ceases to occurs where it does so
    together with the data, or not at all. The next stretch begins half a beginning later
    at least. So there is little to do for each byte.

    Arguments:
        beginning: what they begin with; all of them are it, or are longer than it
        texts: the texts
    """

    def __init__(self, beginning: bytes, texts: Iterable[bytes]):
        self.beginning = beginning
        self._period = _period(beginning)
        # with the number of bytes for which each repeats itself
        self._texts = [
            (text, _end_of_stretch(text, 0, self._period, len(beginning)))
            for text in texts
        ]

    def find(self, data: bytes, found: list[Span]) -> int:
        """Adds where the texts are; those that overlap may come as one.

        Returns:
            where the longest end of the data begins that may be the beginning of a text,
            the size of the data if there is none
        """
        size = len(data)
        waiting = size
        place = data.find(self.beginning)
        while place != -1:
            end = _end_of_stretch(data, place, self._period, len(self.beginning))
            for text, repeated in self._texts:
                if repeated == len(text):
                    self._find_repeated(text, place, end, found)
                elif end - repeated < place:
                    pass
                elif data.startswith(text, end - repeated):
                    found.append((end - repeated, end - repeated + len(text)))
                elif size - end < len(text) - repeated and text.startswith(
                    data[end - repeated :]
                ):
                    waiting = min(waiting, end - repeated)
                if end == size:
                    # it may cease to be repeated, or be complete, with what comes
                    most = min(repeated, len(text) - 1)
                    ahead = max(0, size - most - place)
                    waiting = min(waiting, place - -ahead // self._period * self._period)
            place = data.find(self.beginning, end - len(self.beginning) + 1)
        return min(waiting, begins_at_the_end(self.beginning, data))

    def _find_repeated(
        self, text: bytes, place: int, end: int, found: list[Span]
    ) -> None:
        period = self._period
        last = place + (end - place - len(text)) // period * period
        if period < len(text) and last >= place:
            found.append((place, last + len(text)))
        else:
            # these touch each other at most
            found.extend(
                (start, start + period) for start in range(place, last + 1, period)
            )


def families(texts: Iterable[bytes]) -> list[Union[Family, Short]]:
    """All of the texts, by their beginnings."""
    by_beginning: dict[bytes, list[bytes]] = {}
    for text in texts:
        by_beginning.setdefault(text[:_BEGINNING], []).append(text)
    return [
        Short(beginning)
        if alike == [beginning] and 2 * _period(beginning) > len(beginning)
        else Family(beginning, alike)
        for beginning, alike in by_beginning.items()
    ]


def begins_at_the_end(text: bytes, data: bytes) -> int:
    """Where the longest end of the data begins that a text, which is longer than that,
    begins with; the size of the data if there is none. For short texts only."""
    place = data.find(text[:1], max(0, len(data) - len(text) + 1))
    while place != -1:
        if text.startswith(data[place:]):
            return place
        place = data.find(text[:1], place + 1)
    return len(data)


def _periods(text: bytes) -> Iterable[int]:
    """After how many bytes a text may occur again, the fewest first; at last all of it."""
    return (n for n in range(1, len(text) + 1) if text.startswith(text[n:]))


def _period(text: bytes) -> int:
    return next(iter(_periods(text)))


def _chain(text: bytes) -> "re.Pattern[bytes]":
    """Matches an occurrence and all those that overlap it and each other."""
    *overlapping, _ = _periods(text)
    more = b"|".join(re.escape(text[-period:]) for period in overlapping)
    return re.compile(re.escape(text) + (b"(?:" + more + b")*" if more else b""))


def _end_of_stretch(data: bytes, start: int, period: int, known: int) -> int:
    """Up to where the data repeats, from a place on, its first bytes there, which is known
    for some bytes."""
    size = len(data)
    end = start + known
    if end >= size or data[end] != data[end - period]:
        return end
    step = _STEP
    # in ever longer steps, as long as it goes on
    while end < size:
        to = min(end + step, size)
        if data[end:to] != data[end - period : to - period]:
            break
        end = to
        step *= 2
    # and then in ever shorter ones
    while step:
        to = min(end + step, size)
        if data[end:to] == data[end - period : to - period]:
            end = to
        step //= 2
    return end
