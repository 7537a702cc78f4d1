"""What has gone wrong, for programs: ``code`` in the answers of the API that are errors.

Each code goes with one status. They are a part of the API: new ones may come, those that are
here stay. docs/api.md says what they mean.
"""

import enum
from http import HTTPStatus


class ErrorCode(enum.Enum):
    """All codes, with their statuses."""

    BAD_REQUEST = ("bad_request", 400)
    DIVIDER = ("divider", 400)
    STATUS = ("status", 400)
    WRONG_TO = ("wrong_to", 400)
    WRONG_ARGUMENTS = ("wrong_arguments", 400)
    INVALID_DEFINITION = ("invalid_definition", 400)
    INVALID_RULE = ("invalid_rule", 400)
    INVALID_LINK = ("invalid_link", 400)
    UNREADABLE = ("unreadable", 400)

    FORBIDDEN = ("forbidden", 403)
    REAUTHENTICATE = ("reauthenticate", 403)
    NOT_ALLOWED = ("not_allowed", 403)

    NOT_FOUND = ("not_found", 404)
    UNKNOWN_SOURCE = ("unknown_source", 404)
    UNKNOWN_COMMAND = ("unknown_command", 404)
    UNKNOWN_RUN = ("unknown_run", 404)

    # the same words as in `reason`
    BUSY = ("busy", 409)
    PRINTING = ("printing", 409)
    CONFIRM = ("confirm", 409)
    TEMPERATURE = ("temperature", 409)
    ENDED = ("ended", 409)
    NOT_PENDING = ("not_pending", 409)

    STALE = ("stale", 412)
    IF_MATCH_MISSING = ("if_match_missing", 428)
    TOO_SOON = ("too_soon", 429)

    NOT_RUNNABLE = ("not_runnable", 500)
    NOT_STARTED = ("not_started", 500)
    FAILED = ("failed", 500)
    NOT_WRITTEN = ("not_written", 500)
    INTERNAL_ERROR = ("internal_error", 500)

    OVERLOADED = ("overloaded", 503)
    HISTORY_UNAVAILABLE = ("history_unavailable", 503)

    def __init__(self, code: str, status: int):
        self.code = code
        self.status = status


# what Flask and OctoPrint answer by themselves
_BY_STATUS = {
    HTTPStatus.FORBIDDEN: ErrorCode.FORBIDDEN,
    HTTPStatus.UNAUTHORIZED: ErrorCode.FORBIDDEN,
    HTTPStatus.NOT_FOUND: ErrorCode.NOT_FOUND,
    HTTPStatus.SERVICE_UNAVAILABLE: ErrorCode.OVERLOADED,
}


def of_status(status: int) -> ErrorCode:
    """The code of an error of which nothing but the status is known."""
    if status in _BY_STATUS:
        return _BY_STATUS[HTTPStatus(status)]
    return ErrorCode.INTERNAL_ERROR if status >= 500 else ErrorCode.BAD_REQUEST


def of_reason(reason: str) -> ErrorCode:
    """The code of a refusal."""
    return next(code for code in ErrorCode if code.code == reason)
