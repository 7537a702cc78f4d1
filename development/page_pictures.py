"""More pictures of OctoPrint's page, for screenshots.py: what programs, prints, permissions
and a killed server make of it."""

import os
import re
import signal
from pathlib import Path

from playwright.sync_api import expect

from development.editor_screenshots import change
from development.pictures import as_source, save, save_drawing, save_element
from harness import chromium
from harness.button_pages import Panel
from harness.editor_pages import Editor
from harness.octoprint_server import OctoPrintServer
from harness.pages import Menu, RunDialog
from harness.waiting import wait_until

CLIENT = Path(__file__).with_name("sample_client.html")
API = "/plugin/systemcommands/api"
BESIDE = """
<style>
    #picture { display: inline-flex; gap: GAPpx; padding: 16px; background: #fff;
        align-items: flex-start; font: bold 16px "Liberation Sans", sans-serif; color: #333 }
    figure { margin: 0 } figcaption { margin-bottom: 10px; text-align: center }
    img { display: block; box-shadow: 0 1px 8px #0005; border-radius: 4px }
</style>
"""
# nothing behind the corners of a menu, and no arrow to what it belongs to
ALONE = """
    .octoprint-container { visibility: hidden }
    #navbar_systemmenu > ul::before, #navbar_systemmenu > ul::after { display: none }
"""


def beside(page, name, *pictures, gap=32):
    """Pictures side by side: (caption, PNG, its width on the page)."""
    parts = "".join(
        f"<figure><figcaption>{caption}</figcaption>"
        f'<img width="{width}" src="{as_source(data)}"></figure>'
        for caption, data, width in pictures
    )
    html = f'{BESIDE.replace("GAP", str(gap))}<div id="picture">{parts}</div>'
    save_drawing(page, name, html)


def permissions(page):
    """OctoPrint's dialog of a group, with the permissions of the plugin among its own."""
    page.evaluate("OctoPrint.coreui.viewmodels.settingsViewModel.show('settings_users')")
    page.locator("#settings_accesscontrol_groups_link a").click()
    row = page.locator("#system_groups > tbody > tr").filter(has_text="operator access")
    row.get_by_title("Update group").click()
    dialog = page.locator("#settings-groupsEditorDialog")
    expect(dialog).to_be_visible()
    dialog.locator("#settings_accesscontrol_groups_add_permissions_link a").click()
    ours = dialog.get_by_text("System Commands: See all runs", exact=True)
    expect(ours).to_be_visible()
    ours.scroll_into_view_if_needed()
    page.mouse.move(0, 0)
    save_element(page, "permissions", dialog, margin=16)
    dialog.locator(".modal-footer [data-dismiss]").first.click()
    expect(dialog).to_be_hidden()
    Editor(page).close()


def other_plugin(page, server):
    """Recent runs, the last of which another plugin has started."""
    link = server.new_link("Doorbell", "show-ip").removeprefix(server.url)
    server.request("POST", link, {})
    server.revoke_link("Doorbell")
    server.request("POST", "/api/plugin/twilight", {"command": "dim"})
    history = Menu(page).show_history()
    first = history.rows.first
    expect(first).to_contain_text("Plugin (twilight)")
    expect(first).to_contain_text("Succeeded")
    page.evaluate("PNotify.removeAll(); document.activeElement.blur()")
    page.mouse.move(0, 0)
    expect(page.locator(".ui-pnotify")).to_have_count(0)
    box = history.root.bounding_box()
    last = history.rows.nth(3).bounding_box()
    save(
        page,
        "helpers",
        x=box["x"] - 16,
        y=box["y"] - 16,
        width=box["width"] + 32,
        height=last["y"] + last["height"] - box["y"] + 16,
    )
    history.close()


def during_a_print(page, server):
    """What cannot be run now, with the reason."""
    server.print_sample()
    menu = Menu(page)
    expect(Panel(page).reason("Printer")).to_be_visible(timeout=30_000)
    menu.open()
    # OctoPrint may have something to say about a print
    hidden = page.add_style_tag(content=".ui-pnotify { display: none }")
    navbar = page.locator("#navbar .container").bounding_box()
    box = menu.root.locator("> ul").bounding_box()
    save(
        page,
        "during-print",
        x=navbar["x"] - 10,
        y=0,
        width=navbar["width"] + 20,
        height=box["y"] + box["height"] + 20,
    )
    hidden.evaluate("style => style.remove()")
    menu.toggle.click()
    server.request("POST", "/api/job", {"command": "cancel"})

    # or else a rule would switch the printer off
    def pending():
        return server.request("GET", f"{API}/runs?status=pending")["runs"]

    run = wait_until(pending)[0]
    server.request("POST", f"{API}/runs/{run['id']}/stop")


def client(page, phone, menu, server):
    """An app that knows the documented API, beside the menu.

    Arguments:
        page: an empty one
        phone: an empty one, as narrow as a phone
        menu: the picture of the System menu, and its width
    """
    text = CLIENT.read_text("utf-8").replace("KEY", server.admin.api_key)
    phone.route(
        "**/client", lambda route: route.fulfill(content_type="text/html", body=text)
    )
    phone.goto(server.url + "/client")
    phone.get_by_role("button", name="Adjust the light").click()
    expect(phone.locator("output")).to_contain_text("204")
    picture = phone.screenshot()
    width = phone.viewport_size["width"]
    beside(
        page,
        "system-api",
        ("An app that knows this API", picture, width),
        ("The System menu", *menu),
    )


def compared(page, browser, menu, server):
    """The menu that OctoPrint makes of such commands by itself, beside that of the plugin.

    Arguments:
        page: an empty one
        menu: the picture of the plugin's, and its width
        server: one with these commands
    """
    commands = server.request("GET", f"{API}/definitions")["definitions"]
    config = {
        "plugins": {"_disabled": ["systemcommands"]},
        "system": {"actions": list(actions(commands))},
        "server": {"commands": server.read_config()["server"]["commands"]},
    }
    with OctoPrintServer(config) as other:
        context = chromium.new_context(browser, other.url, device_scale_factor=2)
        theirs = chromium.new_page(context)
        chromium.log_in(theirs, other.admin)
        theirs.locator("#navbar_systemmenu > a").click()
        of_octoprint = menu_picture(theirs)
        context.close()
    beside(
        page, "compared", ("OctoPrint itself", *of_octoprint), ("With this plugin", *menu)
    )


def actions(commands):
    """As one defines them for OctoPrint."""
    for command in commands:
        if command["action"] == "divider":
            yield {"action": "divider"}
        elif command.get("type") == "toggle":
            for to in ("on", "off"):
                yield {
                    "action": f"{command['action']}-{to}",
                    "name": f"{command['name']} {to}",
                    "command": command[to],
                }
        elif "command" in command:
            names = ("action", "name", "command", "confirm", "async")
            yield {name: command[name] for name in names if name in command}


def menu_picture(page):
    """The open System menu alone, and its width on the page."""
    menu = page.locator("#navbar_systemmenu > ul")
    expect(menu).to_be_visible()
    page.mouse.move(0, 0)
    alone = page.add_style_tag(content=ALONE)
    picture = menu.screenshot(animations="disabled")
    alone.evaluate("style => style.remove()")
    return picture, menu.bounding_box()["width"]


def killed(page, browser, server):
    """A run that has outlived a server that was killed, as the next one shows it."""
    change(
        page,
        "definitions.push("
        '{action: "copy", name: "Copy to the NAS", command: "sleep 600"});',
    )
    wanted = {"source": "custom", "action": "copy"}
    run = f"{API}/runs/{server.request('POST', f'{API}/runs', wanted)['id']}"
    # the disk has it by then
    wait_until(lambda: server.request("GET", run)["duration"] > 1)
    server.kill()
    server.start()
    page = chromium.new_page(
        chromium.new_context(browser, server.url, device_scale_factor=2)
    )
    chromium.log_in(page, server.admin)
    history = Menu(page).show_history()
    copies = history.rows.filter(has_text="Copy to the NAS")
    copies.locator(".systemcommands-name button").click()
    dialog = RunDialog(page).expect_open("Copy to the NAS")
    expect(dialog.hint).to_contain_text("still running")
    page.mouse.move(0, 0)
    save_element(page, "processes", dialog.root, margin=16)
    hint = server.request("GET", run)["hint"]
    for pid in re.findall(r"\d+", hint):
        os.kill(int(pid), signal.SIGTERM)
