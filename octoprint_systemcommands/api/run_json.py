"""A run as JSON, for whoever asks."""

from collections.abc import Iterable
from typing import Any

import flask

from ..runs.record import Record
from .hint_texts import hint_text


def run_to_json(record: Record) -> dict[str, Any]:
    """The run with what depends on the request: the hint's language and the URL."""
    return runs_to_json([record])[0]


def runs_to_json(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Several runs, see `run_to_json`."""
    # once, since this is a good part of the work for a long list
    base = flask.url_for(".runs", _external=True)
    return [
        {
            **record.to_dict(),
            "hint": record.hint and hint_text(record.hint),
            "resource": f"{base}/{record.id}",
        }
        for record in records
    ]
