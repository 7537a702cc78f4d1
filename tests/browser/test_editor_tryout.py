"""Trying out a command before it is saved, in its dialog."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor
from harness.pages import RunDialog

HOSTILE = '<img src="x" onerror="window.hacked = true">'

COMMAND = {
    "action": "one",
    "name": "One",
    "command": 'echo "$SC_LEVEL, $SC_DEVICE, $SC_PASSWORD"',
    "arguments": [
        {"name": "level", "type": "number", "label": "Level", "min": 0, "max": 10},
        {
            "name": "device",
            "type": "choice",
            "choices": [1, {"value": "two", "label": "Two"}],
            "default": 1,
        },
        {"name": "password", "type": "secret", "required": False},
    ],
}


TWO = {"action": "two", "name": "Two", "command": "echo out; echo err >&2; exit 3"}


@pytest.fixture
def editor(store, admin_page):
    store([COMMAND, TWO])
    return Editor(admin_page).open()


def was_started(response):
    return response.url.endswith("/definitions/test") and response.status == 202


@pytest.fixture
def printing(editor, admin, octoprint):
    """A print that goes on until the test is over."""

    def wait_until(state):
        editor.page.wait_for_function(
            "state => OctoPrint.coreui.viewmodels.printerStateViewModel[state]()",
            arg=state,
        )

    octoprint.connect_virtual_printer()
    admin.post(
        "/api/files/local",
        files={"file": ("long.gcode", b"G28\n" + b"G4 P100\n" * 3000)},
        data={"print": "true"},
    ).raise_for_status()
    wait_until("isPrinting")
    yield
    admin.post("/api/job", json={"command": "cancel"}).raise_for_status()
    wait_until("isReady")


def test_arguments_are_asked_for_beside_the_command(editor, store):
    page = editor.page
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    dialog.arguments[0].open().fill(label="How much", max="20")
    tryout = dialog.test()
    tryout.expect_beside(dialog.field("command"), 1280)
    # what is not entered yet is no mistake yet
    expect(tryout.field("How much")).to_be_focused()
    expect(tryout.mistake("How much")).to_be_hidden()
    expect(tryout.field("device")).to_have_value("1")
    expect(tryout.field("device")).to_have_attribute("aria-required", "true")
    tryout.submit.click()
    expect(tryout.mistake("How much")).to_have_text("Is missing")
    expect(tryout.status).to_be_hidden()
    tryout.fill(device="two", password="hidden", How_much="15")
    # Enter in its fields runs it, and does not close the dialog
    page.keyboard.press("Enter")
    tryout.expect_ended("Succeeded")
    expect(tryout.lines).to_have_text(["15, two, ***"])
    assert page.locator(".modal:visible").count() == 2  # and the settings below it

    # what was entered is there for the next time, also when the definition has changed
    dialog.arguments[1].open().fill(label="Device")
    dialog.fill(command='echo "again: $SC_LEVEL, $SC_DEVICE, $SC_PASSWORD"')
    page.keyboard.press("Control+Enter")
    expect(tryout.lines).to_have_text(["again: 15, two, ***"])
    expect(dialog.field("command")).to_be_focused()
    tryout.fill(How_much="16")
    tryout.again.click()
    expect(tryout.lines).to_have_text(["again: 16, two, ***"])
    expect(tryout.again).to_be_focused()

    # it can be put away, and nothing of it is saved
    tryout.button("Hide the test").click()
    expect(tryout.dialog).to_be_hidden()
    expect(dialog.button("Test")).to_be_focused()
    assert store() == [COMMAND, TWO]
    dialog.accept()

    # and nothing remembered
    dialog = editor.edit("One")
    expect(tryout.dialog).to_be_hidden()
    dialog.test()
    expect(tryout.field("How much")).to_have_value("")
    expect(tryout.field("Device")).to_have_value("1")
    expect(tryout.status).to_be_hidden()


def test_the_end_is_told_when_nobody_looks(editor, tmp_path):
    dialog = editor.edit("Two")
    end = tmp_path / "end"
    dialog.fill(command=f"echo begun; until [ -e '{end}' ]; do sleep 0.05; done")
    tryout = dialog.test()
    expect(tryout.lines).to_have_text(["begun"])
    dialog.close_and_discard()
    end.touch()
    notice = editor.page.locator(".systemcommands-notice")
    expect(notice).to_contain_text('"Two" finished successfully.')
    notice.get_by_role("button", name="Show output").click()
    RunDialog(editor.page).expect_open("Two").expect_ended("Succeeded")


@pytest.mark.parametrize("width", [1280, 360])
def test_output_stands_beside_the_command(editor, width):
    page = editor.page
    page.set_viewport_size({"width": width, "height": 740})
    dialog = editor.edit("Two")
    tryout = dialog.test()
    tryout.expect_ended("Failed (exit code 3)")
    tryout.expect_beside(dialog.button("Test"), width)
    expect(tryout.terminal).to_be_in_viewport()
    expect(tryout.again).to_be_in_viewport()
    expect(tryout.lines).to_have_text(["out", "err"])
    expect(tryout.dialog).to_contain_text("Lines marked with !")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tryout.button("Copy").click()
    expect(tryout.button("Copied")).to_be_visible()

    # what goes on can be stopped, and is not started twice
    dialog.fill(command="echo begun; sleep 60")
    page.keyboard.press("Control+Enter")
    expect(tryout.lines).to_have_text(["begun"])
    expect(tryout.status).to_have_text("Running")
    expect(tryout.again).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+Enter")
    tryout.button("Stop").click()
    tryout.expect_ended("Stopped")
    expect(tryout.button("Stop")).to_be_hidden()
    expect(tryout.terminal).to_be_focused()
    dialog.fill(command="sudo -n false; echo 'sudo: a password is required' >&2; exit 1")
    tryout.again.click()
    tryout.expect_ended("Failed (exit code 1)")
    expect(tryout.hint.get_by_text("sudo visudo -f", exact=False)).to_be_visible()
    dialog.close_and_discard()
    editor.edit("One")
    expect(tryout.dialog).to_be_hidden()


def test_what_the_server_refuses_stands_in_the_form(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    # browsers know nothing of such a pattern
    name = dialog.arguments.add("Text", label="Name", pattern=r"\p{Greek}+")
    expect(name.mistake_at("pattern")).to_be_hidden()
    tryout = dialog.test()
    tryout.fill(Level="1", Name="β1")
    editor.page.expected_errors.append("400")
    tryout.submit.click()
    expect(tryout.field("Name")).to_be_focused()
    expect(tryout.mistake("Name")).to_contain_text("Has to have the form")
    # in words of its own, if it has some
    name.fill(help="In Greek", error="only Greek letters")
    tryout.submit.click()
    expect(tryout.group("Name")).to_contain_text("In Greek")
    expect(tryout.field("Name")).to_have_value("β1")
    tryout.submit.click()
    expect(tryout.mistake("Name")).to_have_text("only Greek letters")
    tryout.fill(Name="βγ")
    tryout.submit.click()
    tryout.expect_ended("Succeeded")
    # what cannot be wrong has no word for it
    really = dialog.arguments.add("Toggle", label="Really", help="Think twice")
    expect(really.field("error")).to_have_count(0)
    dialog.accept()
    editor.save()
    words = [(a.get("help"), a.get("error")) for a in store()[0]["arguments"][3:]]
    assert words == [("In Greek", "only Greek letters"), ("Think twice", None)]


def test_answers_that_come_when_the_dialog_was_closed(editor):
    page = editor.page
    dialog = editor.edit("Two")
    held = []
    page.route("**/definitions/test", lambda route: held.append(route))
    with page.expect_request("**/definitions/test"):
        dialog.button("Test").click()
    dialog.close()
    dialog = editor.edit("One")
    (route,) = held
    with page.expect_response("**/definitions/test"):
        route.continue_()
    page.wait_for_function("() => $.active === 0")
    expect(dialog.tryout.dialog).to_be_hidden()
    expect(dialog.button("Test")).not_to_have_attribute("aria-disabled", "true")


def test_mistakes_come_before_the_question(editor):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    dialog.arguments[0].open().fill(step="0")
    dialog.button("Test").click()
    expect(dialog.arguments[0].mistake_at("step")).to_be_visible()
    expect(dialog.arguments[0].field("step")).to_be_focused()
    expect(dialog.tryout.dialog).to_be_hidden()


@pytest.mark.each_version
def test_a_print_is_asked_about(editor, printing):
    page = editor.page
    dialog = editor.edit("One")
    dialog.unfold("When it may run", "Arguments")
    dialog.field("while_printing").select_option("Ask first")
    page.expected_errors.append("409")
    tryout = dialog.test()
    tryout.fill(Level="1")
    tryout.submit.click()
    question = page.locator(".modal:visible", has_text="A print is under way")
    question.get_by_text("Cancel").click()
    expect(question).to_have_count(0)
    expect(tryout.submit).to_be_focused()
    tryout.submit.click()
    question.get_by_text('Run "One"').click()
    tryout.expect_ended("Succeeded")
    dialog.field("while_printing").select_option("Refuse it")
    tryout.again.click()
    expect(tryout.alert).to_contain_text("cannot be run while a print is under way")

    # without arguments
    for argument in COMMAND["arguments"]:
        dialog.button(f"Delete: {argument.get('label', argument['name'])}").click()
    dialog.button("Test").click()
    footer = dialog.root.locator(".systemcommands-verdict")
    expect(footer).to_contain_text("cannot be run while a print is under way")
    dialog.field("while_printing").select_option("Ask first")
    dialog.button("Test").click()
    # the run that is still shown has succeeded as well
    with page.expect_response(was_started):
        question.get_by_text('Run "One"').click()
    tryout.expect_ended("Succeeded")


@pytest.mark.own_page
def test_refusal_stays_whatever_a_late_check_says(editor):
    page = editor.page
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    for argument in COMMAND["arguments"]:
        dialog.button(f"Delete: {argument.get('label', argument['name'])}").click()
    page.expected_errors.append("status of 409")
    page.route(
        "**/definitions/test",
        lambda route: route.fulfill(status=409, json={"error": "It cannot be run now"}),
    )
    # what is checked a moment after the last change comes when the test says so
    page.evaluate(
        """() => {
            const setTimeout = window.setTimeout;
            // others on the page may wait for as long
            const late = new Set();
            window.checkLate = () => late.forEach((callback) => callback());
            window.setTimeout = (callback, delay, ...rest) => {
                if (delay !== 300) return setTimeout(callback, delay, ...rest);
                late.add(callback);
                return -1;
            };
        }"""
    )
    dialog.field("name").fill("Another")
    dialog.button("Test").click()
    alert = dialog.root.locator(".systemcommands-verdict")
    expect(alert).to_contain_text("It cannot be run now")
    with page.expect_response("**/definitions/check"):
        page.evaluate("() => window.checkLate()")
    page.wait_for_function("() => $.active === 0")
    expect(alert).to_contain_text("It cannot be run now")
    # but not longer than what it is about
    dialog.field("name").fill("One")
    expect(alert).to_be_empty()


def test_hostile_texts_in_the_question(store, admin_page):
    argument = {"name": "one", "type": "choice", "label": HOSTILE, "choices": [HOSTILE]}
    store([{**COMMAND, "name": HOSTILE, "arguments": [argument]}])
    editor = Editor(admin_page).open()
    tryout = editor.edit(HOSTILE).test()
    expect(tryout.field(HOSTILE)).to_contain_text(HOSTILE)
    assert not admin_page.evaluate("window.hacked")
    assert admin_page.locator("img[src=x]").count() == 0
