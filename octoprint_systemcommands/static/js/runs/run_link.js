$(function () {
    const LINK = "#run=";

    // Opens the run that the page's address names, and gives the address of a run. OctoPrint
    // takes what stands behind the # for a tab, so it must not see this.
    function SystemCommandsRunLinkViewModel(parameters) {
        const self = this;

        self.access = parameters[0];
        self.runs = parameters[1];
        self.notices = parameters[2];

        // the id of a run that is to be shown as soon as it is known who asks
        self._wanted = undefined;
        // that of the run which the address names, and what has been there before
        self._linked = undefined;
        self._hashBefore = "";

        // without a new entry in the browser's history, and nobody is told
        self._setHash = (hash) => {
            // as it is: a path alone might be read as that of another host
            const address = location.href.split("#")[0];
            history.replaceState(history.state, "", address + hash);
        };

        // returns whether the address names a run
        self._read = () => {
            if (!location.hash.startsWith(LINK)) return false;
            self._wanted = location.hash.slice(LINK.length);
            self._setHash(self._hashBefore);
            return true;
        };

        // Events come late: by the time of the one for a tab the address may be that of a run.
        self._hashBeforeLink = (event) => {
            const hash = new URL(event.newURL).hash;
            return hash.startsWith(LINK) ? new URL(event.oldURL).hash : hash;
        };

        self._onHashChange = (event) => {
            if (!self._linked) self._hashBefore = self._hashBeforeLink(event);
            if (self._read()) {
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
            // who is nobody yet may log in
            const isKnown = self.access.mayWatch() || self.access.loginState.loggedIn();
            if (id === undefined || !self.access.isAnswered() || !isKnown) return;
            self._wanted = undefined;
            if (!/^[0-9a-f]{16}$/.test(id) || !self.access.mayWatch()) {
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
            self.access.refreshes.subscribe(self._show);
            self._show();
        };

        self.runs.shownId.subscribe(self._onShown);
        // before OctoPrint's, which is added when all is bound
        window.addEventListener("hashchange", self._onHashChange);
        self._read();
    }

    SystemCommands.RunLink = (run) => SystemCommands.Curl.base() + LINK + run.id;

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRunLinkViewModel,
        dependencies: [
            "systemCommandsPermissionsViewModel",
            "systemCommandsRunStoreViewModel",
            "systemCommandsNoticesViewModel"
        ]
    });
});
