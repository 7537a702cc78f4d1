"""What helps with runs that take long or print a lot: links to them, the page's title, a
search, times, long lines, and the line that starts them from a shell."""

import json
import re
import shlex
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness import chromium as chromium
from harness.editor_pages import Editor
from harness.pages import Menu, RunDialog
from harness.waiting import wait_until

RUNS = "/plugin/systemcommands/api/runs"
UNKNOWN = "There is no such run, or you may not see it."


def commands(folder):
    """What stands in the plugin's settings. `step` waits for a file of that name."""

    def step(name):
        return f"while [ ! -e {folder}/{name} ]; do sleep 0.05; done"

    return [
        {
            "action": "log",
            "name": "Log",
            "command": "for i in $(seq 300); do echo line $i of a log; done; "
            r"printf '\033[31mA re\033[32md Err\033[0mor\n'; echo 'error: error'; "
            f"{step('one')}; echo 'one more ERROR'; {step('two')}; echo last",
        },
        {
            "action": "stream",
            "name": "Stream",
            "command": f"{step('one')}; for i in $(seq 100); do "
            "seq -f 'line %06.0f of a hundred thousand' $((i * 1000 - 999)) $((i * 1000)); "
            "sleep 0.05; done",
        },
        {
            "action": "long-line",
            "name": "Long line",
            "command": "echo short; echo oops >&2; sleep 0.2; "
            "printf 'beginning %0300d end\\n' 0; for i in $(seq 300); do echo $i; done; "
            f"{step('one')}",
        },
        {"action": "wait", "name": "Wait", "command": step("one")},
        {"action": "fails", "name": "Fails", "command": f"{step('one')}; exit 3"},
        {
            "action": "asks",
            "name": "It's asking",
            "command": step("one"),
            "arguments": [
                {"name": "text", "type": "text", "default": "it's $HOME"},
                {"name": "level", "type": "number", "min": 2, "max": 9},
                {"name": "note", "type": "text", "required": False},
                {"name": "key", "type": "secret"},
            ],
        },
    ]


@pytest.fixture(scope="module")
def octoprint(share_octoprint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    server = share_octoprint(commands(folder))
    server.folder = folder
    return server


@pytest.fixture(autouse=True)
def go(octoprint, admin):
    """go("one"): let the commands take this step."""
    for path in octoprint.folder.iterdir():
        path.unlink()
    yield lambda name: Path(octoprint.folder, name).touch()
    for run in admin.get(f"{RUNS}?status=queued,starting,running").json()["runs"]:
        admin.post(f"{RUNS}/{run['id']}/stop", json={})
        admin.wait_for_run(run["id"])


@pytest.fixture
def menu(operator_page):
    return Menu(operator_page)


@pytest.fixture
def start(operator):
    """start("wait"): a run of the operator's."""

    def start_(action, **arguments):
        body = {"source": "custom", "action": action, "arguments": arguments}
        response = operator.post(RUNS, json=body)
        response.raise_for_status()
        return response.json()["id"]

    return start_


def hide(page, is_hidden=True):
    """As if the page were in a tab behind another one, or in front again."""
    page.evaluate(
        """isHidden => {
            Object.defineProperty(document, "hidden", {value: isHidden, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


##~~ The page's title


@pytest.mark.own_page
def test_title_tells_of_what_ended_in_the_background(menu, go):
    page = menu.page
    before = page.title()
    menu.run("Wait")
    expect(menu.spinner).to_be_visible()
    hide(page)
    go("one")
    expect(page).to_have_title(f"✔ Wait – {before}")
    # others go on writing there, and theirs stays
    page.evaluate("document.title = '50 % ' + document.title")
    expect(page).to_have_title(f"50 % ✔ Wait – {before}")
    page.evaluate("document.title = 'Printing'")
    expect(page).to_have_title("✔ Wait – Printing")
    hide(page, False)
    expect(page).to_have_title("Printing")

    # what ends while one looks at it needs no more words
    menu.run("Fails")
    RunDialog(page).expect_open("Fails").expect_ended("Failed (exit code 3)")
    expect(page).to_have_title("Printing")


@pytest.mark.own_page
def test_title_of_a_failed_run_that_is_shown(menu, go):
    page = menu.page
    before = page.title()
    dialog = menu.watch("Fails")
    hide(page)
    go("one")
    expect(page).to_have_title(f"✘ Fails: Failed – {before}")
    # what goes right after that does not hide it
    page.evaluate("SystemCommands.PageTitle({name: 'Other', status: 'succeeded'})")
    expect(page).to_have_title(f"✘ Fails: Failed – {before}")
    # another script that keeps something in front of all titles
    page.evaluate(
        """() => {
            const mark = () => {
                if (!document.title.startsWith("(1) ")) {
                    document.title = "(1) " + document.title;
                }
            };
            window.other = new MutationObserver(mark);
            window.other.observe(document.head, {childList: true, subtree: true});
            mark();
        }"""
    )
    expect(page).to_have_title(f"(1) ✘ Fails: Failed – {before}")
    page.evaluate("() => { window.other.disconnect(); }")
    # OctoPrint's own title changes with its name
    appearance = "OctoPrint.coreui.viewmodels.appearanceViewModel"
    page.evaluate(f"{appearance}.name('My <printer>')")
    expect(page).to_have_title("✘ Fails: Failed – My <printer> [OctoPrint]")
    hide(page, False)
    expect(page).to_have_title("My <printer> [OctoPrint]")
    page.evaluate(f"{appearance}.name('')")
    expect(page).to_have_title(before)
    dialog.expect_ended("Failed (exit code 3)")


##~~ Links


@pytest.mark.own_page
@pytest.mark.each_version
def test_link_opens_a_run(menu, start, open_page, octoprint):
    page = menu.page
    run_id = start("wait")
    dialog = menu.show_running("Wait")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.button("Copy link").click()
    expect(dialog.button("Copied")).to_be_focused()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{octoprint.url.rstrip('/')}/#run={run_id}"
    dialog.close()

    # in the page that is open, whose tab stays what it is
    page.get_by_role("link", name="Terminal", exact=True).click()
    expect(page).to_have_url(re.compile("#term$"))
    page.evaluate("link => { location.href = link; }", link)
    dialog.expect_open("Wait")
    expect(page).to_have_url(re.compile(f"#run={run_id}$"))
    expect(page.locator("#term")).to_have_class(re.compile("active"))
    dialog.close()
    expect(page).to_have_url(re.compile("#term$"))
    expect(page.locator("#term")).to_have_class(re.compile("active"))

    # when the browser has not yet told of the tab that was chosen just before
    page.evaluate("link => { location.hash = '#control'; location.href = link; }", link)
    dialog.expect_open("Wait")
    dialog.close()
    expect(page).to_have_url(re.compile("#control$"))
    expect(page.locator("#control")).to_have_class(re.compile("active"))
    page.get_by_role("link", name="Terminal", exact=True).click()
    expect(page).to_have_url(re.compile("#term$"))

    # the browser's way back leads out of it
    page.evaluate("link => { location.href = link; }", link)
    dialog.expect_open("Wait")
    page.go_back()
    expect(dialog.root).to_be_hidden()
    expect(page).to_have_url(re.compile("#term$"))

    # a tab is still a tab
    page.evaluate("location.hash = '#control'")
    expect(page.locator("#control")).to_have_class(re.compile("active"))
    page.get_by_role("link", name="Terminal", exact=True).click()
    expect(page.locator("#term")).to_have_class(re.compile("active"))
    expect(page).to_have_url(re.compile("#term$"))

    # when the page is opened with it
    page.goto("about:blank")
    page.goto(link)
    dialog.expect_open("Wait")
    dialog.close()
    expect(page).not_to_have_url(re.compile("run="))


@pytest.mark.each_version
def test_link_survives_the_login_page(open_page, octoprint, start):
    run_id = start("wait")
    page = open_page()
    page.goto(f"/#run={run_id}")
    page.fill("#login-user", octoprint.operator.name)
    page.fill("#login-password", octoprint.operator.password)
    page.click("#login-button")
    chromium.wait_until_ready(page)
    RunDialog(page).expect_open("Wait")


def test_link_to_what_one_may_not_see(menu, user_page, start, admin):
    page, dialog = menu.page, RunDialog(menu.page)
    page.expected_errors.append("404")
    body = {"source": "custom", "action": "wait"}
    of_others = admin.post(RUNS, json=body).json()["id"]
    hash_before = page.evaluate("location.hash")
    for name in (of_others, "0" * 16, "nonsense", "../menu", '"><img src=x>', ""):
        page.evaluate("name => { location.hash = '#run=' + name; }", name)
        menu.expect_notice("This run cannot be shown", UNKNOWN)
        # one that is about to appear would come back
        page.wait_for_function("PNotify.notices.every((one) => one.state !== 'opening')")
        page.evaluate("PNotify.removeAll()")
        expect(menu.notice).to_have_count(0)
        assert page.evaluate("location.hash") == hash_before
        expect(dialog.root).to_be_hidden()

    # who may see none at all is not told more
    user_page.evaluate("name => { location.hash = '#run=' + name; }", of_others)
    Menu(user_page).expect_notice("This run cannot be shown", UNKNOWN)
    expect(RunDialog(user_page).root).to_be_hidden()


##~~ Search


def test_search(menu, go):
    dialog = menu.watch("Log")
    expect(dialog.lines.last).to_have_text("error: error")
    expect(dialog.search).to_be_hidden()
    dialog.button("Search").click()
    expect(dialog.search).to_be_focused()
    dialog.search.fill("error")
    # one of them in two colours, which it keeps
    expect(dialog.found).to_have_text("1 of 3")
    expect(dialog.current).to_have_text(["Err", "or"])
    green, plain = dialog.current.all()
    color = "e => getComputedStyle(e.parentElement).color"
    assert green.evaluate(color) != plain.evaluate(color)
    dialog.search.press("Enter")
    expect(dialog.found).to_have_text("2 of 3")
    dialog.search.press("Shift+Enter")
    dialog.search.press("Shift+Enter")
    expect(dialog.found).to_have_text("3 of 3")

    # while it goes on
    go("one")
    expect(dialog.found).to_have_text("3 of 4")
    dialog.button("Next match").click()
    expect(dialog.found).to_have_text("4 of 4")
    expect(dialog.current).to_have_text("ERROR")

    # what is far away comes into view
    dialog.search.fill("line 7 of")
    expect(dialog.found).to_have_text("1 of 1")
    expect(dialog.current).to_be_in_viewport(ratio=1)
    expect(dialog.jump).to_be_visible()
    dialog.search.fill("line 15")
    expect(dialog.found).to_have_text("1 of 11")
    dialog.search.fill("$i")
    expect(dialog.found).to_have_text("Not found")
    expect(dialog.terminal.locator("mark")).to_have_count(0)

    # Escape ends the search, and only then the dialog
    dialog.search.fill("e")
    expect(dialog.terminal.locator("mark")).not_to_have_count(0)
    dialog.search.press("Escape")
    expect(dialog.search).to_be_hidden()
    expect(dialog.terminal).to_be_focused()
    expect(dialog.terminal.locator("mark")).to_have_count(0)
    go("two")
    expect(dialog.lines.last).to_have_text("last")
    assert dialog.lines.nth(300).inner_text() == "A red Error"
    dialog.expect_ended("Succeeded")
    dialog.page.keyboard.press("Escape")
    expect(dialog.root).to_be_hidden()


def test_search_in_100000_lines_while_they_arrive(menu, go, browser, record_property):
    dialog = menu.watch("Stream")
    dialog.button("Search").click()
    dialog.search.fill("thousand")
    expect(dialog.found).to_have_text("Not found")
    browser.start_tracing(page=menu.page, categories=["toplevel"])
    go("one")
    expect(dialog.lines.last).to_have_text(
        "line 100000 of a hundred thousand", timeout=90_000
    )
    dialog.search.press("Enter")
    expect(dialog.found).to_have_text(re.compile(r"^[1-9]\d* of 5\d\d\d$"))
    wall, cpu = chromium.longest_task(browser.stop_tracing())
    record_property("longest_task_ms", wall)
    record_property("longest_task_cpu_ms", cpu)
    print(f"longest task: {wall:.0f} ms, {cpu:.0f} ms of them on the processor")
    dialog.search.fill("00 of")
    expect(dialog.found).to_have_text(re.compile(r"^\d+ of 5\d$"))
    # more than anybody wants to look at
    dialog.search.fill("n")
    expect(dialog.found).to_have_text(re.compile(r"of \d{4,5}\+$"))


##~~ Times and long lines


def test_times_and_long_lines(menu, go):
    page, dialog = menu.page, menu.watch("Long line")
    expect(dialog.lines.last).to_have_text("300")
    line = dialog.lines.filter(has_text="beginning")
    terminal = "terminal => terminal.scrollWidth > terminal.clientWidth"
    height = line.bounding_box()["height"]
    assert height > 20
    assert not dialog.terminal.evaluate(terminal)
    expect(dialog.button("Wrap lines")).to_have_attribute("aria-pressed", "true")

    dialog.button("Wrap lines").click()
    expect(dialog.button("Wrap lines")).to_have_attribute("aria-pressed", "false")
    assert line.bounding_box()["height"] < height
    # it goes along with the end all the same
    expect(dialog.jump).to_be_hidden()
    expect(dialog.lines.last).to_be_in_viewport()
    # what is far to the right is found there
    dialog.button("Search").click()
    dialog.search.fill("end")
    expect(dialog.current).to_be_in_viewport(ratio=1)
    assert dialog.terminal.evaluate("terminal => terminal.scrollLeft") > 0
    assert dialog.terminal.evaluate(terminal)
    dialog.search.press("Escape")

    time = "e => getComputedStyle(e, '::after').content"
    assert line.evaluate(time) == "none"
    dialog.button("Times").click()
    shown = line.evaluate(time)
    assert re.fullmatch(r'"\d\d:\d\d:\d\d"', shown)
    assert page.evaluate("text => moment(text, 'HH:mm:ss').isValid()", shown.strip('"'))
    # neither a part of the text nor in the way of it
    expect(dialog.lines.first).to_have_text("short")
    dialog.terminal.evaluate("e => { e.scrollTop = e.scrollLeft = 0; }")
    width = dialog.lines.first.evaluate(
        "e => parseFloat(getComputedStyle(e, '::after').width)"
    )
    text = dialog.lines.first.evaluate(
        """e => {
            const range = document.createRange();
            range.selectNodeContents(e);
            return range.getBoundingClientRect().left - e.getBoundingClientRect().left;
        }"""
    )
    assert 8 + width < text

    # also of what has ended, after the page was opened anew, as one likes it
    go("one")
    dialog.expect_ended("Succeeded")
    page.reload()
    chromium.wait_until_ready(page)
    menu.show_history().show(0)
    expect(dialog.button("Wrap lines")).to_have_attribute("aria-pressed", "false")
    expect(dialog.button("Times")).to_have_attribute("aria-pressed", "true")
    expect(dialog.lines.last).to_have_text("300")
    assert line.evaluate(time) == shown


def test_without_a_place_to_remember(open_page, octoprint, start):
    page = open_page()
    # as some browsers do when they are told to keep nothing
    page.add_init_script(
        """
        Object.defineProperty(window, "localStorage", {value: new Proxy({}, {
            get: (_target, name) => name.startsWith("systemcommands") ? "{" : undefined,
            set: () => { throw new Error("no"); }
        })});
        """
    )
    chromium.enter(page, octoprint.operator)
    start("wait")
    dialog = Menu(page).show_running("Wait")
    dialog.button("Times").click()
    expect(dialog.button("Times")).to_have_attribute("aria-pressed", "true")


def test_small_screen(take_page, octoprint, start):
    page = take_page(
        octoprint.operator, viewport={"width": 360, "height": 740}, has_touch=True
    )
    start("log")
    dialog = Menu(page).show_running("Log")
    dialog.button("Search").tap()
    dialog.search.fill("error")
    expect(dialog.found).to_have_text("1 of 3")
    dialog.button("Times").tap()
    names = ("Times", "Wrap lines", "Copy link", "Copy as curl", "Next match", "Stop")
    for control in (dialog.search, dialog.current.first, *map(dialog.button, names)):
        expect(control).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = dialog.terminal.bounding_box()
    assert box["height"] >= 150
    assert round(box["x"] + box["width"]) <= 360
    dialog.close()


##~~ Copy as curl


def copied_line(page, button):
    button.click()
    wait_until(lambda: "curl" in page.evaluate("navigator.clipboard.readText()"))
    line = page.evaluate("navigator.clipboard.readText()")
    page.evaluate("navigator.clipboard.writeText('')")
    return line


@pytest.mark.own_page
def test_copy_as_curl(menu, start, octoprint):
    page = menu.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    base = octoprint.url.rstrip("/")
    start("wait")
    dialog = menu.show_running("Wait")
    line = copied_line(page, dialog.button("Copy as curl"))
    assert shlex.split(line) == [
        *("curl", "-X", "POST", "-H", "X-Api-Key: $OCTOPRINT_API_KEY"),
        f"{base}/api/system/commands/custom/wait",
    ]
    assert '"X-Api-Key: $OCTOPRINT_API_KEY"' in line
    dialog.close()

    start("asks", level=5, key="very secret")
    dialog = menu.show_running("It's asking")
    line = copied_line(page, dialog.button("Copy as curl"))
    *words, body, address = shlex.split(line)
    assert address == f"{base}/plugin/systemcommands/api/runs"
    assert words[5:] == ["-H", "Content-Type: application/json", "-d"]
    # what it was run with, except what nobody may see
    assert json.loads(body) == {
        "source": "custom",
        "action": "asks",
        "arguments": {"text": "it's $HOME", "level": 5, "key": "<key>"},
    }

    # behind a reverse proxy
    page.evaluate("OctoPrint.options.baseurl = '/printers/one/'")
    assert page.evaluate("SystemCommands.RunLink({id: '12'})") == (
        f"{base}/printers/one/#run=12"
    )


def test_copy_as_curl_in_the_editor(admin_page, octoprint):
    page = admin_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor = Editor(page).open()
    dialog = editor.edit("It's asking")
    dialog.unfold("Advanced")
    line = copied_line(page, dialog.button("Copy as curl"))
    *_, body, address = shlex.split(line)
    assert address.endswith("/plugin/systemcommands/api/runs")
    assert json.loads(body)["arguments"] == {
        "text": "it's $HOME",
        "level": 2,
        "key": "<key>",
    }
    dialog.close()

    dialog = editor.edit("Wait")
    dialog.unfold("Advanced")
    line = copied_line(page, dialog.button("Copy as curl"))
    assert shlex.split(line)[-1].endswith("/api/system/commands/custom/wait")
