"""What goes wrong, as answers of the API: ``{"error": …, "code": …}``.

``error`` is for people, in their language; ``code`` for programs, see `ErrorCode`. English
are OctoPrint's own sentences and those that begin like them ("Command for custom:x …": it was
not started, or has failed), which clients know, and what only the maker of a program can have
got wrong.
"""

import functools
from collections.abc import Callable
from typing import Any, NoReturn, Union

import flask
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from ..access import Forbidden, FreshCredentialsNeeded
from ..commands.arguments.values import WrongValues
from ..commands.catalogue import CORE, CUSTOM, NotExecutable, UnknownAction, UnknownSource
from ..commands.toggles import WrongTo
from ..messages import MessageError
from ..runs.errors import (
    Busy,
    CommandError,
    NoCommandLine,
    NotAllowed,
    NotStarted,
    Refused,
)
from .error_codes import ErrorCode, of_reason, of_status
from .hint_texts import ask_the_administrator, sees_definitions

# as OctoPrint's own endpoints say it
PLEASE_REAUTHENTICATE = "Please reauthenticate with your credentials"


def error_answer(
    code: ErrorCode, error: Union[str, MessageError], **more: Any
) -> flask.Response:
    """An answer that is an error.

    Arguments:
        code: which one
        error: what to tell people
        more: what else there is to know, for programs
    """
    said = error if isinstance(error, str) else error.message.translated(gettext)
    response = flask.jsonify(error=said, code=code.code, **more)
    response.status_code = code.status
    return response


def stop(code: ErrorCode, error: Union[str, MessageError], **more: Any) -> NoReturn:
    """Ends the current request by an `error_answer`."""
    flask.abort(error_answer(code, error, **more))


def of_http_exception(error: HTTPException) -> flask.Response:
    """The answer for what Flask or OctoPrint has aborted."""
    if error.response is not None or error.code is None:
        return flask.make_response(error.get_response())
    response = error_answer(of_status(error.code), error.description or error.name)
    response.status_code = error.code
    for name, value in error.get_headers():
        # such as Allow and Retry-After
        if name != "Content-Type":
            response.headers.add(name, value)
    return response


def with_codes(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a view so that all its errors have codes, where no blueprint sees to it."""

    @functools.wraps(view)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except HTTPException as error:
            return of_http_exception(error)

    return answering


def errors_of_commands(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a view that lists or runs commands. Beside ``error`` and ``code`` there are:

    - 400, wrong values for the arguments: ``problems``: ``[{argument, message}]``
    - 409, its definition refuses to be run now: ``reason``: ``busy``, ``printing``,
      ``confirm`` or ``temperature``
    - 503, too much is going on: ``Retry-After`` in seconds
    """

    @functools.wraps(view)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except FreshCredentialsNeeded:
            return error_answer(ErrorCode.REAUTHENTICATE, PLEASE_REAUTHENTICATE)
        except Forbidden:
            flask.abort(403)
        except UnknownSource as error:
            return error_answer(
                ErrorCode.UNKNOWN_SOURCE,
                gettext(
                    'There is no source "%(name)s", only "%(core)s" and "%(custom)s"',
                    name=error,
                    core=CORE,
                    custom=CUSTOM,
                ),
            )
        except UnknownAction as error:
            return error_answer(
                ErrorCode.UNKNOWN_COMMAND,
                gettext(
                    'There is no command "%(name)s", see the list of commands for what '
                    "there is",
                    name=error,
                ),
            )
        except NotExecutable as error:
            if error.is_status:
                said = gettext("A status cannot be executed, it can only be looked at")
                return error_answer(ErrorCode.STATUS, said)
            return error_answer(ErrorCode.DIVIDER, gettext("Dividers cannot be executed"))
        except WrongTo as error:
            return error_answer(ErrorCode.WRONG_TO, error)
        except WrongValues as error:
            return _wrong_values(error)
        except CommandError as error:
            return _of_command(error)

    return answering


def _of_command(error: CommandError) -> flask.Response:
    if isinstance(error, NotAllowed):
        return error_answer(ErrorCode.NOT_ALLOWED, error)
    if isinstance(error, Refused):
        return error_answer(of_reason(error.reason), error, reason=error.reason)
    if isinstance(error, Busy):
        response = error_answer(ErrorCode.OVERLOADED, error)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if isinstance(error, NoCommandLine):
        return error_answer(ErrorCode.NOT_RUNNABLE, error)
    if isinstance(error, NotStarted):
        if sees_definitions():
            return error_answer(ErrorCode.NOT_STARTED, error)
        said = f"{error.outline}. {ask_the_administrator()}"
        return error_answer(ErrorCode.NOT_STARTED, said)
    return error_answer(ErrorCode.FAILED, error)


def _wrong_values(error: WrongValues) -> flask.Response:
    # the definition's own words are in nobody's dictionary
    messages = [
        problem.own_text or problem.message.translated(gettext)
        for problem in error.problems
    ]
    return error_answer(
        ErrorCode.WRONG_ARGUMENTS,
        error.problems[0].with_name(messages[0]),
        problems=[
            {"argument": problem.argument, "message": message}
            for problem, message in zip(error.problems, messages)
        ],
    )
