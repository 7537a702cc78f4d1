"""A run as JSON, for whoever asks."""

from typing import Any

import flask

from ..runs.run import Record
from .hint_texts import hint_text


def run_to_json(record: Record) -> dict[str, Any]:
    """The run with what depends on the request: the hint's language and the URL."""
    result = record.to_dict()
    result["hint"] = record.hint and hint_text(record.hint)
    result["resource"] = flask.url_for(".run", run_id=record.id, _external=True)
    return result
