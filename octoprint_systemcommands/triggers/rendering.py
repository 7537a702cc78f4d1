"""Whether a movie is being made of the pictures of a timelapse."""

from collections.abc import Callable, Mapping
from typing import Any

# OctoPrint's events that tell of it
SOURCES = frozenset(
    (
        "PrintStarted",
        "PrintDone",
        "PrintFailed",
        "CaptureStart",
        "PostRollStart",
        "PostRollEnd",
        "MovieRendering",
        "MovieDone",
        "MovieFailed",
    )
)

# How long after a print its movie may take to be begun, in s. Whether there will be one
# depends on settings that differ by version.
_GRACE = 30.0

# a movie whose end was not told is no reason to wait forever
_MAX_MOVIES = 16


class Rendering:
    """Knows whether a movie is being made, or is about to be. For one thread; times are
    those of `time.monotonic`.

    Arguments:
        delay: how long after a print OctoPrint's settings let movies wait, in seconds
    """

    def __init__(self, delay: Callable[[], float] = lambda: 0.0):
        self._delay = delay
        self._is_printing = False
        self._has_pictures = False
        self._expected_until = float("-inf")
        self._movies: list[str] = []

    def take(self, event: str, payload: Mapping[str, Any], now: float) -> None:
        """Takes in one of `SOURCES`."""
        if event == "PrintStarted":
            self._is_printing = True
            self._has_pictures = False
        elif event == "CaptureStart":
            self._has_pictures = True
        elif event in ("PrintDone", "PrintFailed", "PostRollEnd"):
            self._is_printing = False
            if self._has_pictures:
                self._expect_for(now, 0.0)
        elif event == "PostRollStart":
            duration = payload.get("postroll_duration")
            if not isinstance(duration, (int, float)):
                duration = 0
            self._expect_for(now, duration)
        elif event == "MovieRendering":
            self._has_pictures = False
            self._expected_until = float("-inf")
            self._movies = [*self._movies, _movie(payload)][-_MAX_MOVIES:]
        elif _movie(payload) in self._movies:
            self._movies.remove(_movie(payload))

    def _expect_for(self, now: float, pictures: float) -> None:
        until = now + pictures + self._delay() + _GRACE
        self._expected_until = max(self._expected_until, until)

    def goes_on(self, now: float) -> bool:
        """Whether pictures are being taken, or a movie is being made or to be expected."""
        return (
            (self._is_printing and self._has_pictures)
            or bool(self._movies)
            or now < self._expected_until
        )


def _movie(payload: Mapping[str, Any]) -> str:
    return str(payload.get("movie"))
