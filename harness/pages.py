"""The plugin's parts of OctoPrint's page, for the browser tests and for taking screenshots."""

from playwright.sync_api import expect


class Menu:
    """The System menu and what comes of using it."""

    def __init__(self, page):
        self.page = page
        self.root = page.locator("#navbar_systemmenu")
        self.toggle = self.root.locator("> .dropdown-toggle")
        self.spinner = self.toggle.locator(".fa-spinner")
        self.dialog = page.locator(".modal:visible")
        self.notice = page.locator(".systemcommands-notice")

    def open(self):
        self.toggle.click()
        expect(self.root.locator("> ul")).to_be_visible()
        return self

    def entry(self, name):
        return self.root.get_by_role("menuitem", name=name, exact=True)

    def running(self, name):
        """The link beside an entry that leads to what is running of it."""
        return self.entry(f"Show the running one: {name}")

    def run(self, name, group=None):
        self.open()
        if group and not self.entry(name).is_visible():
            self.entry(group).click()
        self.entry(name).click()

    def expect_rows(self, *rows):
        """What can be seen, from top to bottom, with `---` for dividers."""
        texts = ["" if row == "---" else row for row in rows]
        visible = self.root.locator("> ul > li:visible")
        expect(visible).to_have_text(texts, use_inner_text=True)

    def expect_notice(self, title, text=""):
        # another one may be on its way out
        wanted = self.page.locator(".ui-pnotify-title").get_by_text(title, exact=True)
        notice = self.notice.filter(has=wanted)
        expect(notice.locator(".ui-pnotify-text")).to_contain_text(text)

    def wait_until_all_is_said(self):
        """Wait until the page has asked about the end of all that was started on it, and has
        got its answers: what it has not said by then it does not say."""
        self.page.wait_for_function(
            "() => !OctoPrint.coreui.viewmodels.systemCommandsRunStoreViewModel._own.size"
            " && $.active === 0"
        )

    def watch(self, name):
        """Run a command, and look at the run while it goes on."""
        self.run(name)
        expect(self.spinner).to_be_visible()
        return self.show_running(name)

    def show_running(self, name):
        self.open()
        self.running(name).click()
        return RunDialog(self.page).expect_open(name)

    def show_history(self):
        self.open()
        self.entry("Recent runs…").click()
        return History(self.page).expect_open()

    def ask(self, name, group=None):
        """Click on a command that has arguments."""
        self.run(name, group)
        return ArgumentsForm(self.page).expect_open(name)

    def refused(self, name, reason):
        """An entry that cannot be run now, with what stands below its name."""
        reason = self.page.locator("small").get_by_text(reason, exact=True)
        entry = self.root.get_by_role("menuitem", disabled=True).filter(has=reason)
        return entry.filter(has=self.page.get_by_text(name, exact=True))


class ArgumentsForm:
    """The form that the dialog of a run begins with, when the command has arguments."""

    def __init__(self, page):
        self.page = page
        self.dialog = page.locator("#systemcommands_run_dialog")
        self.title = self.dialog.locator("h3")
        self.root = self.dialog.locator("form")
        self.alert = self.root.get_by_role("alert")
        self.submit = self.dialog.get_by_role("button", name="Run", exact=True)

    def field(self, label):
        return self.root.get_by_label(label, exact=True)

    def group(self, label):
        """The field with all that stands beside it."""
        field = self.page.get_by_label(label, exact=True)
        return self.root.locator(".control-group").filter(has=field)

    def mistake(self, label):
        return self.group(label).locator(".systemcommands-mistake")

    def expect_open(self, title=None):
        expect(self.root).to_be_visible()
        if title is not None:
            expect(self.title).to_have_text(title)
        return self

    def fill(self, **values):
        """By label, with _ for a space."""
        for name, value in values.items():
            field = self.field(name.replace("_", " "))
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def run(self):
        """Send it, and look at the run, whether or not it shows itself."""
        with self.page.expect_response("**/systemcommands/api/runs") as response:
            self.submit.click()
        expect(self.root).to_have_count(0)
        self.page.evaluate(
            "run => OctoPrint.coreui.viewmodels.systemCommandsRunStoreViewModel.show(run)",
            response.value.json(),
        )
        return RunDialog(self.page).expect_open()

    def cancel(self):
        self.dialog.get_by_role("button", name="Cancel", exact=True).click()
        expect(self.dialog).to_be_hidden()


class RunDialog:
    """The dialog of a run."""

    def __init__(self, page):
        self.page = page
        self.root = page.locator("#systemcommands_run_dialog")
        self.title = self.root.locator("h3")
        self.status = self.root.locator(".systemcommands-state").get_by_role("status")
        self.elapsed = self.root.locator(".systemcommands-elapsed")
        self.terminal = self.root.locator(".systemcommands-terminal")
        self.lines = self.terminal.locator(".systemcommands-block > div")
        self.progress = self.root.get_by_role("progressbar")
        self.given = self.root.locator(".systemcommands-given > div")
        self.hint = self.root.locator(".systemcommands-hint")
        self.error = self.root.locator(".alert-error")
        self.jump = self.button("Jump to the end")
        self.search = self.root.get_by_role("textbox", name="Search in the output")
        self.found = self.root.get_by_role("search").get_by_role("status")
        # the parts of the match that one is at
        self.current = self.terminal.locator(".systemcommands-current")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def expect_open(self, title=None):
        expect(self.root).to_be_visible()
        if title is not None:
            expect(self.title).to_have_text(title)
        return self

    def expect_ended(self, status, timeout=None):
        """Wait for a status that is not to change any more, and for all of the output."""
        expect(self.status).to_have_text(status, timeout=timeout)
        self.page.wait_for_function(
            "() => OctoPrint.coreui.viewmodels.systemCommandsRunDialogViewModel"
            ".view.isComplete()"
        )

    def run_again(self):
        """Press the button, and wait until it is the new run that is shown, and not the one
        before it, which may have ended in the same way."""
        with self.page.expect_response("**/systemcommands/api/runs") as response:
            self.button("Run again").click()
        self.page.wait_for_function(
            "id => OctoPrint.coreui.viewmodels.systemCommandsRunStoreViewModel"
            ".shownId() === id",
            arg=response.value.json()["id"],
        )
        return self

    def close(self):
        self.root.locator(".modal-footer").get_by_text("Close", exact=True).click()
        expect(self.root).to_be_hidden()


class History:
    """The list of recent runs."""

    def __init__(self, page):
        self.page = page
        self.root = page.locator("#systemcommands_history")
        self.rows = self.root.locator("tbody tr")
        self.more = self.button("Show older ones")
        self.status = self.root.get_by_label("Status")
        self.command = self.root.get_by_label("Command")
        self.user = self.root.get_by_label("User")
        self.notifications = self.root.get_by_role("checkbox")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def expect_open(self):
        expect(self.root).to_be_visible()
        self.page.wait_for_function(
            "() => OctoPrint.coreui.viewmodels.systemCommandsHistoryDialogViewModel.isLoaded()"
        )
        return self

    def show(self, index):
        """Look at one of the runs."""
        self.rows.nth(index).locator(".systemcommands-name button").click()
        return RunDialog(self.page).expect_open()

    def expect_names(self, *names):
        """Those of the commands, from top to bottom."""
        expect(self.rows.locator(".systemcommands-name")).to_have_text(names)

    def close(self):
        self.root.locator(".modal-footer").get_by_text("Close", exact=True).click()
        expect(self.root).to_be_hidden()


class Terminal:
    """OctoPrint's tab with what is said to the printer and what it answers."""

    def __init__(self, page):
        self.page = page
        self.lines = page.locator("#terminal-output")
        self._command = page.locator("#terminal-command")

    def open(self):
        self.page.locator("#term_link a").click()
        expect(self._command).to_be_enabled()
        return self

    def send(self, line):
        self._command.fill(line)
        self._command.press("Enter")


class PendingBar:
    """What stands below the page as long as something is pending."""

    def __init__(self, page):
        self.page = page
        self.root = page.get_by_role("region", name="Waiting commands")
        self.rows = self.root.get_by_role("listitem")
        self.more = self.root.locator("> .btn-link")
        # what is read out
        self.news = page.locator("#systemcommands_pending > [role=status]")

    def button(self, what, name):
        return self.root.get_by_role("button", name=f"{what}: {name}", exact=True)


def reconnect(page):
    """Comes back after the server was away: by the button, unless OctoPrint's page, which
    tries for a while, has been quicker."""
    page.wait_for_function(
        """() => {
            if (!$("#offline_overlay").is(":visible")) return true;
            $("#offline_overlay_reconnect:visible").trigger("click");
            return false;
        }""",
        polling=2000,
    )
