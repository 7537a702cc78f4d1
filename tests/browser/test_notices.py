"""What the page says about runs that nobody looks at, and when it shows them by itself."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness.files import put
from harness.pages import ArgumentsForm, Menu, RunDialog
from harness.waiting import wait_until

RUNS = "/plugin/systemcommands/api/runs"
RULES = [{"id": "on", "when": {"event": "before_connect"}, "run": "power"}]
ARGUMENTS = {"arguments": [{"name": "word", "type": "text", "default": "word"}]}


def commands(folder):
    """Those that wait for the file `go` end with the exit code that is in it."""
    ending = (
        f"while [ ! -s {folder}/go ]; do sleep 0.05; done; "
        f"seq 11 20; seq 11 >&2; exit $(cat {folder}/go)"
    )
    return [
        {
            "action": "addresses",
            "name": "Show addresses",
            "command": r"printf '10%%\r100%%\n\033[32mfd00::1\033[0m <b>x</b>\n\n'",
        },
        {
            "action": "power",
            "name": "Power on",
            "command": f"[ -e {folder}/power ] || {{ echo no power; exit 1; }}",
        },
        {"action": "ten", "name": "Ten lines", "command": "seq 10"},
        {"action": "eleven", "name": "Eleven lines", "command": "seq 11"},
        {"action": "wide", "name": "Wide", "command": "printf '%03000d' 0"},
        {"action": "nothing", "name": "Nothing", "command": "echo; echo"},
        {
            "action": "stdout",
            "name": "Fails on stdout",
            "show_output": "never",
            "command": "seq 100000; exit 3",
        },
        {
            "action": "once",
            "name": "Once",
            "when_busy": "refuse",
            "command": f"echo here; {ending}",
        },
        *(
            {
                "action": f"{show}-{bool(more)}".lower(),
                "name": f"{show}, {'with' if more else 'without'} arguments",
                "show_output": show,
                "command": ending,
                **more,
            }
            for show in ("always", "on_failure", "never")
            for more in ({}, ARGUMENTS)
        ),
    ]


@pytest.fixture(scope="module")
def octoprint(make_octoprint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ends")
    server = make_octoprint(
        {"plugins": {"systemcommands": {"commands": commands(folder), "rules": RULES}}}
    )
    server.folder = folder
    return server


@pytest.fixture(autouse=True)
def end(octoprint, admin):
    """end(3): let what is running end with an exit code; end(): let nothing end."""
    go = Path(octoprint.folder, "go")

    def end_(code=""):
        put(go, str(code))

    end_()
    yield end_
    end_(0)
    for run in admin.get(f"{RUNS}?status=queued,starting,running").json()["runs"]:
        admin.wait_for_run(run["id"])


@pytest.fixture
def menu(operator_page):
    return Menu(operator_page)


@pytest.fixture
def dialog(menu):
    return RunDialog(menu.page)


def notice_of(menu, text):
    return menu.notice.filter(has_text=text)


def output_of(notice):
    return notice.get_by_label("Output").locator(".systemcommands-block > div")


def start(page, action):
    """As a click in the menu does, whatever is open and whatever the menu looks like."""
    page.evaluate(
        """action => {
            const trigger = OctoPrint.coreui.viewmodels.systemCommandsLauncherViewModel;
            const catalogue = OctoPrint.coreui.viewmodels.systemCommandsCatalogueViewModel;
            trigger.trigger(catalogue.find({source: "custom", action: action}));
        }""",
        action,
    )


##~~ What it printed


def test_short_output_stands_in_the_notice(menu, dialog):
    menu.run("Show addresses")
    notice = notice_of(menu, '"Show addresses" finished successfully.')
    # as in the dialog: nothing that was written over, and colors
    expect(output_of(notice)).to_have_text(["100%", "fd00::1 <b>x</b>"])
    green = notice.get_by_text("fd00::1", exact=True)
    expect(green).not_to_have_css("color", "rgb(214, 217, 222)")
    # it is to be read and copied: there is time for it, also while the pointer rests on it
    options = menu.page.evaluate("PNotify.notices[0].options")
    assert options["delay"] >= 20_000
    assert options["mouse_reset"]
    assert notice.evaluate("e => getComputedStyle(e).userSelect") != "none"
    # a box of two lines is no higher than that
    assert notice.get_by_label("Output").bounding_box()["height"] < 60
    notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Show addresses").expect_ended("Succeeded")
    expect(dialog.lines).to_have_count(3)
    assert dialog.terminal.bounding_box()["height"] < 80

    dialog.close()
    menu.run("Ten lines")
    lines = output_of(notice_of(menu, '"Ten lines" finished'))
    expect(lines).to_have_text([str(number) for number in range(1, 11)])
    expect(lines.last).to_be_in_viewport()
    for name in ("Eleven lines", "Wide", "Nothing"):
        menu.run(name)
        notice = notice_of(menu, f'"{name}" finished')
        expect(notice.get_by_role("button", name="Show output")).to_be_visible()
        expect(output_of(notice)).to_have_count(0)

    # it is for nobody who comes after
    menu.page.evaluate(
        "OctoPrint.coreui.viewmodels.systemCommandsNoticesViewModel.onUserLoggedOut()"
    )
    expect(menu.notice).to_have_count(0)


def test_end_of_what_went_wrong(menu):
    menu.run("Fails on stdout")
    notice = notice_of(menu, '"Fails on stdout" failed')
    expect(notice).to_contain_text("Failed (exit code 3).")
    lines = [str(number) for number in range(99_991, 100_001)]
    expect(output_of(notice)).to_have_text(lines)
    expect(notice.get_by_role("alert")).to_have_count(1)


@pytest.mark.each_version
def test_a_printer_that_was_not_connected(menu, dialog, admin):
    body = {"command": "connect", "port": "VIRTUAL", "baudrate": 115200}
    assert admin.post("/api/connection", json=body).ok

    notice = notice_of(menu, "The printer was not connected")
    expect(notice).to_contain_text("The command to be run before connecting has failed.")
    notice.get_by_role("button", name="Show output").click()
    dialog.expect_open("Power on").expect_ended("Failed (exit code 1)")
    expect(dialog.lines.first).to_have_text("no power")


##~~ When the dialog opens by itself


@pytest.mark.parametrize("arguments", ["without", "with"])
@pytest.mark.parametrize("show", ["always", "on_failure", "never"])
def test_show_output(menu, dialog, end, show, arguments):
    name = f"{show}, {arguments} arguments"

    def start():
        menu.run(name)
        if arguments == "with":
            ArgumentsForm(menu.page).expect_open(name).submit.click()
        if show == "always":
            expect(dialog.status).to_have_text("Running")
        else:
            menu.expect_notice("Started", f'"{name}" was started.')
            expect(dialog.root).to_be_hidden()

    start()
    end(0)
    if show == "always":
        dialog.expect_ended("Succeeded")
        menu.wait_until_all_is_said()
        expect(menu.notice).to_have_count(0)
        dialog.close()
    else:
        notice = notice_of(menu, f'"{name}" finished successfully.')
        # 21 lines
        expect(notice).to_be_visible()
        expect(output_of(notice)).to_have_count(0)
        expect(dialog.root).to_be_hidden()

    end()
    start()
    end(3)
    if show == "never":
        notice = notice_of(menu, f'"{name}" failed')
        lines = [str(number) for number in range(2, 12)]
        expect(output_of(notice)).to_have_text(lines)
        expect(dialog.root).to_be_hidden()
    else:
        dialog.expect_open(name).expect_ended("Failed (exit code 3)")
        menu.wait_until_all_is_said()
        expect(notice_of(menu, "failed")).to_have_count(0)


def test_never_tells_nothing_of_a_success_but_that_it_is_one(menu, store, admin):
    before = store()
    store([{"action": "q", "name": "Quiet", "command": "echo x", "show_output": "never"}])
    try:
        menu.run("Quiet")
        notice = notice_of(menu, '"Quiet" finished successfully.')
        expect(notice).to_be_visible()
        expect(output_of(notice)).to_have_count(0)
    finally:
        store(before)


def test_nobody_who_is_typing_is_interrupted(menu, dialog, end, octoprint):
    (octoprint.folder / "power").touch()
    octoprint.connect_virtual_printer()
    menu.page.click("#term_link a")
    field = menu.page.locator("#terminal-command")
    expect(field).to_be_enabled()
    menu.run("on_failure, without arguments")
    menu.expect_notice("Started")
    field.press_sequentially("M1")
    end(3)
    notice = notice_of(menu, "failed")
    # the errors, and not what came between and after them
    lines = [str(number) for number in range(2, 12)]
    expect(output_of(notice)).to_have_text(lines)
    expect(output_of(notice).first).to_have_class("systemcommands-stderr")
    expect(field).to_be_focused()
    field.press_sequentially("15")
    expect(field).to_have_value("M115")
    expect(dialog.root).to_be_hidden()


def test_open_menu_is_not_closed_by_a_dialog(menu, dialog, end):
    menu.run("on_failure, without arguments")
    menu.expect_notice("Started")
    menu.open()
    end(3)
    expect(notice_of(menu, "failed")).to_be_attached()
    expect(dialog.root).to_be_hidden()
    expect(menu.entry("Ten lines")).to_be_visible()


##~~ How it looks


def test_started_stopped_and_finished_look_different(menu, admin, operator):
    menu.run("Once")
    started = notice_of(menu, '"Once" was started.')
    expect(started.get_by_role("status")).to_have_class(re.compile("alert-info"))
    expect(started.locator(".ui-pnotify-icon .fa-play")).to_be_visible()
    blue = "rgb(217, 237, 247)"
    expect(started.get_by_role("status")).to_have_css("background-color", blue)

    # the notice says only that the server has taken it
    (run,) = wait_until(lambda: operator.get(f"{RUNS}?status=running").json()["runs"])
    admin.post(f"{RUNS}/{run['id']}/stop", json={}).raise_for_status()
    stopped = notice_of(menu, '"Once" was stopped.')
    expect(stopped.get_by_role("status")).to_have_class(re.compile("alert-info"))
    expect(stopped.locator(".ui-pnotify-icon .fa-stop")).to_be_visible()
    expect(started).to_have_count(0)

    menu.run("Ten lines")
    finished = notice_of(menu, '"Ten lines" finished')
    expect(finished.get_by_role("status")).to_have_class(re.compile("alert-success"))


@pytest.mark.parametrize(
    ("width", "header"),
    [
        (1280, "static"),
        (1280, "fixed"),
        (360, "static"),
    ],
)
def test_notices_do_not_cover_an_open_menu(open_page, octoprint, width, header):
    page = open_page(octoprint.operator, viewport={"width": width, "height": 740})
    page.add_style_tag(
        content=f"#navbar {{position: {header}; z-index: 1030; top: 0; left: 0; right: 0}}"
    )
    menu = Menu(page)
    menu.run("Ten lines")
    menu.run("Show addresses")
    expect(menu.notice).to_have_count(2)
    expect(notice_of(menu, "fd00::1")).to_be_visible()
    box = menu.notice.first.bounding_box()
    assert box["x"] >= 0
    assert round(box["x"] + box["width"]) <= width
    menu.open()
    covered = menu.root.locator("> ul").evaluate(
        """list => [...list.querySelectorAll("li > a")].filter((link) => {
            const box = link.getBoundingClientRect();
            return [2, box.width / 2, box.width - 2].some((x) => {
                const top = document.elementFromPoint(box.left + x, box.top + 4);
                return box.height && !list.contains(top);
            });
        }).map((link) => link.innerText)"""
    )
    assert covered == []


@pytest.mark.each_version
def test_notices_wait_behind_a_dialog(open_page, octoprint):
    page = open_page(octoprint.operator, viewport={"width": 360, "height": 740})
    menu = Menu(page)
    menu.run("Show addresses")
    earlier = notice_of(menu, "fd00::1")
    expect(earlier).to_be_visible()
    history = menu.show_history()

    def is_on_top(notice):
        return notice.evaluate(
            """element => {
                const box = element.getBoundingClientRect();
                return element.contains(
                    document.elementFromPoint(box.left + 20, box.top + 20)
                );
            }"""
        )

    assert not is_on_top(earlier)
    # what comes while it is open is news
    start(page, "ten")
    later = notice_of(menu, '"Ten lines" finished')
    expect(later).to_be_visible()
    wait_until(lambda: is_on_top(later))
    later.get_by_role("button", name="Close").click()
    history.close()
    wait_until(lambda: is_on_top(earlier))

    # one that fades out stays away when a dialog is closed meanwhile
    page.evaluate(
        """() => {
            [...PNotify.notices].forEach((notice) => notice.remove(false));
            $("#systemcommands_history").trigger("hidden");
        }"""
    )
    expect(earlier).to_have_count(0, timeout=10_000)


##~~ What is running already


@pytest.mark.own_page
def test_refused_because_it_runs(menu, dialog, end, operator):
    menu.run("Once")
    menu.expect_notice("Started")
    entry = menu.refused("Once", "Running already")
    menu.open()
    expect(entry).to_have_attribute("title", re.compile("It is running already"))
    menu.toggle.click()

    refused = notice_of(menu, '"Once" was not started')
    for _ in range(3):
        menu.open()
        # it only looks disabled: force
        entry.click(force=True)
    expect(refused).to_have_count(1)
    # once in the title, and not once more in the text
    assert refused.inner_text().count("not started") == 1
    refused.get_by_role("button", name="Show the running one").click()
    dialog.expect_open("Once")
    expect(refused).to_have_count(0)
    expect(dialog.lines).to_have_text(["here"])
    dialog.close()
    expect(refused).to_have_count(0)

    # and if this page has not heard of it
    menu.page.expected_errors.append("409")
    menu.page.evaluate(
        "OctoPrint.coreui.viewmodels.systemCommandsPrintStateViewModel.refusal = () => {}"
    )
    for _ in range(3):
        start(menu.page, "once")
    expect(refused).to_have_count(1)
    button = refused.get_by_role("button", name="Show the running one")
    expect(button).to_be_visible()
    # of all three of them: what comes later would start it, or say so once more
    menu.page.wait_for_function("() => $.active === 0")
    end(0)
    expect(menu.spinner).to_have_count(0)
    # once it is started this is no news any more
    menu.run("Once")
    expect(refused).to_have_count(0, timeout=10_000)


def test_refused_because_of_somebody_elses_run(menu, admin):
    body = {"source": "custom", "action": "once"}
    admin.post(RUNS, json=body).raise_for_status()
    menu.page.expected_errors.append("409")
    # whose it is, and that it is there, is not for this user to see
    menu.run("Once")
    refused = notice_of(menu, '"Once" was not started')
    expect(refused).to_contain_text("It is running already.")
    expect(refused.get_by_role("button", name="Show the running one")).to_have_count(0)
