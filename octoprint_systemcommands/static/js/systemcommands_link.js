$(function () {
    const LINK = "#run=";
    const ID = /^[0-9a-f]{16}$/;

    // Opens the run that the page's address names, and gives the address of a run. OctoPrint
    // takes what stands behind the # for a tab, so it must not see this.
    function SystemCommandsLinkViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];
        self.runs = parameters[2];
        self.notices = parameters[3];

        // that of a run which is to be shown as soon as it is known who asks
        self._wanted = undefined;
        // that of the run which the address names, and what has been there before
        self._linked = undefined;
        self._hashBefore = "";

        self._setHash = (hash) => {
            // without a new entry in the browser's history, and nobody is told
            history.replaceState(
                history.state,
                "",
                hash || location.pathname + location.search
            );
        };

        // returns whether the address names a run
        self._read = (hashBefore) => {
            if (!location.hash.startsWith(LINK)) return false;
            self._hashBefore = hashBefore;
            self._wanted = location.hash.slice(LINK.length);
            self._setHash(hashBefore);
            return true;
        };

        self._onHashChange = (event) => {
            const hashBefore = self._linked
                ? self._hashBefore
                : new URL(event.oldURL).hash;
            if (self._read(hashBefore)) {
                event.stopImmediatePropagation();
                self._show();
            } else if (self._linked) {
                // the browser's way back
                self._linked = undefined;
                self.runs.hideRequests.notifySubscribers();
            }
        };

        self._show = () => {
            const id = self._wanted;
            if (id === undefined || !self.access.isAnswered()) return;
            if (!self.access.mayWatch() && !self.loginState.loggedIn()) return;
            self._wanted = undefined;
            if (!ID.test(id) || !self.access.mayWatch()) {
                self.notices.noSuchRun();
                return;
            }
            OctoPrint.plugins.systemcommands
                .getRun(id)
                .done((run) => {
                    self._hashBefore = location.hash;
                    self.runs.show(run);
                    self._linked = id;
                    self._setHash(LINK + id);
                })
                .fail((response) => {
                    self.notices.noSuchRun(![403, 404].includes(response.status));
                });
        };

        self._onShown = (id) => {
            if (!self._linked || id === self._linked) return;
            self._linked = undefined;
            if (location.hash.startsWith(LINK)) self._setHash(self._hashBefore);
        };

        //~~ View model callbacks

        self.onStartupComplete = () => {
            self._isStarted = true;
            self._show();
        };

        self.access.refreshes.subscribe(() => {
            if (self._isStarted) self._show();
        });
        self.runs.shownId.subscribe(self._onShown);
        // before OctoPrint's, which is added when all is bound
        window.addEventListener("hashchange", self._onHashChange);
        self._read("");
    }

    window.SystemCommandsLink = (run) => SystemCommandsCurl.base() + LINK + run.id;

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsLinkViewModel,
        dependencies: [
            "loginStateViewModel",
            "systemCommandsAccessViewModel",
            "systemCommandsRunsViewModel",
            "systemCommandsNoticesViewModel"
        ]
    });
});
