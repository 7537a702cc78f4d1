import pickle

import pytest

from octoprint_systemcommands.messages import N_, Message, MessageError

GERMAN = {"%(name)s is too long": "%(name)s ist zu lang", "100 % full": "100 % voll"}


def test_a_text_is_marked_and_stays_as_it_is():
    assert N_("100 %(x)s") == "100 %(x)s"


@pytest.mark.parametrize(
    ("message", "english", "german"),
    [
        (Message("%(name)s is too long", {"name": "50 %"}), "50 % is too long", "50 % ist zu lang"),
        # without values it is no format string
        (Message("100 % full"), "100 % full", "100 % voll"),
    ],
)  # fmt: skip
def test_it_is_english_until_it_is_translated(message, english, german):
    assert str(message) == english
    assert message.translated(GERMAN.__getitem__) == german


def test_an_error_carries_its_message():
    error = MessageError("%(name)s is too long", name=5)

    assert str(error) == "5 is too long"
    assert error.message == Message("%(name)s is too long", {"name": "5"})
    assert pickle.loads(pickle.dumps(error.message)) == error.message


def test_an_error_without_values_may_have_any_text():
    assert str(MessageError("100 % full")) == "100 % full"
