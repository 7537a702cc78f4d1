"""The plugin as people install it, with minified assets: all of its parts come up."""

import re

import pytest
from playwright.sync_api import expect

from harness.built import build, unpack
from harness.editor_pages import Editor
from harness.pages import Menu, RunDialog

pytestmark = pytest.mark.each_version

COMMANDS = [
    {
        "action": "count",
        "name": "Count",
        "command": "printf '\\033[31m%s\\033[0m\\n' \"$SC_WORD\"; echo again",
        "arguments": [{"name": "word", "type": "text", "label": "Word"}],
        "show_output": "always",
    }
]


@pytest.fixture(scope="module")
def octoprint(make_octoprint, tmp_path_factory):
    plugin = unpack(build(), tmp_path_factory.mktemp("plugin"))
    return make_octoprint(
        {"plugins": {"systemcommands": {"commands": COMMANDS}}},
        env={"PYTHONPATH": str(plugin)},
    )


def test_all_of_it(admin_page, octoprint):
    sent = admin_page.request.get(
        octoprint.url + "/plugin/systemcommands/static/js/menu/menu.js"
    )
    assert "\n    //" not in sent.text()
    # short names, except where OctoPrint looks for one
    assert re.search(r"function SystemCommandsMenuViewModel\(\w\)", sent.text())

    menu = Menu(admin_page)
    menu.ask("Count").fill(Word="hello").run()
    dialog = RunDialog(admin_page).expect_open("Count")
    dialog.expect_ended("Succeeded")
    expect(dialog.lines).to_have_text(["hello", "again"])
    dialog.close()

    history = menu.show_history()
    expect(history.root).to_contain_text("Word: hello")
    history.close()

    editor = Editor(admin_page).open()
    editor.add().fill(name="Another", command="echo more").accept()
    editor.save()
    editor.expect_rows("Count", "Another")
    editor.close()
    menu.open()
    expect(menu.entry("Another")).to_be_visible()
