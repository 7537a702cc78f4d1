"""Definitions and what is wrong with them, as JSON and in words."""

from collections.abc import Iterable, Sequence
from typing import Any, Optional

from flask_babel import gettext

from ..commands.editing.last_save import Saved
from ..commands.lists import Lists
from ..commands.problems import ERROR, Problem


def lists_to_json(lists: Lists, saved: Optional[Saved]) -> dict[str, Any]:
    """Both lists, with what is wrong with them and who has saved them."""
    result = lists.to_json()
    result["problems"] = {
        name: [problems_to_json(problems) for problems in of_list]
        for name, of_list in lists.problems().items()
    }
    result["saved"] = None if saved is None else saved.to_json()
    return result


def problems_to_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What is wrong with one entry."""
    return [
        {
            "field": problem.field,
            "path": problem.path,
            "message": problem.message.translated(gettext),
            "severity": problem.severity,
        }
        for problem in problems
    ]


def summary_of(problems: Sequence[Sequence[Problem]]) -> str:
    """The first problem, with its place, since most people have just one."""
    for number, of_entry in enumerate(problems, start=1):
        for problem in of_entry:
            if problem.severity == ERROR:
                place = gettext("Entry %(number)s", number=number)
                field = f", {problem.place}" if problem.field else ""
                return f"{place}{field}: {problem.message.translated(gettext)}"
    return ""
