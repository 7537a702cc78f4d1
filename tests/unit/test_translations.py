"""The translations: nothing that a text has is lost or invented, and all are shipped."""

import re
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "translations"
PACKAGE = ROOT / "octoprint_systemcommands"
LANGUAGES = sorted(path.name for path in SOURCE.iterdir() if path.is_dir())
# those that somebody looks after who speaks them
LOOKED_AFTER = {"de"}

# What people see every day: the menu, the panel, runs and the history, with all errors and hints.
# Editors, rules and presets are for those who set things up. See docs/development.md.
EVERYDAY = re.compile(
    r"octoprint_systemcommands/("
    r"(__init__|access|template_configs)\.py|api/(errors|hint_texts|hint_words\w*|runs)\.py"
    r"|commands/arguments/values\.py|runs/.*\.py"
    r"|triggers/(connecting|reasons)\.py|triggers/gcode/.*\.py"
    r"|static/js/(arguments|buttons|commands|menu|runs|shared|terminal)/.*\.js"
    r"|templates/systemcommands_(arguments|history|navbar\w*|pending|run_dialog|sidebar)"
    r"\.jinja2"
    r"|templates/snippets/systemcommands_(argument_fields|output|run_news|sudoers)\.jinja2"
    r")"
)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z%]")
TAG = re.compile(
    r"</?(?:a|b|br|code|div|em|i|img|li|p|pre|script|span|strong|ul)\b[^>]*>|&\w+;"
)


def read(path):
    with path.open("rb") as file:
        return (read_mo if path.suffix == ".mo" else read_po)(file)


def translations(path):
    """{text: [the translation, or one for each plural form]} without what has none."""
    return {
        message.id: forms(message.string)
        for message in read(path)
        if message.id and all(forms(message.string))
    }


def forms(text):
    return [text] if isinstance(text, str) else list(text)


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def translated(language):
    return translations(SOURCE / language / "LC_MESSAGES" / "messages.po")


def test_octoprint_finds_it_by_its_name(language):
    assert str(Locale.parse(language)) == language


def test_no_placeholder_is_lost_or_invented(translated):
    for text, strings in translated.items():
        # that of one may say "one"
        known = set(PLACEHOLDER.findall(forms(text)[-1]))
        for number, string in enumerate(strings):
            found = set(PLACEHOLDER.findall(string))
            is_one = len(strings) > 1 and number == 0
            assert found == known or (is_one and found < known), text


def test_there_is_no_html_that_the_text_has_not(translated):
    for text, strings in translated.items():
        for string in strings:
            assert sorted(TAG.findall(string)) == sorted(TAG.findall(forms(text)[0])), (
                text
            )


def test_it_ends_as_the_text_does(translated):
    """Spaces and dots that somebody puts something after."""
    for text, strings in translated.items():
        for string in strings:
            assert string.strip() == string
            assert string.endswith("…") == forms(text)[0].endswith("…"), text


def test_nothing_is_uncertain(language):
    for folder in (SOURCE, PACKAGE / "translations"):
        path = folder / language / "LC_MESSAGES" / "messages.po"
        assert not re.search(r"^#,.*fuzzy", path.read_text("utf-8"), re.M)


@pytest.mark.parametrize("suffix", [".po", ".mo"])
def test_it_is_shipped(language, translated, suffix):
    folder = PACKAGE / "translations" / language / "LC_MESSAGES"
    assert translations(folder / f"messages{suffix}") == translated, "make translations"


def test_what_is_shipped_is_small(language):
    path = PACKAGE / "translations" / language / "LC_MESSAGES" / "messages.po"
    assert not re.search(r"^#: ", path.read_text("utf-8"), re.M), "make translations"


def test_it_says_whether_a_machine_has_made_it(language):
    for folder in (SOURCE, PACKAGE / "translations"):
        path = folder / language / "LC_MESSAGES" / "messages.po"
        header = path.read_text("utf-8").partition('msgid ""')[0]
        assert ("# MACHINE-MADE" in header) == (language not in LOOKED_AFTER)


def test_enough_is_translated(language, translated):
    texts = {
        message.id: any(EVERYDAY.fullmatch(file) for file, _ in message.locations)
        for message in read(SOURCE / "messages.pot")
        if message.id
    }
    if language in LOOKED_AFTER:
        assert set(texts) == set(translated)
        return
    everyday = {text for text, is_everyday in texts.items() if is_everyday}
    missing = sorted(map(str, everyday - set(translated)))
    # new texts are English until somebody gets to them
    assert len(missing) <= len(everyday) / 4, missing
