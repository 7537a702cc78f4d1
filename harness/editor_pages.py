"""The editor of commands in OctoPrint's settings, for the browser tests and for screenshots."""

import re

from playwright.sync_api import expect

from harness.pages import ArgumentsForm

TAB = "settings_plugin_systemcommands"


class Editor:
    """The settings page "System Commands"."""

    def __init__(self, page):
        self.page = page
        self.settings = page.locator("#settings_dialog")
        # OctoPrint 1.11 asks what to do about settings that were saved elsewhere, even when
        # nothing was changed here
        updated = page.locator("#settings_dialog_update_detected")
        page.remove_locator_handler(updated)
        page.add_locator_handler(
            updated, lambda: updated.evaluate("dialog => $(dialog).modal('hide')")
        )
        self._footer = self.settings.locator("> .modal-footer")
        # of the dialog around it
        self.settings_save_button = self._footer.get_by_role(
            "button", name="Save", exact=True
        )
        self.root = page.locator(f"#{TAB}")
        self.entries = self.root.locator("ul[aria-label^=Commands] > li:visible")
        self.names = self.entries.locator(".systemcommands-edit")
        self.unsaved = self.root.get_by_text("Unsaved changes", exact=True)
        self.bar = self.root.locator("#systemcommands_bar")
        self.saved = self.bar.get_by_text(re.compile(r"^Saved (at|on) "))
        self.save_button = self.root.locator("#systemcommands_save")
        self.announcement = self.root.locator("[aria-live=polite].systemcommands-unseen")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def show(self):
        """Open the page; it may not be able to load the list."""
        self.page.evaluate(
            "tab => OctoPrint.coreui.viewmodels.settingsViewModel.show(tab)", TAB
        )
        expect(self.root).to_be_visible()
        return self

    def open(self):
        self.show()
        expect(self.save_button).to_be_visible()
        return self

    def close(self):
        self._footer.get_by_text("Close", exact=True).click()
        expect(self.settings).to_be_hidden()

    def save_settings(self):
        self.settings_save_button.click()
        expect(self.settings).to_be_hidden()

    def rows(self):
        """What can be seen, from top to bottom, with `---` for dividers."""
        return self.entries.evaluate_all(
            "rows => rows.map((row) => (row.querySelector('.systemcommands-edit')"
            " || {textContent: '---'}).textContent)"
        )

    def expect_rows(self, *names):
        expect(self.entries).to_have_count(len(names))
        self.page.wait_for_function(
            """([selector, names]) => JSON.stringify(names) === JSON.stringify(
                [...document.querySelectorAll(selector)].map(
                    (row) => (row.querySelector('.systemcommands-edit')
                        || {textContent: '---'}).textContent))""",
            arg=[f"#{TAB} ul[aria-label^=Commands] > li", list(names)],
        )

    def signs(self, name):
        """What the list says about a command beside its name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        row = self.entries.filter(has=button)
        return row.locator(".systemcommands-sign + .systemcommands-unseen")

    def choose_to_add(self, kind):
        """Press what stands in the menu of the button Add."""
        self.button("Add").click()
        self.root.get_by_role("menuitem", name=kind, exact=True).click()

    def add(self, kind="Command"):
        self.choose_to_add(kind)
        return CommandDialog(self.page).expect_open(f"Add {kind.lower()}")

    def edit(self, name, kind="command"):
        self.button(name).click()
        return CommandDialog(self.page).expect_open(f"Edit {kind}")

    def save(self):
        self.save_button.click()
        expect(self.unsaved).to_be_hidden()
        expect(self.saved).to_be_visible()

    def dialog(self, name):
        """One of the other dialogs: conflict, import, presets, versions."""
        return Dialog(self.page, name)

    def import_(self):
        self.button("Import…").click()
        return self.dialog("import").expect_open()

    def versions(self):
        self.button("Previous versions…").click()
        return self.dialog("versions").expect_open()

    def presets(self):
        self.button("Presets…").click()
        return self.dialog("presets").expect_open()


class Dialog:
    """One of the dialogs that the editor opens."""

    def __init__(self, page, name):
        self.page = page
        self.root = page.locator(f"#systemcommands_{name}_dialog")
        self.title = self.root.locator("h3")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def expect_open(self, title=None):
        expect(self.root).to_be_visible()
        if title is not None:
            expect(self.title).to_have_text(title)
        return self

    def close(self):
        self.root.locator(".modal-footer [data-dismiss]").click()
        expect(self.root).to_be_hidden()


class CommandDialog(Dialog):
    """The dialog of one command."""

    def __init__(self, page):
        super().__init__(page, "command")
        self.arguments = Arguments(self.root)
        self.tryout = Tryout(self)
        self.links = Links(self)
        self.confirmation = page.locator(".modal:visible", has_text="Discard what you")

    def field(self, name):
        return self.root.locator(f"#systemcommands_field_{name}")

    def mistake(self, name):
        return self.root.locator(f"#systemcommands_mistake_{name}")

    @property
    def interpreter(self):
        """What the command is run by."""
        return self.root.get_by_label("Run by")

    @property
    def kind(self):
        return self.field("type")

    def place(self, name):
        """The checkbox of a place where it stands."""
        return self.root.get_by_role("group", name="Shown in").get_by_label(name)

    def color(self, name):
        group = self.root.get_by_role("radiogroup", name="Color")
        return group.get_by_role("radio", name=name, exact=True)

    @property
    def gcode_line(self):
        """The line of G-code that runs it."""
        return self.root.locator("#systemcommands_gcode_line")

    def script(self, name):
        """The checkbox of when OctoPrint sends that line."""
        return self.root.get_by_role("group", name="Send the line").get_by_label(name)

    def group(self, name):
        """The checkbox of one of OctoPrint's groups."""
        groups = self.root.get_by_role("group", name="User groups")
        return groups.locator("label", has_text=name).get_by_role("checkbox")

    def heading(self, text):
        """The part that is folded and unfolded by a click on this."""
        return self.root.locator("summary", has_text=re.compile(rf"^\s*{text}\b"))

    def summary(self, heading):
        """What is said of a part while it is folded."""
        return self.heading(heading).locator(".systemcommands-summary")

    def fold(self, *headings):
        for heading in headings:
            self.heading(heading).evaluate(
                "summary => (summary.parentElement.open = false)"
            )

    def unfold(self, *headings):
        for heading in headings:
            self.heading(heading).evaluate(
                "summary => (summary.parentElement.open = true)"
            )

    def fill(self, **values):
        for name, value in values.items():
            self.field(name).fill(value)
        return self

    def accept(self):
        self.root.locator(".modal-footer .btn-primary").click()
        expect(self.root).to_be_hidden()

    def close_and_discard(self):
        self.button("Cancel").click()
        self.confirmation.get_by_text("Discard", exact=True).click()
        expect(self.root).to_be_hidden()

    def test(self, part=None):
        """Press the button; part: Switch on, Switch off or State, of a toggle."""
        self.button(f"Test: {part}" if part else "Test").click()
        return self.tryout.expect_open()


class Links:
    """The links of a command, in its dialog."""

    def __init__(self, dialog):
        self.dialog = dialog
        self.root = dialog.root.locator("details", has_text="Links").filter(
            has=dialog.page.locator("#systemcommands_make_link")
        )
        self.rows = self.root.locator(".systemcommands-of-command li")
        self.name = self.root.get_by_label("Name", exact=True)
        self.get = self.root.get_by_label("Opening the address")
        self.make_button = self.root.get_by_role("button", name="Make link")
        self.address = self.root.get_by_label("Address", exact=True)

    def unfold(self):
        self.root.locator("summary").click()


class Tryout(ArgumentsForm):
    """What comes of a test, beside the command: the fields for its arguments, and its run."""

    def __init__(self, command, name="Test"):
        self.page = command.page
        self.dialog = command.root.get_by_role("region", name=name)
        self.root = self.dialog.locator("form")
        self.alert = self.root.get_by_role("alert")
        self.submit = self.button("Run")
        self.again = self.button(f"{name} again")
        # whatever is written on it
        self.start_button = self.dialog.locator(".systemcommands-go")
        self.status = self.dialog.locator(".systemcommands-state [role=status]")
        self.terminal = self.dialog.locator(".systemcommands-terminal")
        self.lines = self.terminal.locator(".systemcommands-block > div")
        self.hint = self.dialog.locator(".systemcommands-hint")
        # after a test of a state
        self.shown_as = self.dialog.locator(".systemcommands-shown-as")

    def button(self, name):
        return self.dialog.get_by_role("button", name=name, exact=True)

    def expect_open(self):
        expect(self.dialog).to_be_visible()
        return self

    def expect_ended(self, status):
        """Wait for a status that is not to change any more, and for all of the output."""
        # until the run is there the dialog shows the one before it, which may have ended
        # with the same status
        expect(self.start_button).not_to_have_attribute("aria-disabled", "true")
        expect(self.status).to_have_text(status)
        self.page.wait_for_function(
            "() => OctoPrint.coreui.viewmodels.systemCommandsCommandDialogViewModel"
            ".tryout.run().isComplete()"
        )

    def expect_beside(self, element, viewport):
        """Beside the command where there is room, and below it elsewhere."""
        mine, other = self.dialog.bounding_box(), element.bounding_box()
        if viewport >= 1100:
            assert mine["x"] >= other["x"] + other["width"]
        else:
            assert mine["y"] >= other["y"] + other["height"]


class Arguments:
    """The arguments in the dialog of a command."""

    def __init__(self, dialog):
        self._dialog = dialog
        self.items = dialog.locator(".systemcommands-arguments > li")
        self.titles = self.items.locator(".systemcommands-toggle strong")

    def add(self, title, **values):
        """Press the button of a type, and fill what it has then."""
        position = self.items.count()
        group = self._dialog.get_by_role("group", name="Add an argument")
        group.get_by_role("button", name=title, exact=True).click()
        return self[position].fill(**values)

    def __getitem__(self, index):
        return Argument(self.items.nth(index))


class Argument:
    """One of them."""

    def __init__(self, root):
        self.root = root
        self.toggle = root.locator(".systemcommands-toggle")
        self.choices = root.locator(".systemcommands-choices > li")
        # of the argument as a whole
        self.mistake = root.get_by_role("alert")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def field(self, name):
        return self.root.locator(f"input[id$=_{name}], select[id$=_{name}]")

    def mistake_at(self, name):
        return self.root.locator(f"span[id$=_mistake_{name}]")

    def open(self):
        if self.toggle.get_attribute("aria-expanded") == "false":
            self.toggle.click()
        return self

    def fill(self, **values):
        for name, value in values.items():
            if isinstance(value, bool):
                self.field(name).set_checked(value)
            else:
                self.field(name).fill(value)
        return self

    def fill_choices(self, *choices):
        """Values, or pairs of value and label."""
        for index, choice in enumerate(choices):
            if index >= self.choices.count():
                self.button("Add choice").click()
            value, label = choice if isinstance(choice, tuple) else (choice, "")
            row = self.choices.nth(index)
            row.locator(".systemcommands-value").fill(value)
            row.locator(".systemcommands-text").fill(label)
        return self
