"""What a rule refers to: commands, their arguments, events. What is missing may come yet."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple, Optional

from ...commands.arguments.values import FindUpload, WrongValues, take
from ...commands.catalogue import NotExecutable, UnknownAction
from ...commands.definition import Command
from ...commands.problems import WARNING, Problem
from ...messages import N_, Message
from .rule import Rule


class Surroundings(NamedTuple):
    """What there is.

    Attributes:
        find_command: finds a command by its source and action, see `Catalogue.find`
        find_upload: finds a file among the uploads
        events: the names of all events that are known
    """

    find_command: Callable[[str, str], Command]
    find_upload: FindUpload
    events: Callable[[], Collection[str]]

    def missed_by(self, rule: Rule) -> list[Problem]:
        """What keeps a rule from doing what it says, as warnings."""
        return list(self._missed_by(rule))

    def _missed_by(self, rule: Rule) -> Iterator[Problem]:
        events = self.events()
        if rule.when.event is not None and rule.when.event not in events:
            yield _warning("when", _UNKNOWN_EVENT, "event")
        if rule.when.run is not None:
            text, _ = self._find(rule.when.source, rule.when.run)
            if text is not None:
                yield _warning("when", text, "run")
        for position, name in enumerate(rule.cancelled_by):
            if name not in events:
                yield _warning("cancelled_by", _UNKNOWN_EVENT, position)
        text, command = self._find(rule.source, rule.run)
        if text is not None:
            yield _warning("run", text)
        if command is not None:
            yield from self._wrong_values(rule, command)

    def _find(self, source: str, action: str) -> tuple[Optional[str], Optional[Command]]:
        """What is wrong with a command, and the command if there is one."""
        try:
            command = self.find_command(source, action)
        except UnknownAction:
            return _UNKNOWN_COMMAND, None
        except NotExecutable as error:
            if error.is_status:
                return N_("is a status, which cannot be run"), None
            return N_("is a divider, which cannot be run"), None
        if command.obstacle is not None:
            return N_("cannot be run as it is defined; mend the command first"), command
        return None, command

    def _wrong_values(self, rule: Rule, command: Command) -> Iterator[Problem]:
        try:
            take(command.arguments, dict(rule.arguments), self.find_upload)
        except WrongValues as error:
            for problem in error.problems:
                inside = () if problem.argument is None else (problem.argument,)
                yield Problem("arguments", problem.message, WARNING, inside)


_UNKNOWN_EVENT = N_("is not a known event; check its spelling, unless it is a plugin's")
_UNKNOWN_COMMAND = N_("is not the action of a command; choose another one, or define it")


def _warning(field: str, text: str, *inside) -> Problem:
    return Problem(field, Message(text), WARNING, inside)
