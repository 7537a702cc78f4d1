"""What is pending: the bar below the page, the menu, Recent runs and the dialog of a run."""

import re

import pytest
from playwright.sync_api import expect

from harness.button_pages import Panel
from harness.contrast import expect_readable
from harness.http_clients import ApiClient
from harness.pages import History, Menu, PendingBar, RunDialog

pytestmark = pytest.mark.own_page

RUNS = "/plugin/systemcommands/api/runs"
COMMANDS = [
    {
        "action": "off",
        "name": "Power off",
        "command": "echo off",
        "groups": ["users"],
        "show_in": ["menu", "sidebar"],
    },
    {
        "action": "fan",
        "name": "Fan off",
        "command": "echo fan",
        "confirm": "Is it <b>cold</b>?",
    },
    {
        "action": "lamp",
        "name": "Lamp off",
        "command": "echo lamp",
        "when_busy": "refuse",
    },
    {"action": "slow", "name": "Slow", "command": "sleep 600", "when_busy": "refuse"},
    {"action": "more", "name": "More", "command": "echo more"},
]
COLD = "the printer to cool down to 50 °C"


@pytest.fixture(scope="module")
def octoprint(make_octoprint, with_holder):
    server = make_octoprint(
        {"plugins": {"systemcommands": {"commands": COMMANDS}}},
        start=False,
    )
    return with_holder(server).start()


@pytest.fixture
def hold(admin):
    """hold("off", due_in=600): the id of a run that is pending. None is left at the end."""

    def hold(action="off", **fields):
        response = admin.post("/plugin/holder/hold", json={"action": action, **fields})
        response.raise_for_status()
        return response.json()["id"]

    yield hold
    active = "pending,queued,starting,running"
    for run in admin.get(f"{RUNS}?status={active}").json()["runs"]:
        admin.post(f"{RUNS}/{run['id']}/stop", json={})
        admin.wait_for_run(run["id"])


def fits(part):
    """Whether it is not wider than the page, which OctoPrint itself may be."""
    return part.evaluate(
        """part => [part, ...part.querySelectorAll("*")].every(
            (one) => one.getBoundingClientRect().right <= window.innerWidth
        )"""
    )


@pytest.mark.each_version
def test_wherever_people_look(operator_page, admin, hold):
    page, bar, menu = operator_page, PendingBar(operator_page), Menu(operator_page)
    expect(bar.root).to_be_hidden()
    run_id = hold(rule="Off when cold", reason="A print has ended", due_in=600)

    # it counts down
    countdown = re.compile(r"^\s*Power off\s+in (10:00|9:\d\d)\s+Cancel\s+Now\s*$")
    expect(bar.rows).to_have_text([countdown])
    before = bar.rows.first.inner_text()
    expect(bar.rows.first).not_to_have_text(before, use_inner_text=True)
    expect(bar.rows).to_have_text([countdown])
    # what is read out says it once
    news = bar.news.inner_text()
    assert re.fullmatch("Power off in (10:00|9:5.)", news)
    expect_readable(page, ".systemcommands-pending")

    # it does not run
    expect(menu.spinner).to_be_hidden()
    menu.open()
    entry = menu.root.get_by_role("menuitem").filter(has_text="Power off")
    expect(entry).to_have_text(re.compile(r"Power off\s+in 9:\d\d"))
    menu.toggle.click()

    history = menu.show_history()
    row = history.rows.first
    for text in ("Waiting", "in 9:", 'Rule "Off when cold"'):
        expect(row).to_contain_text(text)
    expect(row.get_by_role("button", name="Stop: Power off")).to_be_hidden()
    expect(row.get_by_role("button", name="Run again: Power off")).to_be_hidden()
    dialog = history.show(0)
    expect(dialog.status).to_have_text("Waiting")
    expect(dialog.elapsed).to_have_text(re.compile("in 9:"))
    for text in ('Rule "Off when cold"', "A print has ended"):
        expect(dialog.root.locator(".systemcommands-state")).to_contain_text(text)
    assert bar.news.inner_text() == news

    # it waits for something else
    admin.post(f"/plugin/holder/wait/{run_id}", json={"waits_for": COLD})
    expect(dialog.elapsed).to_have_text(f"waits for {COLD}")
    expect(row).to_contain_text(f"waits for {COLD}")
    expect(bar.news).to_have_text(f"Power off waits for {COLD}")
    dialog.button("Cancel").click()
    dialog.expect_ended("Stopped")
    expect(dialog.button("Now")).to_be_hidden()
    dialog.close()
    expect(row).to_contain_text("Stopped")
    history.close()
    expect(bar.root).to_be_hidden()
    assert admin.get(f"{RUNS}/{run_id}").json()["stopped_by"] == "operator"


def test_in_the_panel(operator_page, admin, hold):
    page, panel = operator_page, Panel(operator_page)
    slot = panel.slot("Power off")
    expect(panel.cancel("Power off")).to_be_hidden()
    run_id = hold("off", due_in=600)
    expect(slot).to_contain_text(re.compile(r"in (10:00|9:\d\d)"))
    # it counts down, and does not run
    before = slot.inner_text()
    expect(slot).not_to_have_text(before, use_inner_text=True)
    expect(panel.stop("Power off")).to_be_hidden()
    expect_readable(page, ".systemcommands-panel")

    panel.cancel("Power off").focus()
    page.keyboard.press("Enter")
    expect(panel.cancel("Power off")).to_be_hidden()
    expect(panel.button("Power off")).to_be_focused()
    assert admin.get(f"{RUNS}/{run_id}").json()["status"] == "stopped"


def test_called_off_and_started_from_the_bar(operator_page, admin, hold):
    page, bar = operator_page, PendingBar(operator_page)
    off, fan = hold("off", due_in=600), hold("fan", waits_for=COLD)
    expect(bar.rows).to_have_count(2)
    expect(bar.rows.nth(1)).to_contain_text(f"Fan off waits for {COLD}")

    # by the keyboard, which is not lost
    bar.button("Cancel", "Power off").focus()
    page.keyboard.press("Enter")
    expect(bar.rows).to_have_count(1)
    expect(bar.button("Cancel", "Fan off")).to_be_focused()
    assert admin.get(f"{RUNS}/{off}").json()["status"] == "stopped"

    # the command's own question is asked
    bar.button("Now", "Fan off").click()
    question = page.locator(".systemcommands-confirm:visible")
    expect(question).to_contain_text("Is it <b>cold</b>?")
    question.get_by_text("Cancel", exact=True).click()
    expect(question).to_have_count(0)
    assert admin.get(f"{RUNS}/{fan}").json()["status"] == "pending"
    bar.button("Now", "Fan off").click()
    question.get_by_text('Run "Fan off"').click()
    expect(bar.root).to_be_hidden()
    assert admin.wait_for_run(fan)["status"] == "succeeded"
    expect(Menu(page).toggle).to_be_focused()


def test_what_must_not_be_started_now_goes_on_waiting(operator_page, admin, hold):
    page, bar = operator_page, PendingBar(operator_page)
    page.expected_errors.append("409")
    admin.post(RUNS, json={"source": "custom", "action": "slow"}).raise_for_status()
    run_id = hold("slow", due_in=600)
    bar.button("Now", "Slow").click()
    Menu(page).expect_notice('"Slow" was not started', "It is running already")
    expect(bar.rows).to_have_count(1)

    # somebody else was quicker
    admin.post(f"{RUNS}/{run_id}/stop", json={}).raise_for_status()
    expect(bar.root).to_be_hidden()


def test_several_on_a_narrow_page(open_page, octoprint, admin, hold):
    page = open_page(octoprint.operator, viewport={"width": 360, "height": 740})
    bar = PendingBar(page)
    names = ["off", "fan", "lamp", "slow", "more"]
    for seconds, name in enumerate(names):
        hold(name, due_in=600 + 60 * seconds, waits_for=COLD if seconds % 2 else None)
    expect(bar.more).to_have_text("and 2 more…")
    expect(bar.rows).to_have_text([re.compile(n) for n in ("Power", "Fan", "Lamp")])
    assert fits(bar.root)
    for button in bar.root.get_by_role("button").all():
        assert button.bounding_box()["height"] >= 18
    # the end of the page can be seen above it
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    end = page.locator("#page-container-main, .octoprint-container").last
    page_end = end.evaluate("e => e.getBoundingClientRect().bottom")
    assert page_end <= bar.root.bounding_box()["y"] + 1

    bar.more.click()
    history = History(page).expect_open()
    expect(history.status).to_have_value("pending")
    expect(history.rows).to_have_count(5)
    assert fits(history.root)
    history.rows.first.get_by_role("button", name="Now: More").click()
    expect(history.rows).to_have_count(4)
    history.rows.first.get_by_role("button", name="Cancel: Slow").click()
    expect(history.rows).to_have_count(3)
    history.close()
    expect(bar.more).to_be_hidden()
    expect(bar.rows).to_have_count(3)

    # from a row to its run, and what was started there
    bar.rows.first.get_by_role("button", name="Power off", exact=True).click()
    dialog = RunDialog(page).expect_open("Power off")
    dialog.button("Now").click()
    dialog.expect_ended("Succeeded")
    expect(dialog.lines).to_have_text("off")
    expect(dialog.terminal).to_be_focused()


def test_it_is_not_for_members_of_groups(user_page, admin, hold, octoprint):
    page = user_page
    hold(due_in=600)
    menu = Menu(page)
    with ApiClient(octoprint.url, octoprint.user) as client:
        run = client.post(RUNS, json={"source": "custom", "action": "off"}).json()
    menu.open()
    menu.entry("Recent runs…").click()
    history = History(page).expect_open()
    expect(history.rows).to_have_count(1)
    expect(PendingBar(page).root).to_be_hidden()
    assert run["user"] == octoprint.user.name
