"""Toggles, statuses and commands in the menu, the sidebar and the navbar. The relays that are
switched here are files."""

import re

import pytest
from playwright.sync_api import expect

from harness.button_pages import Navbar, Panel, Switch
from harness.pages import Menu
from harness.waiting import wait_until

EVERYWHERE = ["menu", "sidebar", "navbar"]
RUNS = "/plugin/systemcommands/api/runs"
# of a state that somebody else has changed: every + 1 s, and what a slow machine needs
NOTICED = 8_000


def toggle(folder, action, name, **fields):
    relay = f"{folder}/{action}"
    return {
        "action": action,
        "name": name,
        "type": "toggle",
        "on": f"touch {relay}",
        "off": f"rm -f {relay}",
        "state": f"test -e {relay}",
        "every": 2,
        "show_in": EVERYWHERE,
        **fields,
    }


def commands(folder):
    gate = f"while [ ! -e {folder}/go ]; do sleep 0.05; done"
    return [
        toggle(
            folder,
            "light",
            "Light",
            icon="lightbulb",
            color="green",
            description="The lamp above the printer",
            state=f"cat {folder}/watts; test -e {folder}/light",
        ),
        toggle(
            folder,
            "slow",
            "Slow light",
            on=f"{gate}; touch {folder}/slow",
            off=f"{gate}; rm -f {folder}/slow",
        ),
        toggle(folder, "blind", "Blind", state=None),
        toggle(folder, "broken", "Broken", state=f"cat {folder}/watts; exit 2"),
        {"action": "divider"},
        toggle(
            folder,
            "hangs",
            "Hangs",
            state="yes & sleep 600",
            state_timeout=1,
        ),
        {
            "action": "heat",
            "name": "Heat",
            "type": "status",
            "icon": "temperature-half",
            "state": f"cat {folder}/heat",
            "every": 2,
            "group": "This machine",
            "show_in": ["menu", "sidebar"],
        },
        {
            "action": "brightness",
            "name": "Brightness",
            "command": f"echo $SC_LEVEL > {folder}/brightness",
            "arguments": [{"name": "level", "type": "number", "label": "Level"}],
            "group": "This machine",
            "color": "red",
            "show_in": ["sidebar"],
        },
        {
            "action": "asks",
            "name": "Asks",
            "command": f"touch {folder}/asked",
            "confirm": "Really?",
            "groups": ["users"],
            "show_in": ["sidebar"],
        },
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("relays")


@pytest.fixture(scope="module")
def octoprint(share_octoprint, folder):
    return share_octoprint(list(map(without_nothing, commands(folder))))


def without_nothing(definition):
    return {key: value for key, value in definition.items() if value is not None}


@pytest.fixture(autouse=True)
def relays(folder, octoprint, admin):
    """All are off, and no text is shown."""
    for path in folder.iterdir():
        path.unlink()
    yield
    (folder / "go").touch()
    for run in admin.get(RUNS, params={"status": "queued,starting,running"}).json()[
        "runs"
    ]:
        admin.post(f"{RUNS}/{run['id']}/stop", json={})
        admin.wait_for_run(run["id"])


def switch(page, name):
    return Switch(page, Menu(page), name)


@pytest.mark.each_version
def test_switched_wherever_it_stands(operator_page, admin, folder):
    page, relay = operator_page, folder / "light"
    light = switch(page, "Light")
    light.expect(False, "Off")

    light.panel.button("Light").click()
    light.expect(True, "On")
    assert relay.exists()
    light.press_in_menu()
    light.expect(False, "Off")
    assert not relay.exists()
    light.navbar.button("Light").click()
    light.expect(True, "On")
    assert relay.exists()

    # what is seen to have worked is not told as well
    menu = Menu(page)
    menu.wait_until_all_is_said()
    expect(menu.notice).to_have_count(0)
    history = menu.show_history()
    history.expect_names("Light → on", "Light → off", "Light → on")
    dialog = history.show(0).expect_open("Light → on")
    # once more the same, and not back
    dialog.run_again().expect_ended("Succeeded")
    runs = admin.get(RUNS).json()["runs"]
    assert [run["to"] for run in runs[:4]] == ["on", "on", "off", "on"]
    dialog.close()
    history.close()


@pytest.mark.each_version
def test_what_others_do_behind_its_back(operator_page, folder):
    light = switch(operator_page, "Light")
    light.expect(False, "Off")
    (folder / "watts").write_text("23 W\nand more")
    (folder / "light").touch()
    light.expect(True, "On", timeout=NOTICED)
    expect(light.panel.slot("Light")).to_contain_text("23 W")
    expect(light.navbar.button("Light")).to_have_attribute("title", re.compile("23 W"))
    Menu(operator_page).open()
    expect(light.in_menu.get_by_text("23 W", exact=True)).to_be_visible()
    Menu(operator_page).toggle.click()
    (folder / "light").unlink()
    light.expect(False, "Off", timeout=NOTICED)

    heat = Panel(operator_page).status("Heat")
    expect(heat).to_have_text("Heat: Unknown")
    (folder / "heat").write_text("48.3 °C <b>hot</b>\n")
    expect(heat).to_have_text("Heat: 48.3 °C <b>hot</b>", timeout=NOTICED)


def test_what_is_not_known_is_not_off(operator_page, folder):
    broken = switch(operator_page, "Broken")
    broken.expect(None, "Unknown")
    for state in (broken.panel.state("Broken"), broken.navbar.button("Broken")):
        expect(state.get_by_text("?", exact=True)).to_be_visible()
    broken.panel.button("Broken").click()
    wait_until((folder / "broken").exists)
    broken.expect(None, "Unknown")
    # a state command that prints for ever, and does not end
    panel = broken.panel
    expect(panel.state("Hangs")).to_contain_text("Unknown")
    expect(panel.button("Hangs")).to_have_attribute("aria-checked", "mixed")
    panel.button("Hangs").click()
    wait_until((folder / "hangs").exists)
    light = switch(operator_page, "Light")
    light.expect(False, "Off")
    light.panel.button("Light").click()
    light.expect(True, "On")


def test_what_it_was_switched_to_last_is_assumed(operator_page):
    blind = switch(operator_page, "Blind")
    blind.panel.button("Blind").click()
    blind.expect(True, "On (assumed)")
    blind.press_in_menu()
    blind.expect(False, "Off (assumed)")


@pytest.mark.each_version
def test_while_it_is_being_switched(operator_page, admin, folder):
    page = operator_page
    slow = switch(page, "Slow light")
    slow.expect(False, "Off")
    slow.panel.button("Slow light").click()
    slow.expect(True, "switching…")
    expect(slow.panel.button("Slow light")).to_have_attribute("aria-busy", "true")
    for button in (slow.panel.button("Slow light"), slow.navbar.button("Slow light")):
        expect(button.locator(".fa-spinner")).to_be_visible()
    (folder / "go").touch()
    slow.expect(True, "On")
    (folder / "go").unlink()

    # by the keyboard, which is not lost with the button for it
    slow.panel.button("Slow light").focus()
    page.keyboard.press("Space")
    slow.expect(False, "switching…")
    # that it is being switched may be heard before the answer with the run
    expect(slow.panel.stop("Slow light")).to_be_visible()
    page.keyboard.press("Tab")
    expect(slow.panel.stop("Slow light")).to_be_focused()
    page.keyboard.press("Enter")
    expect(slow.panel.stop("Slow light")).to_be_hidden()
    expect(slow.panel.button("Slow light")).to_be_focused()
    slow.expect(True, "On")
    assert admin.get(RUNS).json()["runs"][0]["status"] == "stopped"


def test_a_switch_by_the_keyboard(operator_page, folder):
    page, light = operator_page, switch(operator_page, "Light")
    # as another test has left it
    light.expect(False, "Off")
    light.navbar.button("Light").focus()
    page.keyboard.press("Space")
    light.expect(True, "On")
    page.keyboard.press("Enter")
    light.expect(False, "Off")

    Menu(page).toggle.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.type("light")
    expect(light.in_menu).to_be_focused()
    page.keyboard.press("Space")
    light.expect(True, "On")
    expect(Menu(page).toggle).to_be_focused()


@pytest.mark.each_version
def test_the_same_dialogs_as_in_the_menu(operator_page, admin, folder):
    page, panel = operator_page, Panel(operator_page)
    form = panel.ask("Brightness")
    form.fill(Level="7")
    dialog = form.run()
    dialog.expect_ended("Succeeded")
    dialog.close()
    assert (folder / "brightness").read_text() == "7\n"
    assert "btn-danger" in panel.button("Brightness").get_attribute("class")
    # it is in no menu
    menu = Menu(page).open()
    expect(menu.root.get_by_text("Brightness", exact=True)).to_have_count(0)
    menu.toggle.click()

    panel.button("Asks").click()
    question = page.locator(".systemcommands-confirm:visible")
    expect(question).to_contain_text("Really?")
    question.get_by_text("Cancel", exact=True).click()
    expect(question).to_have_count(0)
    assert not (folder / "asked").exists()


@pytest.mark.each_version
def test_an_empty_panel_is_not_there(user_page, admin, store):
    panel, navbar = Panel(user_page), Navbar(user_page)
    expect(panel.root).to_be_visible()
    expect(panel.buttons).to_have_text(re.compile("Asks"))
    expect(navbar.root).to_be_hidden()
    before = store()
    store([entry for entry in before if entry["action"] != "asks"])
    expect(panel.root).to_be_hidden()
    store(before)
    expect(panel.root).to_be_visible()


@pytest.mark.each_version
def test_other_panels_and_icons_stay_where_they_are(admin_page):
    ids = "parts => parts.map((part) => part.id)"
    panels = admin_page.locator("#sidebar > .accordion-group").evaluate_all(ids)
    assert [panel for panel in panels if "plugin" not in panel] == [
        *("connection_wrapper", "state_wrapper", "files_wrapper")
    ]
    assert panels[-1] == "sidebar_plugin_systemcommands_wrapper"
    icons = admin_page.locator("#navbar .nav > li").evaluate_all(ids)
    wanted = [
        "navbar_plugin_systemcommands_buttons",
        *("navbar_settings", "navbar_systemmenu", "navbar_login"),
    ]
    assert [icon for icon in icons if icon in wanted] == wanted
    # of five there is room for four
    expect(Navbar(admin_page).buttons).to_have_count(4)


def test_groups_are_headings(operator_page):
    panel = Panel(operator_page)
    expect(panel.headings).to_have_text(["This machine"])
    group = panel.root.get_by_role("group", name="This machine")
    expect(group.locator("button:visible")).to_have_text(re.compile("Brightness"))
    boxes = [panel.slot(name).bounding_box() for name in ("Light", "Slow light")]
    assert boxes[0]["y"] == boxes[1]["y"], "there are two columns"


@pytest.mark.parametrize("width", [320, 360, 800])
def test_by_touch(take_page, octoprint, folder, width):
    page = take_page(
        octoprint.operator,
        viewport={"width": width, "height": 740},
        has_touch=True,
    )
    light = switch(page, "Light")
    light.expect(False, "Off")
    light.panel.button("Light").tap()
    light.expect(True, "On")
    light.navbar.button("Light").tap()
    light.expect(False, "Off")
    light.panel.button("Slow light").tap()
    expect(light.panel.stop("Slow light")).to_be_visible()
    Menu(page).toggle.tap()
    light.in_menu.tap()
    light.expect(True, "On")
    # with its run goes what stands beside it
    expect(light.panel.stop("Light")).to_be_hidden()
    Menu(page).toggle.tap()

    menu_rows = page.locator("#navbar_systemmenu [role^=menuitem]:visible")
    for part in (light.panel.buttons, light.navbar.buttons, menu_rows):
        for button in part.all():
            box = button.bounding_box()
            assert min(box["height"], box["width"]) >= 44, button.inner_text()
    panel = light.panel.root.bounding_box()
    for button in light.panel.buttons.all():
        box = button.bounding_box()
        assert box["x"] + box["width"] <= panel["x"] + min(width, panel["width"])
    (folder / "go").touch()
    expect(light.panel.stop("Slow light")).to_be_hidden()
    Menu(page).toggle.tap()
