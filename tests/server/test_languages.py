"""OctoPrint finds each language of the plugin, for its answers and for its page."""

import json
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

RUN = "/plugin/systemcommands/api/runs/0123456789abcdef"
MISSING = "There is no such run; the history may have been cleared"
BUTTON = "Recent runs…"
SOURCE = Path(__file__).resolve().parents[2] / "translations"
LANGUAGES = sorted(path.name for path in SOURCE.iterdir() if path.is_dir())


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def catalog(language):
    with (SOURCE / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def test_answers_and_the_page_are_in_it(admin, language, catalog):
    answer = admin.get(RUN, headers={"X-Locale": language})
    assert answer.status_code == 404
    assert answer.json()["error"] == catalog[MISSING].string

    script = admin.get(f"/i18n/{language}/messages.js").text
    texts = json.loads(script.partition(" = ")[2].rstrip().rstrip(";"))["messages"]
    assert texts[BUTTON] == catalog[BUTTON].string


def test_what_has_no_translation_yet_is_english(admin):
    # somebody who speaks a language that nobody has translated into
    answer = admin.get(RUN, headers={"X-Locale": "fi"})
    assert answer.json()["error"] == MISSING
