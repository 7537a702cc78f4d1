"""Pages that one test leaves to the next one, as if they had just been opened.

OctoPrint's page takes a browser seconds of processor time to load, which is more than most
tests need for all the rest. So the page of a user is tidied up and used again. What cannot
be tidied up is opened anew; so is a page that is no longer young, since OctoPrint asks for
the password again a few minutes after the login.
"""

import time

from playwright.sync_api import Error

from harness import chromium

# in seconds; OctoPrint's "recently" are five minutes
MAX_AGE = 150
# each of them takes memory, and a little of the processor
MAX_PAGES = 6

# what is not to be changed by anything but a new page
STATE = """
() => JSON.stringify([
    location.href,
    document.title,
    {...localStorage},
    {...sessionStorage},
    Object.keys(window).length,
    Object.keys(SystemCommands).length
])
"""

# All dialogs go, with what was entered in them, and so does what the page remembers of what
# its user did. What it knows from the server is asked for again.
TIDY = """
async () => {
    const models = OctoPrint.coreui.viewmodels;
    // whether it has told something since
    const toldBy = (subscribable) => {
        let isTold = false;
        const subscription = subscribable.subscribe(() => {
            isTold = true;
            subscription.dispose();
        });
        return () => isTold;
    };
    const until = async (condition) => {
        const end = performance.now() + 5000;
        while (!condition()) {
            if (performance.now() > end) throw new Error("not tidy: " + condition);
            await new Promise((resolve) => setTimeout(resolve, 10));
        }
    };

    const manager = $("body").data("modalmanager");
    const open = () => (manager ? manager.getOpenModals() : []);
    while (open().length) {
        const top = _.last(open());
        if (top.$element.is("#systemcommands_command_dialog")) {
            models.systemCommandsCommandDialogViewModel._close();
        } else {
            top.hide();
        }
        await until(() => !open().includes(top));
    }
    await until(() => !$(".modal-backdrop, .modal-scrollable, body.modal-open").length);

    [
        models.systemCommandsListDraftViewModel,
        models.systemCommandsRulesDraftViewModel
    ].forEach((draft) => {
        draft._keptLists([]);
        draft.close();
    });
    models.systemCommandsEditorPageViewModel.search("");
    $("#systemcommands_mqtt").prop("open", false);
    await until(() => !models.systemCommandsEditorPageViewModel.mqtt.isOpen());
    models.systemCommandsHistoryDialogViewModel.filter._names([]);
    const {notifications} = models.systemCommandsNoticesViewModel;
    delete localStorage["systemcommands.notifications"];
    notifications._isWanted(undefined);
    notifications._question = undefined;
    $("#navbar .open").removeClass("open");
    models.systemCommandsMenuViewModel._groupOpen.forEach((open) => open(false));
    if (document.activeElement) document.activeElement.blur();
    window.scrollTo(0, 0);
    models.loginStateViewModel.credentialsSeen(new Date());

    const catalogue = models.systemCommandsCatalogueViewModel;
    const isMenuKnown = toldBy(catalogue.refreshes);
    const areRunsKnown = toldBy(models.systemCommandsRunStoreViewModel.refreshes);
    catalogue.reload();
    await until(isMenuKnown);
    if (models.systemCommandsPermissionsViewModel.mayWatch()) await until(areRunsKnown);
    // what is pushed or asked for from now on is about commands that are there
    const states = models.systemCommandsStatesViewModel;
    await until(() => !states._isAsking && !states._timer);
    await until(() => !models.systemCommandsMenuViewModel.busy() && $.active === 0);
    // the server knows of the end of a print before the page does
    const job = await OctoPrint.job.get().catch(() => undefined);
    const isPrinting = !!job && /^(Print|Paus|Resum|Cancel|Finish)/.test(job.state);
    await until(() => models.systemCommandsPrintStateViewModel.isPrinting() === isPrinting);
    PNotify.notices.forEach(SystemCommands.Notice.close);
    await until(() => !$(".ui-pnotify").length);
    return window.dispatchEvent(new Event("beforeunload", {cancelable: true}));
}
"""


class KeptPages:
    """Hands out pages of users, and takes them back.

    Arguments:
        contexts: what pages are opened in, a `chromium.Contexts`
    """

    def __init__(self, contexts):
        self.contexts = contexts
        # by user and options, the one that was given back last at the end
        self._pages = {}

    def take(self, server, user, viewport=chromium.VIEWPORT, permissions=(), **options):
        """A page of a user that has done nothing yet; the options are those of its context."""
        key = user.name, chromium.key_of(options)
        page = self._pages.pop(key, None)
        if page is not None:
            if is_alive(page, server) and is_tidied_up(page):
                chromium.set_up(page, viewport, permissions)
                return page
            self.contexts.give_back(page.context)
        page = chromium.new_page_in(self.contexts, viewport, permissions, **options)
        chromium.enter(page, user)
        page.opened_at = time.monotonic()
        page.kept_as = key
        page.server_pid = server.pid
        page.first_state = page.evaluate(STATE)
        return page

    def give_back(self, page):
        """A test is done with it."""
        # a test may have had two of a kind
        surplus = [page] if page.kept_as in self._pages else []
        self._pages.setdefault(page.kept_as, page)
        while len(self._pages) > MAX_PAGES:
            surplus.append(self._pages.pop(next(iter(self._pages))))
        for page in surplus:
            self.contexts.give_back(page.context)


def is_alive(page, server):
    """Neither closed, nor old, nor one that has lost its server meanwhile."""
    is_young = time.monotonic() - page.opened_at < MAX_AGE
    return is_young and page.server_pid == server.pid and not page.is_closed()


def is_tidied_up(page):
    """Make it as it was when it was new; False if that is not possible."""
    try:
        page.unroute_all()
        page.mouse.move(0, 0)
        is_tidy = page.evaluate(TIDY) and page.evaluate(STATE) == page.first_state
    except Error:
        return False
    page.errors.clear()
    page.expected_errors.clear()
    return is_tidy
