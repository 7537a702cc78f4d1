"""What goes wrong with commands, as answers of the API."""

import functools
from collections.abc import Callable
from typing import Any

import flask
from flask_babel import gettext
from octoprint.server.util.flask import make_api_error

from ..access import Forbidden, FreshCredentialsNeeded
from ..commands.arguments.values import WrongValues
from ..commands.catalogue import CORE, CUSTOM, NotExecutable, UnknownAction, UnknownSource
from ..runs.errors import Busy, CommandError, NotAllowed, NotStarted, Refused
from .hint_texts import ask_the_administrator, sees_definitions
from .texts import translated


def errors_of_commands(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a view that lists or runs commands. Errors are JSON ``{"error": …}``:

    - 400: a divider cannot be executed; or wrong values for the arguments, with
      ``problems``: ``[{argument, message}]``
    - 403: this user may not run it, or not before entering the password again; or it has
      waited for its turn, and may not be run by this user any more
    - 404: no such source or action
    - 409: its definition refuses to be run now, with ``reason``: ``busy``, ``printing``,
      ``confirm`` or ``temperature``
    - 500: no command line, not started, or did not succeed
    - 503: too much is going on; not started. Has ``Retry-After`` in seconds
    """

    @functools.wraps(view)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except FreshCredentialsNeeded:
            # as OctoPrint's own endpoints say it
            flask.abort(403, description="Please reauthenticate with your credentials")
        except Forbidden:
            flask.abort(403)
        except UnknownSource as error:
            return make_api_error(
                f'There is no source "{error}", only "{CORE}" and "{CUSTOM}"', 404
            )
        except UnknownAction as error:
            return make_api_error(
                f'There is no command "{error}", see the list of commands for what '
                "there is",
                404,
            )
        except NotExecutable:
            return make_api_error(gettext("Dividers cannot be executed"), 400)
        except WrongValues as error:
            return _wrong_values(error)
        except NotAllowed as error:
            return make_api_error(translated(error), 403)
        except Refused as error:
            response = flask.jsonify(error=translated(error), reason=error.reason)
            response.status_code = 409
            return response
        except Busy as busy:
            response = flask.make_response(make_api_error(str(busy), 503))
            response.headers["Retry-After"] = str(busy.retry_after)
            return response
        except NotStarted as error:
            if sees_definitions():
                return make_api_error(str(error), 500)
            return make_api_error(f"{error.outline}. {ask_the_administrator()}", 500)
        except CommandError as error:
            return make_api_error(str(error), 500)

    return answering


def _wrong_values(error: WrongValues) -> flask.Response:
    # the definition's own words are in nobody's dictionary
    messages = [problem.own_text or translated(problem) for problem in error.problems]
    response = flask.jsonify(
        error=error.problems[0].with_name(messages[0]),
        problems=[
            {"argument": problem.argument, "message": message}
            for problem, message in zip(error.problems, messages)
        ],
    )
    response.status_code = 400
    return response
