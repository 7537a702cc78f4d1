"""Trying out a command with arguments before it is saved."""

import pytest
from editor_pages import Editor
from pages import ArgumentsForm, RunDialog
from playwright.sync_api import expect

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


@pytest.fixture
def editor(store, admin_page):
    store([COMMAND])
    return Editor(admin_page).open()


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


def start_test(dialog):
    dialog.button("Test").click()
    return ArgumentsForm(dialog.page).expect_open()


def test_arguments_are_asked_for(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    dialog.arguments[0].open().fill(label="How much", max="20")
    form = start_test(dialog)
    expect(form.title).to_have_text("One")
    expect(form.field("device")).to_have_value("1")
    expect(form.field("device")).to_have_attribute("aria-required", "true")
    form.fill(How_much="15", device="two", password="hidden")
    form.submit.click()
    run = RunDialog(editor.page)
    run.expect_ended("Succeeded")
    expect(run.lines).to_have_text(["15, two, ***"])
    expect(run.button("Run again")).to_be_hidden()
    run.close()
    # nothing of it is saved
    expect(dialog.root).to_be_visible()
    expect(dialog.button("Test")).to_be_focused()
    assert store() == [COMMAND]

    # and nothing remembered
    form = start_test(dialog)
    expect(form.field("How much")).to_have_value("")
    expect(form.field("device")).to_have_value("1")
    editor.page.keyboard.press("Escape")
    expect(form.root).to_be_hidden()
    expect(dialog.button("Test")).to_be_focused()
    dialog.accept()


def test_what_the_server_refuses_stands_in_the_form(editor):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    # browsers know nothing of such a pattern
    name = dialog.arguments.add("Text", label="Name", pattern=r"\p{Greek}+")
    expect(name.mistake_at("pattern")).to_be_hidden()
    form = start_test(dialog)
    form.fill(Level="1", Name="β1")
    editor.page.expected_errors.append("400")
    form.submit.click()
    expect(form.field("Name")).to_be_focused()
    expect(form.root).to_contain_text("Has to have the form")
    form.fill(Name="βγ")
    form.submit.click()
    RunDialog(editor.page).expect_ended("Succeeded")


@pytest.fixture
def answered_late(editor):
    """Fills the form, sends it, and closes it; returns what is then to be answered."""

    def send(dialog):
        held = []
        editor.page.route("**/definitions/test", lambda route: held.append(route))
        form = start_test(dialog)
        form.fill(Level="1")
        with editor.page.expect_request("**/definitions/test"):
            form.submit.click()
        form.cancel()
        (route,) = held
        return route

    return send


def test_run_of_a_form_that_was_closed_before_the_answer(editor, answered_late):
    answered_late(editor.edit("One")).continue_()
    run = RunDialog(editor.page).expect_open("One")
    run.expect_ended("Succeeded")
    expect(run.lines).to_have_text(["1, 1,"])


def test_refusal_of_a_form_that_was_closed_before_the_answer(editor, answered_late):
    dialog = editor.edit("One")
    editor.page.expected_errors.append("status of 409")
    answered_late(dialog).fulfill(status=409, json={"error": "It cannot be run now"})
    expect(dialog.root.get_by_role("alert")).to_contain_text("It cannot be run now")


def test_mistakes_come_before_the_question(editor):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    dialog.arguments[0].open().fill(step="0")
    dialog.button("Test").click()
    expect(dialog.arguments[0].mistake_at("step")).to_be_visible()
    expect(dialog.arguments[0].field("step")).to_be_focused()
    expect(ArgumentsForm(editor.page).root).to_be_hidden()


def test_a_print_is_asked_about(editor, printing):
    page = editor.page
    dialog = editor.edit("One")
    dialog.unfold("When it may run", "Arguments")
    dialog.field("while_printing").select_option("Ask first")
    page.expected_errors.append("409")
    form = start_test(dialog)
    form.fill(Level="1")
    form.submit.click()
    question = page.locator(".modal:visible", has_text="A print is under way")
    question.get_by_text("Cancel").click()
    expect(question).to_have_count(0)
    expect(form.root).to_be_visible()
    form.submit.click()
    question.get_by_text('Run "One"').click()
    run = RunDialog(page)
    run.expect_ended("Succeeded")
    run.close()

    # without arguments
    for argument in COMMAND["arguments"]:
        dialog.button(f"Delete: {argument.get('label', argument['name'])}").click()
    dialog.button("Test").click()
    question.get_by_text('Run "One"').click()
    run.expect_ended("Succeeded")
    run.close()
    dialog.field("while_printing").select_option("Refuse it")
    dialog.button("Test").click()
    expect(dialog.root.get_by_role("alert")).to_contain_text(
        "cannot be run while a print is under way"
    )


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
            window.setTimeout = (callback, delay, ...rest) => {
                if (delay !== 300) return setTimeout(callback, delay, ...rest);
                window.checkLate = callback;
                return -1;
            };
        }"""
    )
    dialog.field("name").fill("Another")
    dialog.button("Test").click()
    alert = dialog.root.get_by_role("alert")
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
    form = start_test(editor.edit(HOSTILE))
    expect(form.title).to_have_text(HOSTILE)
    expect(form.field(HOSTILE)).to_contain_text(HOSTILE)
    assert not admin_page.evaluate("window.hacked")
    assert admin_page.locator("img[src=x]").count() == 0
