"""What is written to the log about runs. Never the values of arguments."""

import json
import re
from typing import Optional

from .run import Run

# and halves of characters, which no file takes: the whole line would be lost
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def who_does_what(run: Run) -> str:
    """One line that says which command is run, by whom, and from where."""
    requester = run.request.requester
    parts = [
        f"Performing command for {run.request.what}",
        f"run {run.id}",
        f"user {requester.user or '(none)'}",
    ]
    if requester.application:
        # whoever asks for a key chooses it, and may choose what looks like the rest
        parts.append(
            f"application {json.dumps(requester.application, ensure_ascii=False)}"
        )
    parts.append(f"trigger {requester.trigger}")
    if requester.rule is not None:
        parts.append(f"rule {requester.rule.id}")
    if requester.address:
        parts.append(f"from {requester.address}")
    if run.request.values.shown:
        parts.append(f"with the arguments {' '.join(run.request.values.shown)}")
    return one_line(", ".join(parts))


def what_becomes_of(run: Run, what: str, user: Optional[str] = None) -> str:
    """One line that says what happens to a run, and who wants it.

    Arguments:
        run: the run
        what: such as ``Stopping``
        user: whose wish it is; None if it is nobody's
    """
    line = f"{what} {run.request.what}, run {run.id}"
    return one_line(line if user is None else f"{line}, user {user}")


def name_of(run: Run) -> str:
    """Which command it is, for a line of the log."""
    return one_line(run.request.what)


def prefix_lines(text: str) -> str:
    """A text of several lines, of which a reader sees what is the command's and what is
    not, and which a terminal that shows the log does not obey to."""
    return "\n! ".join(_without_controls(text).splitlines())


def one_line(text: str) -> str:
    """A text that looks like one line of the log, whoever has chosen what is in it."""
    return " ".join(_without_controls(text).splitlines())


def _without_controls(text: str) -> str:
    return _CONTROL_CHARACTERS.sub("\ufffd", text)
