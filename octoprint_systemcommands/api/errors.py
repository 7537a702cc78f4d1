"""What goes wrong with commands, as answers of the API."""

import functools
from collections.abc import Callable
from typing import Any

import flask
from octoprint.server.util.flask import make_api_error

from ..commands.catalogue import (
    CORE,
    CUSTOM,
    NotExecutable,
    UnknownAction,
    UnknownSource,
)
from ..runs.errors import Busy, CommandError, Refused


def errors_of_commands(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a view that lists or runs commands. Errors are JSON ``{"error": …}``:

    - 400: a divider cannot be executed
    - 404: no such source or action
    - 409: it is running already, and its definition refuses another run
    - 500: no command line, not started, or did not succeed
    - 503: too much is going on; not started. Has ``Retry-After`` in seconds
    """

    @functools.wraps(view)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
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
            return make_api_error("Dividers cannot be executed", 400)
        except Refused as error:
            return make_api_error(str(error), 409)
        except Busy as busy:
            response = flask.make_response(make_api_error(str(busy), 503))
            response.headers["Retry-After"] = str(busy.retry_after)
            return response
        except CommandError as error:
            return make_api_error(str(error), 500)

    return answering
