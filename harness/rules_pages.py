"""The editor of rules in OctoPrint's settings, for the browser tests and for screenshots."""

from playwright.sync_api import expect

from harness.editor_pages import Dialog, Editor, Tryout


class RulesSection:
    """The rules on the settings page "System Commands"."""

    def __init__(self, page):
        self.page = page
        self.editor = Editor(page)
        self.root = self.editor.root.locator(".systemcommands-rules")
        self.entries = self.root.locator("ul[aria-label=Rules] > li")
        self.sentences = self.entries.locator(".systemcommands-edit")

    def open(self):
        self.editor.open()
        expect(self.button("Add rule")).to_be_visible()
        return self

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def entry(self, text):
        return self.entries.filter(has_text=text)

    def switch(self, text):
        """What a rule is switched on and off with."""
        return self.entry(text).get_by_role("checkbox")

    def news(self, text):
        """What became of a rule the last time."""
        return self.entry(text).locator(".systemcommands-news")

    def expect_sentences(self, *sentences):
        expect(self.sentences).to_have_text(list(sentences))

    def add(self):
        self.button("Add rule").click()
        return RuleDialog(self.page).expect_open("Add rule")

    def edit(self, sentence):
        self.button(sentence).click()
        return RuleDialog(self.page).expect_open("Edit rule")

    def save(self):
        self.editor.save()

    def import_(self):
        self.button("Import rules…").click()
        return Dialog(self.page, "import").expect_open("Import rules")

    def versions(self):
        self.button("Previous rules…").click()
        return Dialog(self.page, "versions").expect_open()


class RuleDialog(Dialog):
    """The dialog of one rule."""

    def __init__(self, page):
        super().__init__(page, "rule")
        self.sentence = self.root.locator(".systemcommands-sentence")
        self.kind = self.field("kind")
        self.command = self.field("run")
        # the command whose end the rule waits for
        self.ended = self.label("Command")
        self.tryout = Tryout(self, "Try")
        self.confirmation = page.locator(".modal:visible", has_text="Discard what you")

    def field(self, name):
        return self.root.locator(f"#systemcommands_rule_{name}")

    def mistake(self, name):
        return self.root.locator(f"#systemcommands_rule_mistake_{name}")

    def label(self, text):
        return self.root.get_by_label(text, exact=True)

    def conditions(self):
        return self.root.locator(".systemcommands-conditions > div")

    def add_condition(self, key, value):
        position = self.conditions().count()
        self.button("Add condition").first.click()
        row = self.conditions().nth(position)
        row.get_by_label("Property").fill(key)
        row.get_by_label("Value; * stands for anything").fill(value)

    def accept(self):
        self.root.locator(".modal-footer .btn-primary").click()
        expect(self.root).to_be_hidden()
