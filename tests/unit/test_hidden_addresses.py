"""The addresses of links in the log."""

import logging

import pytest

from octoprint_systemcommands.api.login import HideSecrets, hide_secrets

pytestmark = pytest.mark.each_version
HOOK = "/plugin/systemcommands/api/hook/"
# what the random part of an address looks like
SECRET = "A5UVR-W9H1bu-VyhefCek6W5jp4wsw2IjS3eVvP0I_g"


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("%d %s %.2fms", (404, f"GET {HOOK}SECRET?a=b (1.2.3.4)", 3.0)),
        (f"Uncaught exception POST {HOOK}SECRET (1.2.3.4)", ()),
        ("%r", (f"{HOOK}SECRET/more",)),
        ("%s", (HOOK.replace("hook", "%68ook") + "SECRET",)),
        ("%s", (HOOK.replace("/hook/", "%2Fhook%2F") + "SECRET",)),
    ],
)
def test_they_are_not_in_it(caplog, message, args):
    hide_secrets()
    logging.getLogger("tornado.access").warning(message, *args)
    (record,) = caplog.records
    assert "SECRET" not in record.getMessage()
    assert "hook/***" in record.getMessage()


@pytest.mark.parametrize(
    "address",
    [
        f"/plugin/systemcommands/hook/{SECRET}",
        f"/plugin/systemcommands/API/hook/{SECRET}?a=b",
        f"/plugin/systemcommands/api/./hook/{SECRET}/",
        f"/plugin/systemcommands/api/hook?{SECRET}",
        f"/plugin/systemcommands/api/%2568ook/{SECRET}",
        f"/api/hook/?x={SECRET}",
        "/hook/" + SECRET.replace("-", "%2D"),
    ],
)
def test_nor_those_that_somebody_has_mistyped(caplog, address):
    hide_secrets()
    logging.getLogger("tornado.access").warning("404 POST %s (1.2.3.4)", address)
    (record,) = caplog.records
    assert "W9H1bu" not in record.getMessage()
    assert "***" in record.getMessage()


def test_nor_where_flask_writes_what_has_failed(caplog):
    hide_secrets()
    logging.getLogger("octoprint").error("Exception on %s [POST]", HOOK + SECRET)
    (record,) = caplog.records
    assert record.getMessage() == f"Exception on {HOOK}*** [POST]"


def test_other_messages_are_as_they_were(caplog):
    hide_secrets()
    logging.getLogger("tornado.access").warning("%d GET %s", 404, "/api/100%25")
    (record,) = caplog.records
    assert record.getMessage() == "404 GET /api/100%25"
    assert record.args == (404, "/api/100%25")


def test_a_message_that_is_wrong_is_left_to_others():
    record = logging.LogRecord("x", 30, "x", 1, "%d", ("no number",), None)
    assert HideSecrets().filter(record) is True


def test_it_is_done_once():
    hide_secrets()
    hide_secrets()
    filters = logging.getLogger("tornado.access").filters
    assert sum(isinstance(one, HideSecrets) for one in filters) == 1
