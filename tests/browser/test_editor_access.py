"""Who may run a command and when, in its dialog and in the list; what two lists differ in."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor

API = "/plugin/systemcommands/api"
HOSTILE = '<img src="x" onerror="window.hacked = true">'

PLAIN = {"action": "plain", "name": "Plain", "command": "true"}
GUARDED = {
    "action": "guarded",
    "name": "Guarded",
    "command": "true",
    "arguments": [{"name": "level", "type": "number", "min": 0}],
    "groups": ["users", "nobody", "kids"],
    "while_printing": "refuse",
    "max_temperature": 60,
}
ASKING = {**PLAIN, "action": "asking", "name": "Asking", "while_printing": "confirm"}


@pytest.fixture
def kids(admin):
    """A group of the users that is named by somebody who means no good."""
    group = {
        "key": "kids",
        "name": HOSTILE,
        "description": HOSTILE,
        "permissions": [],
        "subgroups": [],
        "default": False,
    }
    admin.post("/api/access/groups", json=group).raise_for_status()
    yield group
    admin.delete("/api/access/groups/kids").raise_for_status()


@pytest.fixture
def editor(store, kids, admin_page):
    store([PLAIN, GUARDED, ASKING])
    return Editor(admin_page).open()


@pytest.mark.each_version
def test_choose_groups(editor, store, user):
    assert user.get(f"{API}/menu").json()["commands"][0]["action"] == "guarded"
    dialog = editor.edit("Plain")
    dialog.unfold("Who may run it")
    # OctoPrint calls its users operators
    expect(dialog.group("Operator")).not_to_be_checked()
    expect(dialog.group("Admins")).to_have_count(0)
    expect(dialog.group("Guests")).to_have_count(0)
    dialog.group("Operator").check()
    dialog.group(HOSTILE).check()
    dialog.accept()
    editor.save()
    assert store()[0] == {**PLAIN, "groups": ["users", "kids"]}
    menu = user.get(f"{API}/menu").json()["commands"]
    assert [command["action"] for command in menu] == ["plain", "guarded"]
    assert not editor.page.evaluate("window.hacked")
    assert editor.page.locator("img[src=x]").count() == 0

    dialog = editor.edit("Plain")
    dialog.unfold("Who may run it")
    dialog.group("Operator").uncheck()
    dialog.group(HOSTILE).uncheck()
    dialog.accept()
    editor.save()
    assert store()[0] == PLAIN


def test_choose_groups_by_keyboard(editor, store):
    page = editor.page
    dialog = editor.edit("Plain")
    dialog.heading("Who may run it").focus()
    page.keyboard.press("Enter")
    expect(dialog.group("Operator")).to_be_visible()
    page.keyboard.press("Tab")
    expect(dialog.group("Operator")).to_be_focused()
    page.keyboard.press("Space")
    # Enter is the end of the dialog
    page.keyboard.press("Enter")
    expect(dialog.root).to_be_hidden()
    editor.save()
    assert store()[0]["groups"] == ["users"]


def test_groups_that_are_gone(editor, store):
    dialog = editor.edit("Guarded")
    dialog.unfold("Who may run it")
    expect(dialog.root).to_contain_text("There is no such user group any more.")
    # it is kept as long as nobody removes it
    dialog.fill(description="Something")
    dialog.accept()
    editor.save()
    assert store()[1]["groups"] == ["users", "nobody", "kids"]
    dialog = editor.edit("Guarded")
    dialog.unfold("Who may run it")
    dialog.button("Delete: nobody").click()
    expect(dialog.group("Operator")).to_be_focused()
    dialog.accept()
    editor.save()
    assert store()[1]["groups"] == ["users", "kids"]


def test_guards(editor, store):
    dialog = editor.edit("Plain")
    dialog.unfold("When it may run", "Who may run it")
    dialog.field("while_printing").select_option("Refuse it")
    dialog.fill(max_temperature="hot")
    expect(dialog.mistake("max_temperature")).to_have_text("has to be a number")
    dialog.fill(max_temperature="-1")
    expect(dialog.mistake("max_temperature")).to_contain_text("greater than 0")
    dialog.fill(max_temperature="45.5")
    dialog.field("fresh_credentials").check()
    dialog.accept()
    editor.save()
    assert store()[0] == {
        **PLAIN,
        "while_printing": "refuse",
        "max_temperature": 45.5,
        "fresh_credentials": True,
    }
    dialog = editor.edit("Plain")
    dialog.unfold("When it may run", "Who may run it")
    expect(dialog.field("while_printing")).to_have_value("refuse")
    expect(dialog.field("max_temperature")).to_have_value("45.5")
    dialog.field("while_printing").select_option("Run it")
    dialog.fill(max_temperature="")
    dialog.field("fresh_credentials").uncheck()
    dialog.accept()
    editor.save()
    assert store()[0] == PLAIN


def test_the_list_says_what_is_special(editor):
    expect(editor.signs("Plain")).to_have_count(0)
    expect(editor.signs("Guarded")).to_have_text(
        [
            "Asks for arguments",
            "Open to user groups",
            "Refused during a print",
            "Refused above 60 °C",
        ]
    )
    expect(editor.signs("Asking")).to_have_text(["Asks during a print"])
    assert editor.root.evaluate("root => root.scrollWidth <= root.clientWidth + 1")


def test_what_two_lists_differ_in(editor, store):
    arguments = [
        {
            "name": "device",
            "type": "choice",
            "choices": ["fan", {"value": "b", "label": "Bed"}],
        },
        {"name": "level", "type": "number", "min": 1, "max": 5},
        {"name": "note", "type": "text"},
    ]
    store([{**GUARDED, "arguments": arguments, "groups": []}])
    store([{**GUARDED, "arguments": [arguments[2], {**arguments[1], "min": 0}]}])
    editor.expect_rows("Guarded")
    # the first one is open to none
    expect(editor.signs("Guarded").get_by_text("Open to user groups")).to_have_count(1)
    versions = editor.versions()
    versions.root.get_by_role("button", name="Compare").first.click()
    rows = versions.root.locator(".systemcommands-differences tbody tr")
    expect(rows).to_have_count(4)
    assert [row.locator("th").inner_text() for row in rows.all()] == [
        "arguments › level › min",
        "arguments › device",
        "arguments",
        "groups",
    ]
    level, device, order, groups = (row.locator("del, ins") for row in rows.all())
    expect(device).to_have_text(["(nothing)", "type: choice\nchoices: fan, b (Bed)"])
    expect(level).to_have_text(["0", "1"])
    expect(order).to_have_text(["note, level", "level, note"])
    expect(groups).to_have_text(["users, nobody, kids", "(nothing)"])


@pytest.mark.each_version
def test_what_is_left_alone_when_octoprint_ends(editor, store):
    dialog = editor.edit("Plain")
    dialog.unfold("How it runs")
    dialog.field("outlives_server").check()
    dialog.accept()
    editor.save()
    assert store()[0] == {**PLAIN, "outlives_server": True}
    dialog = editor.edit("Plain")
    dialog.unfold("How it runs")
    expect(dialog.field("outlives_server")).to_be_checked()
    dialog.field("outlives_server").uncheck()
    dialog.accept()
    editor.save()
    assert store()[0] == PLAIN
