"""Every text of ours can be read, as OctoPrint comes and with a dark theme: 4.5:1 at least."""

import pytest
from playwright.sync_api import expect

from harness.button_pages import Panel
from harness.contrast import expect_readable
from harness.editor_pages import Editor
from harness.pages import Menu
from harness.rules_pages import RulesSection

pytestmark = pytest.mark.each_version

COLORS = r"""
for style in 1 2 3 7 '2;7'; do printf '\033[%smstyle\033[0m ' "$style"; done; echo
for color in $(seq 0 255); do
    printf '\033[38;5;%smfront\033[0m \033[48;5;%smback\033[0m ' "$color" "$color"
    printf '\033[2;38;5;%smdim\033[0m \033[2;48;5;%smdim\033[0m ' "$color" "$color"
    printf '\033[1;3%s;4%sm both\033[0m\n' "$((color % 8))" "$((color / 8 % 8))"
done
echo 'sudo: a terminal is required to read the password' >&2; false && sudo ls; exit 1
"""
# of every type, and one that is filled in wrongly
ARGUMENTS = [
    {"name": "word", "type": "text", "label": "Word", "max_length": 9, "pattern": "a+"},
    {"name": "level", "type": "number", "min": 0, "max": 9, "default": 3},
    {"name": "place", "type": "choice", "choices": [{"value": "a", "label": "A"}, "b"]},
    {"name": "slowly", "type": "toggle", "label": "Slowly"},
    {"name": "token", "type": "secret", "required": False},
    {"name": "part", "type": "file", "required": False},
]
COMMANDS = [
    {
        "action": "all",
        "name": "All there is",
        "description": "With everything that the list can say",
        "command": "true",
        "icon": "camera",
        "group": "Group",
        "groups": ["users", "gone"],
        "while_printing": "refuse",
        "max_temperature": 50,
        "arguments": ARGUMENTS,
        "environment": {"A": "b"},
        "other": "field",
    },
    {"action": "asks", "name": "Asks", "command": "true", "arguments": ARGUMENTS},
    {"action": "divider"},
    {"action": "again", "name": "Again", "command": "true", "group": "Group"},
    {"action": "colors", "name": "Colors", "command": COLORS},
    {"action": "nothing", "name": "Nothing", "command": "sleep 600"},
]
COLORS_OF_BUTTONS = ("blue", "cyan", "green", "orange", "red", "dark")


def button(action, **fields):
    """Something that stands everywhere."""
    return {
        "action": action,
        "name": f"Button {action}",
        "icon": "plug",
        "show_in": ["menu", "sidebar", "navbar"],
        **fields,
    }


def toggle(action, state, **fields):
    lines = {"on": "true", "off": "true", "state": f"echo text; {state}"}
    return button(action, type="toggle", **lines, **fields)


# in every state and colour
BUTTONS = [
    toggle("on", "true"),
    toggle("off", "false", while_printing="refuse", guards="both"),
    toggle("unknown", "exit 2"),
    button("heat", type="status", state="echo 48 °C"),
    *(toggle(f"on-{color}", "true", color=color) for color in COLORS_OF_BUTTONS),
    *(toggle(f"off-{color}", "false", color=color) for color in COLORS_OF_BUTTONS),
    *(button(color, command="sleep 600", color=color) for color in COLORS_OF_BUTTONS),
    button("no", command="true", group="Group", while_printing="refuse", color="red"),
]
SYSTEM_ACTIONS = [
    {"action": "old", "name": "Old one", "command": "echo old"},
    {"action": "asks", "name": "Another one", "command": "echo", "timeout": "soon"},
]
FOUND = """
- {name: New, action: new, command: "true"}
- {name: On, action: on, command: "true"}
- {name: There, action: asks, command: "true"}
- {name: Wrong, action: wrong, command: "true", timeout: soon}
- {name: First, action: twice, command: "true"}
- {name: Second, action: twice, command: "true"}
"""


PRINTING = """() => {
    const guards = OctoPrint.coreui.viewmodels.systemCommandsPrintStateViewModel;
    // as if a print was under way, whatever the server says
    guards.fromCurrentData = () => {};
    guards.isPrinting(true);
}"""


@pytest.fixture
def editor(store, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


def test_editor(editor, store):
    page, root = editor.page, "#settings_plugin_systemcommands"
    editor.page.expected_errors.append("412")
    expect_readable(page, root)

    # the dialog, with mistakes
    dialog = editor.edit("All there is")
    dialog.root.evaluate(
        "root => root.querySelectorAll('details').forEach((part) => (part.open = true))"
    )
    dialog.fill(command="", timeout="soon", icon="nonsense", working_directory="/nowhere")
    dialog.button("Choose").click()
    for argument in dialog.arguments.items.all():
        argument.locator(".systemcommands-toggle").click()
    dialog.arguments.add("Text", name="Wrong name")
    expect(dialog.mistake("timeout")).not_to_be_empty()
    expect_readable(page, "#systemcommands_command_dialog")
    dialog.button("Cancel").click()
    dialog.confirmation.get_by_text("Discard", exact=True).click()

    # a rule that waits, with mistakes, and one that is switched off
    rules = RulesSection(page)
    rule = rules.add()
    rule.kind.select_option("a print ends")
    rule.add_condition("file", "*.gcode")
    rule.button("Wait first").click()
    rule.label("until it is below").fill("warm")
    rule.command.select_option("Asks")
    expect(rule.mistake("wait")).not_to_be_empty()
    expect_readable(page, "#systemcommands_rule_dialog")
    rule.label("until it is below").fill("50")
    rule.field("name").fill("With a name")
    rule.accept()
    rules.switch("With a name").uncheck()

    # what was deleted, what is to be saved, and what somebody else has saved
    editor.button("Delete: Again").click()
    editor.edit("Asks").fill(name="Asked", description="Nothing").accept()
    expect_readable(page, root)
    others = [*COMMANDS[:2], {"action": "theirs", "name": "Theirs", "command": "true"}]
    store(others)
    editor.save_button.click()
    conflict = editor.dialog("conflict").expect_open()
    expect_readable(page, "#systemcommands_conflict_dialog")
    conflict.button("Load theirs").click()
    expect(editor.button("Restore mine")).to_be_visible()
    expect_readable(page, root)

    versions = editor.versions()
    for compare in versions.root.get_by_role("button", name="Compare").all():
        compare.click()
    expect_readable(page, "#systemcommands_versions_dialog")
    versions.close()

    presets = editor.presets()
    expect_readable(page, "#systemcommands_presets_dialog")
    presets.close()

    dialog = editor.import_()
    expect(dialog.root.locator(".systemcommands-imports > li")).to_have_count(2)
    expect_readable(page, "#systemcommands_import_dialog")
    dialog.root.get_by_label("Import from").select_option("yaml")
    expect_readable(page, "#systemcommands_import_dialog")
    dialog.root.get_by_label("YAML", exact=True).fill(FOUND)
    expect(dialog.root.locator(".systemcommands-imports > li")).to_have_count(6)
    expect_readable(page, "#systemcommands_import_dialog")


@pytest.mark.own_page
def test_menu_and_runs(store, admin, admin_page):
    store(COMMANDS)
    page, menu = admin_page, Menu(admin_page)
    run = "#systemcommands_run_dialog"
    # notices stay until they have been looked at
    page.evaluate("PNotify.prototype.options.hide = false")

    # one that goes on, and says nothing
    dialog = menu.watch("Nothing")
    expect(dialog.root.locator(".systemcommands-empty")).to_be_visible()
    expect_readable(page, run)
    dialog.close()
    menu.run("Nothing")

    # the menu with what runs twice and with what is refused
    menu.open()
    expect(menu.running("Nothing").locator(".badge")).to_have_text("2")
    page.evaluate(PRINTING)
    menu.entry("Group").click()
    expect(menu.root.locator(".systemcommands-reason")).to_be_visible()
    # what one points at, or has got to by the keyboard, has OctoPrint's colours
    menu.entry("Group").blur()
    page.mouse.move(0, 0)
    expect_readable(page, "#navbar_systemmenu > ul")
    menu.toggle.click()

    form = menu.ask("Asks")
    form.fill(Word="b", level="99")
    form.submit.click()
    expect(form.mistake("Word")).not_to_be_empty()
    expect_readable(page, run)
    form.cancel()

    # what a terminal can show, and why it failed
    menu.run("Colors")
    dialog.expect_open("Colors").expect_ended("Failed (exit code 1)")
    expect(dialog.hint).to_be_visible()
    # all of them: what is drawn later would not have the style
    page.wait_for_function(
        "() => document.querySelectorAll("
        "'#systemcommands_run_dialog .systemcommands-block > div').length > 256"
    )
    dialog.terminal.evaluate(
        "root => root.querySelectorAll('*').forEach("
        "(part) => (part.style.contentVisibility = 'visible'))"
    )
    expect_readable(page, run)
    dialog.close()

    history = menu.show_history()
    expect_readable(page, "#systemcommands_history")
    history.status.select_option("stopped")
    expect(history.rows).to_have_count(0)
    expect_readable(page, "#systemcommands_history")
    history.close()

    page.evaluate(
        """() => {
            const notices = OctoPrint.coreui.viewmodels.systemCommandsNoticesViewModel;
            const command = {name: "Command"};
            const run = {id: "1", status: "failed", exit_code: 3};
            notices.started(command);
            notices.runEnded(command, run);
            notices.runEnded(command, {...run, status: "succeeded"});
            notices.refused(command, "Not now.");
            notices.failed(command, {
                status: 500,
                responseJSON: {error: "Failed:\\n\\nSTDOUT:\\nout\\n\\nSTDERR:\\nwrong"}
            });
        }"""
    )
    expect(menu.notice.nth(4)).to_be_visible()
    expect_readable(page, ".systemcommands-notice")


@pytest.mark.own_page
@pytest.mark.parametrize("width", [1280, 360])
def test_buttons(store, take_page, octoprint, width):
    store(BUTTONS)
    page = take_page(octoprint.admin, viewport={"width": width, "height": 740})
    panel, menu = Panel(page), Menu(page)
    expect(panel.state("Button on")).to_have_text("On", use_inner_text=True)
    expect(panel.state("Button off")).to_have_text("Off", use_inner_text=True)
    page.evaluate(PRINTING)
    panel.button("Button red").click()
    expect(panel.stop("Button red")).to_be_visible()
    expect(panel.reason("Button no")).to_be_visible()
    page.mouse.move(0, 0)
    expect_readable(page, ".systemcommands-panel")
    expect_readable(page, ".systemcommands-navbar")
    menu.open()
    page.mouse.move(0, 0)
    expect_readable(page, "#navbar_systemmenu > ul")
