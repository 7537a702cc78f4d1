"""The values that somebody sends for the arguments of a command."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ...messages import N_, Message
from .checks import WrongValue
from .types import Argument, FileArgument

MASK = "***"

# Finds a file among the uploads: its path there → the path on the disk, None without it
FindUpload = Callable[[str], Optional[str]]


class Values(NamedTuple):
    """Values that have passed all checks.

    Attributes:
        environment: what the command gets, by the name of the variable
        shown: what others may see of them, by argument: as they came, secrets masked
        secrets: the values of the secrets, which nobody may see
    """

    environment: Mapping[str, str] = {}
    shown: Mapping[str, Any] = {}
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        # not even in a traceback
        return f"Values({dict(self.shown)!r})"


class ValueProblem(NamedTuple):
    """What is wrong with one value.

    Attributes:
        argument: the name of the argument; None if it concerns none
        message: what is wrong, what goes on after its name
        own_text: what the definition says instead of all this, to whoever enters it
    """

    argument: Optional[str]
    message: Message
    own_text: Optional[str] = None

    def __str__(self) -> str:
        return self.with_name(self.own_text or str(self.message))

    def with_name(self, message: str) -> str:
        """A message, the definition's own or another one, after the argument's name."""
        if self.argument is None:
            return message
        return f'"{self.argument}"{":" if self.own_text else ""} {message}'


class WrongValues(ValueError):
    """A command was not run for the values it was sent.

    Attributes:
        problems: one for each argument, at least one
    """

    def __init__(self, problems: Sequence[ValueProblem]):
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def take(arguments: Iterable[Argument], sent: Any, find_upload: FindUpload) -> Values:
    """Checks the values for a command.

    Arguments:
        arguments: those that the command asks for
        sent: what came as JSON, ``{name: value}``; None and values that are None count as
            not sent
        find_upload: finds a file among the uploads

    Raises:
        WrongValues
    """
    if sent is None:
        sent = {}
    if not isinstance(sent, dict):
        text = N_('"arguments" has to be an object of names and values')
        raise WrongValues([ValueProblem(None, Message(text))])

    by_name = {argument.name: argument for argument in arguments}
    # no more than can be read; their names may be anything, and are said as such
    problems = [
        ValueProblem(
            None, Message(N_("There is no argument %(name)s"), {"name": repr(name[:40])})
        )
        for name in list(sent)[:10]
        if name not in by_name
    ]
    environment: dict[str, str] = {}
    shown: dict[str, Any] = {}
    secrets: list[str] = []
    for name, argument in by_name.items():
        default = getattr(argument, "default", None)
        value = sent.get(name)
        if value is None:
            value = default
        if value is None or (value == "" and argument.may_be_empty):
            # nothing is no value: whoever wants the default need not send anything
            if argument.required:
                problems.append(ValueProblem(name, Message(N_("is missing"))))
            # set all the same, so that nothing of that name is inherited
            environment[argument.variable] = ""
            shown[name] = None
            continue
        try:
            text = _checked(argument, value, find_upload)
        except WrongValue as error:
            problems.append(ValueProblem(name, error.message, argument.error))
            continue
        environment[argument.variable] = text
        shown[name] = MASK if argument.is_secret else value
        if argument.is_secret:
            secrets.append(text)
    if problems:
        raise WrongValues(problems)
    return Values(environment, shown, tuple(secrets))


def _checked(argument: Argument, value: Any, find_upload: FindUpload) -> str:
    text = argument.check(value)
    if not isinstance(argument, FileArgument):
        return text
    path = find_upload(text)
    if path is None:
        raise WrongValue(N_("is not among the uploaded files"))
    return path
