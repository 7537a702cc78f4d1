"""Saving with ``If-Match``, which definitions and rules have in common."""

from collections.abc import Callable, Collection
from typing import Any

import flask

from ..commands.editing.errors import Invalid, NotWritten, Stale
from .definition_json import problems_to_json, summary_of
from .error_codes import ErrorCode
from .errors import error_answer, stop


def save_if_match(
    what: str,
    save: Callable[[Collection[str]], flask.Response],
    current: Callable[[], tuple[str, dict[str, Any]]],
    invalid: ErrorCode,
) -> flask.Response:
    """Answers a request to save what somebody has edited.

    Arguments:
        what: they have edited, for the message
        save: saves it and answers, given the ETags of which one has to be the present one
        current: the ETag, and what is there now as JSON
        invalid: the code for what cannot be saved

    Errors: 400 with ``problems`` of each entry, 412 with the ``current`` state, 428
    without ``If-Match``, 500 if it cannot be written.
    """
    # proxies that compress make strong ones weak
    etags = flask.request.if_match.as_set(include_weak=True)
    if not etags:
        stop(
            ErrorCode.IF_MATCH_MISSING,
            f"Send the header If-Match with the ETag of the {what} that you have edited",
        )
    try:
        return save(etags)
    except Stale as stale:
        etag, state = current()
        response = error_answer(ErrorCode.STALE, stale, etag=etag, current=state)
        response.set_etag(etag)
        return response
    except Invalid as error:
        return error_answer(
            invalid,
            summary_of(error.problems),
            problems=[problems_to_json(problems) for problems in error.problems],
        )
    except NotWritten as error:
        return error_answer(ErrorCode.NOT_WRITTEN, error)
