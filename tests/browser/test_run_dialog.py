"""The dialog of a run: what it prints while it prints it, and what can be done about it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness import chromium as chromium
from harness.pages import History, Menu, RunDialog, reconnect
from harness.waiting import wait_until

HOSTILE = '<img src="x" onerror="window.hacked = true">'


def commands(folder):
    """What stands in the plugin's settings. `step` waits for a file of that name."""

    def step(name):
        return f"while [ ! -e {folder}/{name} ]; do sleep 0.05; done"

    return [
        {
            "action": "steps",
            "name": "Two steps",
            "command": f"echo first; {step('one')}; echo second; {step('two')}; echo third",
        },
        {
            "action": "colors",
            "name": "Colors",
            "command": r"printf '\033[31mred\033[0m \033[1;38;5;208morange\033[0m\n'",
        },
        {
            "action": "progress",
            "name": "Progress",
            "command": f"printf '10 %%\\r'; {step('one')}; printf '20 %%\\r'; "
            f"{step('two')}; printf 'done\\n'",
        },
        {
            "action": "bar",
            "name": "Progress bar",
            "command": f"printf '\\033]9;4;1;42\\007'; {step('one')}; "
            f"printf '\\033]9;4;3\\033\\\\'; {step('two')}; "
            f"printf '\\033]9;4;2;80\\007'; {step('three')}",
        },
        {
            "action": "percentages",
            "name": "Percentages",
            "command": f"printf '10 %%\\r'; {step('one')}; printf '\\r 20%% of it'; "
            f"{step('two')}; printf '\\n30 %%\\n'; {step('three')}; df -h /",
        },
        {
            "action": "stubborn",
            "name": "Stubborn",
            "command": "trap 'echo not yet' TERM; echo ready; while :; do sleep 0.1; done",
        },
        {"action": "errors", "name": "Errors", "command": "echo fine; echo oh no >&2"},
        {"action": "binary", "name": "Binary", "command": r"printf 'a\377\376b\n'"},
        {"action": "silent", "name": "Silent", "command": step("one")},
        {
            "action": "hostile",
            "name": HOSTILE,
            "command": f"echo '{HOSTILE}'; echo '{HOSTILE}' >&2; exit 1",
        },
        {"action": "missing", "name": "Missing", "command": "no-such-program --now"},
        {
            "action": "sudo",
            "name": "Sudo",
            "command": "false && sudo ls /root\n"
            "echo 'sudo: a terminal is required to read the password' >&2; exit 1",
        },
        {
            "action": "confirmed",
            "name": "Confirmed",
            "confirm": "Really?",
            "show_output": "always",
            "command": "date +%N",
        },
        {
            "action": "always",
            "name": "Always shown",
            "show_output": "always",
            "command": f"echo here; {step('one')}",
        },
        {
            "action": "never",
            "name": "Never shown",
            "show_output": "never",
            "command": "echo hidden >&2; exit 3",
        },
        {"action": "fails", "name": "Fails", "command": f"{step('one')}; exit 3"},
        {
            "action": "slow-to-end",
            "name": "Too slow",
            "timeout": 0.5,
            "command": "sleep 60",
        },
        {
            "action": "big",
            "name": "Big",
            "command": f"seq 100000; {step('one')}",
        },
        {
            "action": "stream",
            "name": "Stream",
            # 100,000 lines in about ten seconds, so that most of them can be seen
            "command": f"{step('one')}; for i in $(seq 100); do "
            "seq -f 'line %06.0f of a hundred thousand' $((i * 1000 - 999)) $((i * 1000)); "
            "sleep 0.1; done",
        },
        {
            "action": "queued",
            "name": "Queued",
            "when_busy": "queue",
            "command": step("one"),
        },
    ]


@pytest.fixture(scope="module")
def octoprint(share_octoprint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    # some of the runs are the admin's, and the operator looks at them
    settings = {"plugins": {"systemcommands": {"history": {"visible_to_all": True}}}}
    server = share_octoprint(commands(folder), settings)
    server.folder = folder
    return server


@pytest.fixture(autouse=True)
def go(octoprint, admin):
    """go("one"): let the commands take this step."""
    for path in octoprint.folder.iterdir():
        path.unlink()

    yield lambda name: Path(octoprint.folder, name).touch()

    # nothing of this test is to go on in the next one
    for name in ("one", "two", "three"):
        Path(octoprint.folder, name).touch()
    runs = f"{RUNS}?status=queued,starting,running"
    for run in admin.get(runs).json()["runs"]:
        admin.post(f"{RUNS}/{run['id']}/stop", json={})
        admin.wait_for_run(run["id"])


RUNS = "/plugin/systemcommands/api/runs"


@pytest.fixture
def menu(operator_page):
    return Menu(operator_page)


@pytest.fixture
def dialog(menu):
    return RunDialog(menu.page)


##~~ What it prints


@pytest.mark.each_version
def test_output_while_it_runs(menu, go):
    dialog = menu.watch("Two steps")
    expect(dialog.status).to_have_text("Running")
    expect(dialog.lines).to_have_text(["first"])
    go("one")
    expect(dialog.lines).to_have_text(["first", "second"])
    expect(dialog.status).to_have_text("Running")
    go("two")
    dialog.expect_ended("Succeeded")
    expect(dialog.lines).to_have_text(["first", "second", "third"])
    expect(dialog.button("Stop")).to_be_hidden()
    expect(dialog.root).to_contain_text("operator, ")


@pytest.mark.own_page
def test_elapsed_time_goes_on_by_itself(menu):
    dialog = menu.watch("Silent")
    expect(dialog.root).to_contain_text("It has not printed anything yet.")
    # the clock here is not the server's
    menu.page.evaluate("Date.now = () => 0")
    expect(dialog.elapsed).to_have_text(re.compile(r"^([2-9]|[1-9]\d) s"))
    expect(dialog.elapsed).to_have_text(re.compile(r"^([3-9]|[1-9]\d) s"))


def test_colors(menu, dialog):
    menu.run("Colors")
    menu.expect_notice("Finished", '"Colors" finished successfully.')
    menu.notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Colors").expect_ended("Succeeded")
    expect(dialog.lines).to_have_text(["red orange"])
    red = dialog.lines.get_by_text("red", exact=True)
    expect(red).to_have_css("color", "rgb(224, 108, 108)")
    orange = dialog.lines.get_by_text("orange", exact=True)
    expect(orange).to_have_css("font-weight", "700")


def test_line_that_is_written_over(menu, go):
    dialog = menu.watch("Progress")
    expect(dialog.lines).to_have_text(["10 %"])
    go("one")
    expect(dialog.lines).to_have_text(["20 %"])
    go("two")
    expect(dialog.lines).to_have_text(["done"])


def test_progress_bar(menu, go):
    dialog = menu.watch("Progress bar")
    expect(dialog.progress).to_be_visible()
    expect(dialog.progress).to_have_attribute("aria-valuenow", "42")
    go("one")
    expect(dialog.progress).to_have_class(re.compile("progress-striped"))
    assert dialog.progress.get_attribute("aria-valuenow") is None
    go("two")
    expect(dialog.progress).to_have_attribute("aria-valuenow", "80")
    expect(dialog.progress).to_have_class(re.compile("progress-danger"))
    go("three")
    expect(dialog.status).to_have_text("Succeeded")
    expect(dialog.progress).to_be_hidden()
    expect(dialog.root).to_contain_text("It printed nothing.")


def test_progress_from_percentages(menu, go):
    dialog = menu.watch("Percentages")
    expect(dialog.progress).to_have_attribute("aria-valuenow", "10")
    expect(dialog.progress).to_have_class(re.compile("progress-info"))
    go("one")
    expect(dialog.progress).to_have_attribute("aria-valuenow", "20")
    go("two")
    expect(dialog.progress).to_have_attribute("aria-valuenow", "30")
    go("three")
    expect(dialog.status).to_have_text("Succeeded")
    expect(dialog.progress).to_be_hidden()
    expect(dialog.lines.filter(has_text="10 %")).to_have_count(0)


def test_errors_are_marked(menu, dialog):
    menu.run("Errors")
    menu.notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Errors")
    expect(dialog.lines.filter(has_text="oh no")).to_have_class("systemcommands-stderr")
    expect(dialog.lines.filter(has_text="fine")).to_have_class("")
    expect(dialog.root).to_contain_text("Lines marked with ! were printed as errors")


def test_undecodable_bytes(menu, dialog):
    menu.run("Binary")
    menu.notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Binary")
    expect(dialog.lines).to_have_text(["a\ufffd\ufffdb"])


def test_hostile_output_is_only_text(menu, dialog):
    menu.run(HOSTILE)
    dialog.expect_open(HOSTILE).expect_ended("Failed (exit code 1)")
    expect(dialog.lines).to_have_text([HOSTILE, HOSTILE])
    assert menu.page.locator("img[src='x']").count() == 0
    assert menu.page.evaluate("window.hacked") is None


##~~ What can be done about it


@pytest.mark.each_version
def test_stop(menu, admin):
    dialog = menu.watch("Stubborn")
    expect(dialog.lines).to_have_text(["ready"])
    stop = dialog.button("Stop")
    stop.click()
    expect(dialog.status).to_have_text("Stopping…")
    expect(dialog.button("Stopping…")).to_be_disabled()
    # a few seconds of grace, and then it has no choice
    dialog.expect_ended("Stopped", timeout=20_000)
    # its own line, and what the shell says of what it has started, come in any order
    expect(dialog.lines.filter(has_text="not yet")).to_have_count(1)
    # the keyboard is still with the dialog
    menu.page.keyboard.press("Escape")
    expect(dialog.root).to_be_hidden()
    expect(menu.spinner).to_be_hidden()
    assert admin.get(f"{RUNS}?action=stubborn").json()["runs"][0]["status"] == "stopped"


@pytest.mark.parametrize("secure", [True, False])
def test_copy(open_page, octoprint, secure):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    if not secure:
        # as on any other machine that OctoPrint is opened from by plain http
        page.add_init_script(
            "Object.defineProperty(window, 'isSecureContext', {value: 0})"
        )
    chromium.log_in(page, octoprint.operator)
    menu, dialog = Menu(page), RunDialog(page)
    menu.run("Errors")
    menu.notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Errors").expect_ended("Succeeded")
    dialog.button("Copy").click()
    expect(dialog.button("Copied")).to_be_focused()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert sorted(copied.splitlines()) == ["fine", "oh no"]
    expect(dialog.button("Copy")).to_be_visible()


def test_download(menu, dialog):
    menu.run("Colors")
    menu.notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Colors").expect_ended("Succeeded")
    with menu.page.expect_download() as download:
        dialog.root.get_by_role("link", name="Download").click()
    content = download.value.path().read_bytes()
    assert content == b"\x1b[31mred\x1b[0m \x1b[1;38;5;208morange\x1b[0m\n"


def test_run_again(menu, dialog):
    menu.run("Confirmed")
    menu.dialog.get_by_text('Run "Confirmed"').click()
    dialog.expect_open("Confirmed").expect_ended("Succeeded")
    before = dialog.lines.inner_text()
    dialog.button("Run again").click()
    confirmation = menu.page.locator(".systemcommands-confirm")
    confirmation.locator(".btn-danger").click()
    expect(dialog.lines).not_to_have_text(before)
    dialog.expect_ended("Succeeded")
    expect(dialog.lines).to_have_count(1)


def test_text_that_is_selected_beyond_the_edge(menu, dialog):
    """Only a click that has begun beside the dialog closes it."""
    menu.run("Colors")
    menu.notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Colors").expect_ended("Succeeded")
    mouse = menu.page.mouse
    dialog.lines.first.hover()
    mouse.down()
    mouse.move(4, 450, steps=3)
    mouse.up()
    # a click comes right after it
    selected = menu.page.evaluate("getSelection().toString()")
    assert selected
    expect(dialog.root).to_be_visible()
    mouse.click(4, 450)
    expect(dialog.root).to_be_hidden()


def test_close_and_open_again(menu, go):
    dialog = menu.watch("Two steps")
    expect(dialog.lines).to_have_text(["first"])
    dialog.close()
    expect(menu.toggle).to_be_focused()
    expect(menu.spinner).to_be_visible()
    go("one")
    dialog = menu.show_running("Two steps")
    expect(dialog.lines).to_have_text(["first", "second"])
    expect(dialog.status).to_have_text("Running")


def test_reload(menu, go):
    dialog = menu.watch("Two steps")
    expect(dialog.lines).to_have_text(["first"])
    menu.page.reload()
    chromium.wait_until_ready(menu.page)
    expect(menu.spinner).to_be_visible()
    go("one")
    dialog = menu.show_running("Two steps")
    expect(dialog.lines).to_have_text(["first", "second"])
    go("two")
    dialog.expect_ended("Succeeded")


def test_two_browsers(menu, admin_page, go):
    mine = menu.watch("Two steps")
    others = Menu(admin_page)
    expect(others.spinner).to_be_visible()
    theirs = others.show_running("Two steps")
    go("one")
    for dialog in (mine, theirs):
        expect(dialog.lines).to_have_text(["first", "second"])
        expect(dialog.root).to_contain_text("operator, ")
    theirs.button("Stop").click()
    mine.expect_ended("Stopped")
    theirs.expect_ended("Stopped")
    # only who has started it is told, and only when not looking
    for one in (menu, others):
        one.wait_until_all_is_said()
        expect(one.notice).to_have_count(0)


def test_several_runs_of_one_command(menu, admin, go):
    for _ in range(2):
        admin.post(RUNS, json={"source": "custom", "action": "silent"}).raise_for_status()
    menu.open()
    expect(menu.running("Silent").locator(".badge")).to_have_text("2")
    menu.running("Silent").click()
    history = History(menu.page).expect_open()
    running = history.rows.filter(has_text="Running")
    expect(running).to_have_count(2)
    go("one")
    expect(running).to_have_count(0)
    expect(history.rows.nth(0)).to_contain_text("Succeeded")
    expect(history.rows.nth(1)).to_contain_text("Succeeded")


##~~ When it opens by itself, and what is said otherwise


def test_shown_from_the_start(menu, dialog, go):
    menu.run("Always shown")
    dialog.expect_open("Always shown")
    expect(dialog.lines).to_have_text(["here"])
    dialog.close()
    go("one")
    menu.expect_notice("Finished", "Always shown")


def test_shown_when_it_failed(menu, dialog, go):
    menu.run("Fails")
    menu.expect_notice("Started", '"Fails" was started.')
    expect(dialog.root).to_be_hidden()
    go("one")
    dialog.expect_open("Fails").expect_ended("Failed (exit code 3)")
    menu.wait_until_all_is_said()
    expect(menu.notice).to_have_count(0)


def test_never_shown(menu, dialog):
    menu.run("Never shown")
    menu.expect_notice('"Never shown" failed', "Failed (exit code 3).")
    expect(dialog.root).to_be_hidden()
    menu.notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Never shown")
    expect(dialog.lines).to_have_text(["hidden"])


def test_does_not_get_in_the_way_of_another_dialog(menu, dialog, go):
    menu.run("Fails")
    other = menu.show_history()
    go("one")
    menu.expect_notice('"Fails" failed', "Failed (exit code 3).")
    expect(dialog.root).to_be_hidden()
    expect(other.root).to_be_visible()


def test_stopped_by_somebody_else(menu, admin):
    menu.run("Silent")
    expect(menu.spinner).to_be_visible()
    # the spinner turns already when the server has not heard of it yet
    (run,) = wait_until(lambda: admin.get(f"{RUNS}?status=running").json()["runs"])
    admin.post(f"{RUNS}/{run['id']}/stop", json={}).raise_for_status()
    menu.expect_notice("Stopped", '"Silent" was stopped.')


def test_timed_out(menu, dialog):
    menu.run("Too slow")
    dialog.expect_open("Too slow").expect_ended("Timed out")
    expect(dialog.hint).to_contain_text("0.5 s.")


def test_program_that_is_not_there(menu, dialog):
    menu.run("Missing")
    dialog.expect_open("Missing").expect_ended("Failed (exit code 127)")
    expect(dialog.hint).to_contain_text('The program "no-such-program" was not found.')


def test_line_to_copy_from_a_hint(take_page, octoprint):
    page = take_page(octoprint.operator, permissions=["clipboard-read"])
    menu, dialog = Menu(page), RunDialog(page)
    page.route(
        "**/api/runs/*", with_hint("Add this line:\npi ALL=(root) NOPASSWD: /bin/ls")
    )
    menu.run("Sudo")
    dialog.expect_open("Sudo")
    expect(dialog.hint.locator("code")).to_have_text("pi ALL=(root) NOPASSWD: /bin/ls")
    dialog.hint.get_by_role("button", name="Copy").click()
    expect(dialog.hint.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "pi ALL=(root) NOPASSWD: /bin/ls"


def test_line_that_cannot_be_copied(open_page, octoprint):
    page = open_page()
    page.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', {value: 0});"
        "document.execCommand = () => false;"
    )
    chromium.log_in(page, octoprint.operator)
    menu, dialog = Menu(page), RunDialog(page)
    page.route("**/api/runs/*", with_hint("Add this line:\nfirst\nAnd this one:\nsecond"))
    menu.run("Sudo")
    buttons = dialog.hint.get_by_role("button")
    buttons.nth(1).click()
    expect(buttons).to_have_text(["Copy", "Not copied"])
    expect(dialog.root.locator(".modal-footer")).not_to_contain_text("Not copied")


def with_hint(hint):
    def handle(route):
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), "hint": hint})

    return handle


def test_sudo_rule_for_who_may_see_command_lines(admin_page):
    menu, dialog = Menu(admin_page), RunDialog(admin_page)
    menu.run("Sudo")
    dialog.expect_open("Sudo").expect_ended("Failed (exit code 1)")
    expect(dialog.hint.locator("code")).to_have_text(
        [re.compile("^sudo visudo -f /etc/"), re.compile("NOPASSWD: /.*ls /root")]
    )


def test_waiting_for_its_turn(menu, go):
    menu.run("Queued")
    expect(menu.spinner).to_be_visible()
    menu.run("Queued")
    menu.open()
    expect(menu.running("Queued").locator(".badge")).to_have_text("2")
    menu.running("Queued").click()
    history = History(menu.page).expect_open()
    expect(history.rows.first).to_contain_text("Queued")
    history.show(0)
    dialog = RunDialog(menu.page).expect_open("Queued")
    expect(dialog.status).to_have_text("Queued")
    go("one")
    dialog.expect_ended("Succeeded")


##~~ A lot of it


def test_more_than_is_kept(menu, go):
    dialog = menu.watch("Big")
    expect(dialog.lines.last).to_have_text("100000")
    assert dialog.lines.count() <= 5100
    # what is not shown here is said, and so is what was dropped by the server
    expect(dialog.terminal).to_contain_text(re.compile("the first [0-9]+ lines are no"))
    # the end is what is in view, as soon as all of it is drawn
    menu.page.wait_for_function(
        "e => Math.abs(e.scrollHeight - e.clientHeight - e.scrollTop) <= 2",
        arg=dialog.terminal.element_handle(),
    )


def test_scrolling_up_stops_following(menu, go):
    dialog = menu.watch("Big")
    expect(dialog.lines.last).to_have_text("100000")
    expect(dialog.jump).to_be_hidden()
    dialog.terminal.hover()
    menu.page.mouse.wheel(0, -600)
    expect(dialog.jump).to_be_visible()
    dialog.jump.click()
    expect(dialog.jump).to_be_hidden()
    expect(dialog.lines.last).to_be_in_viewport()
    expect(dialog.terminal).to_be_focused()
    # by keyboard as well
    menu.page.keyboard.press("PageUp")
    expect(dialog.jump).to_be_visible()
    menu.page.keyboard.press("End")
    expect(dialog.jump).to_be_hidden()
    # the wish is enough, before anything has moved
    for event in (
        'new KeyboardEvent("keydown", {key: "PageUp"})',
        'new WheelEvent("wheel", {deltaY: -1})',
    ):
        dialog.terminal.evaluate(f"terminal => terminal.dispatchEvent({event})")
        expect(dialog.jump).to_be_visible()
        dialog.jump.click()
        expect(dialog.jump).to_be_hidden()


def test_scrolling_up_while_a_lot_arrives(menu, go):
    dialog = menu.watch("Stream")
    go("one")
    # enough for the view to be moved, and far from the end
    expect(dialog.lines.last).to_contain_text(re.compile("line 0[0-5][1-9]"))
    dialog.terminal.hover()
    menu.page.mouse.wheel(0, -300)
    expect(dialog.jump).to_be_visible()
    seen = dialog.lines.last.inner_text()
    expect(dialog.lines.last).not_to_have_text(seen)
    # it stays where it is, also when lines are dropped at the other end
    expect(dialog.jump).to_be_visible()
    expect(dialog.lines.last).not_to_be_in_viewport()


def test_100000_lines_keep_the_page_responsive(menu, browser, go, record_property):
    dialog = menu.watch("Stream")
    browser.start_tracing(page=menu.page, categories=["toplevel"])
    go("one")
    last = "line 100000 of a hundred thousand"
    expect(dialog.lines.last).to_have_text(last, timeout=90_000)
    wall, cpu = chromium.longest_task(browser.stop_tracing())
    assert dialog.lines.count() <= 5100
    elements = dialog.terminal.locator("*").count()
    print(f"{elements} elements in the terminal")
    # one for each line, as good as; the page around it has its own
    assert elements < 6000
    record_property("longest_task_ms", wall)
    record_property("longest_task_cpu_ms", cpu)
    print(f"longest task: {wall:.0f} ms, {cpu:.0f} ms of them on the processor")


##~~ Who looks at it, and how


def test_run_that_is_not_there(menu, dialog):
    menu.page.expected_errors.append("404")
    menu.page.evaluate(
        "OctoPrint.coreui.viewmodels.systemCommandsRunStoreViewModel.show({id: '0'.repeat(16)})"
    )
    expect(dialog.error).to_have_text("This run is not kept any more.")


@pytest.mark.each_version
def test_keyboard_alone(menu, dialog):
    keyboard = menu.page.keyboard
    menu.run("Silent")
    expect(menu.spinner).to_be_visible()
    menu.toggle.focus()
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    running = menu.running("Silent")
    for _ in range(40):
        if running.evaluate("e => e === document.activeElement"):
            break
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    dialog.expect_open("Silent")
    expect(dialog.terminal).to_be_focused()
    keyboard.press("Tab")
    expect(dialog.button("Stop")).to_be_focused()
    keyboard.press("Enter")
    dialog.expect_ended("Stopped")
    keyboard.press("Escape")
    expect(dialog.root).to_be_hidden()
    expect(menu.toggle).to_be_focused()


@pytest.mark.each_version
def test_small_screen(take_page, octoprint):
    page = take_page(
        octoprint.operator, viewport={"width": 360, "height": 740}, has_touch=True
    )
    menu, dialog = Menu(page), RunDialog(page)
    menu.toggle.tap()
    menu.entry("Always shown").tap()
    dialog.expect_open("Always shown")
    expect(dialog.lines).to_have_text(["here"])
    for name in ("Stop", "Copy", "Run again"):
        expect(dialog.button(name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = dialog.root.bounding_box()
    assert box["x"] >= 0
    assert round(box["x"] + box["width"]) <= 360
    dialog.button("Stop").tap()
    dialog.expect_ended("Stopped")


def test_german(take_page, octoprint):
    page = take_page(octoprint.operator, locale="de-DE")
    menu, dialog = Menu(page), RunDialog(page)
    menu.run("Never shown")
    menu.expect_notice(
        "„Never shown“ ist fehlgeschlagen", "Fehlgeschlagen (Exit-Code 3)."
    )
    menu.notice.get_by_role("button", name="Ausgabe anzeigen").click()
    dialog.expect_open("Never shown")
    expect(dialog.button("Erneut ausführen")).to_be_visible()


##~~ When the server goes away


@pytest.mark.each_version
def test_server_that_is_killed(make_octoprint, browser, octoprint):
    server = make_octoprint(
        {
            "plugins": {
                "systemcommands": {
                    "commands": [
                        {
                            "action": "waits",
                            "name": "Waits",
                            "command": "echo hi; sleep 60",
                        }
                    ]
                }
            }
        }
    )
    page = chromium.new_page(chromium.new_context(browser, server.url))
    try:
        chromium.log_in(page, server.operator, remember=True)
        menu = Menu(page)
        dialog = menu.watch("Waits")
        expect(dialog.lines).to_have_text(["hi"])
        page.wait_for_load_state("networkidle")
        server.kill()
        # there is nobody to push anything, so it is found out by asking
        error = "The server does not answer."
        expect(dialog.error).to_contain_text(error, timeout=15_000)
        server.start()
        reconnect(page)
        expect(dialog.status).to_have_text("Interrupted")
        expect(dialog.error).to_be_hidden()
        expect(dialog.hint).to_be_visible()
        expect(dialog.lines).to_have_text(["hi"])
        expect(menu.spinner).to_be_hidden()
    finally:
        page.context.close()
