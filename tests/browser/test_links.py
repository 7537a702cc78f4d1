"""Links in the dialog of a command: made, copied, called and revoked."""

import re

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor
from harness.http_clients import RUNS

COMMANDS = [
    {
        "action": "greet",
        "name": "Greet",
        "command": 'echo "$SC_WHOM"',
        "arguments": [
            {"name": "whom", "type": "text", "label": "Whom", "default": "you"}
        ],
    },
    {
        "action": "private",
        "name": "Private",
        "command": "true",
        "fresh_credentials": True,
    },
]


@pytest.fixture
def editor(store, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


def test_a_link_is_made_called_and_revoked(editor, admin, anonymous):
    page = editor.page
    links = editor.edit("Greet").links
    links.unfold()
    expect(links.make_button).to_be_disabled()
    links.name.fill("Doorbell")
    links.root.get_by_label("Whom").fill("all")
    links.get.check()
    # with the keyboard alone
    links.make_button.focus()
    page.keyboard.press("Enter")

    expect(links.address).to_be_focused()
    expect(links.address).to_have_value(re.compile(r"/api/hook/[\w-]{43}$"))
    expect(links.rows).to_contain_text(["Doorbell GET, whom=all"])
    url = links.address.input_value()
    answer = anonymous.get(url)
    assert answer.status_code == 202, answer.text
    run = admin.wait_for_run(answer.json()["id"])
    assert admin.get(f"{RUNS}/{run['id']}/output.txt").text == "all\n"

    # it was no change of the command, and its address is not shown again
    links.dialog.button("Cancel").click()
    expect(links.dialog.root).to_be_hidden()
    links = editor.edit("Greet").links
    links.unfold()
    expect(links.rows).to_have_count(1)
    expect(links.address).to_be_hidden()
    links.rows.get_by_role("button", name="Revoke").click()
    page.locator(".modal:visible", has_text="Doorbell").get_by_text(
        "Revoke", exact=True
    ).last.click()
    expect(links.rows).to_have_count(0)
    assert anonymous.get(url).status_code == 404
    links.dialog.button("Cancel").click()

    # a name is text, whatever is in it
    links = editor.edit("Greet").links
    links.unfold()
    links.name.fill('<b id="injected">Bell</b>')
    links.make_button.click()
    links.rows.get_by_role("button", name="Revoke").click()
    question = page.locator(".modal:visible", has_text="<b id=")
    expect(page.locator("#injected")).to_have_count(0)
    question.get_by_text("Revoke", exact=True).last.click()
    expect(links.rows).to_have_count(0)
    links.dialog.button("Cancel").click()

    # where there can be none
    links = editor.edit("Private").links
    links.unfold()
    expect(links.make_button).to_be_hidden()
    expect(links.root).to_contain_text("no links to a command that asks")
    links.dialog.button("Cancel").click()
