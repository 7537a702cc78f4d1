"""Commands in the sidebar and in the navbar of OctoPrint's page."""

import re

from playwright.sync_api import expect

from harness.pages import ArgumentsForm

# what a switch is to assistive technology, and what it is while its state is not known
SWITCH = "switch"
UNKNOWN = "checkbox"


class Panel:
    """The panel "System commands" in the sidebar."""

    def __init__(self, page):
        self.page = page
        self.root = page.locator("#sidebar_plugin_systemcommands_wrapper")
        self.headings = self.root.locator("h4")
        self.buttons = self.root.locator("button:visible")

    def slot(self, name):
        """A command with all that stands beside it."""
        named = self.page.get_by_text(name, exact=True)
        return self.root.locator(".systemcommands-slot").filter(has=named)

    def button(self, name):
        return self.slot(name).locator(".systemcommands-button")

    def state(self, name):
        """What a switch says of itself."""
        return self.slot(name).locator(".systemcommands-position")

    def reason(self, name):
        return self.slot(name).locator(".systemcommands-reason")

    def status(self, name):
        named = self.page.get_by_text(name, exact=True)
        return self.root.locator(".systemcommands-telling").filter(has=named)

    def stop(self, name):
        return self.slot(name).get_by_role("button", name=f"Stop: {name}", exact=True)

    def cancel(self, name):
        return self.slot(name).get_by_role("button", name=f"Cancel: {name}", exact=True)

    def ask(self, name):
        """Press something that has arguments."""
        self.button(name).click()
        return ArgumentsForm(self.page).expect_open(name)


class Navbar:
    """Icons in the navbar."""

    def __init__(self, page):
        self.root = page.locator("#navbar_plugin_systemcommands_buttons")
        self.buttons = self.root.locator("> a")

    def button(self, name):
        return self.root.get_by_label(name, exact=True)


class Switch:
    """One toggle in each of the views."""

    def __init__(self, page, menu, name):
        self._menu = menu
        self.name = name
        self.panel = Panel(page)
        self.navbar = Navbar(page)
        self.in_menu = menu.root.locator("[role=menuitemcheckbox]").filter(
            has=page.get_by_text(name, exact=True)
        )

    def expect(self, checked, text, timeout=None):
        """What all of them say; `text` is what stands there in words.

        Arguments:
            checked: True, False, or None if it is not known
        """
        value = {True: "true", False: "false", None: "mixed"}[checked]
        role = UNKNOWN if checked is None else SWITCH
        in_panel = self.panel.button(self.name)
        expect(self.panel.state(self.name)).to_contain_text(text, timeout=timeout)
        expect(self.in_menu.locator(".systemcommands-position")).to_contain_text(text)
        for button in (in_panel, self.navbar.button(self.name)):
            expect(button).to_have_attribute("role", role)
            expect(button).to_have_attribute("aria-checked", value)
        expect(self.in_menu).to_have_attribute("aria-checked", value)
        expect(self.navbar.button(self.name)).to_have_attribute(
            "title", re.compile(f"^{re.escape(self.name + ': ' + text)}")
        )

    def press_in_menu(self):
        self._menu.open()
        self.in_menu.click()
