$(function () {
    // of what this page remembers about runs; nobody has more of them going on
    const MAX_ACTIVE = 200;
    const MAX_ENDED = 200;
    const MAX_OWN = 50;

    // What is running on the server, whoever has started it, and how the runs end that were
    // started here. Others are told by `changes`, with {id, source, action, status}, and by
    // `refreshes` when something may have been missed.
    function SystemCommandsRunsViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];

        // oldest first
        self.active = ko.observableArray([]);
        self.changes = new ko.subscribable();
        self.refreshes = new ko.subscribable();
        // for the dialog that shows a run: what to show, and what it shows
        self.showRequests = new ko.subscribable();
        self.shownId = ko.observable();

        // ids of ended runs: their end may be pushed before it is known that they are ours
        self._ended = new Set();
        // by id: what to call with the run when it has ended
        self._own = new Map();
        self._request = 0;
        // ids of what was heard of since the last request
        self._updated = new Set();

        self.mayWatch = () => {
            return self.loginState.hasPermission(self.access.permissions.SYSTEM);
        };

        self.activeOf = (command) => {
            return self
                .active()
                .filter(
                    (run) =>
                        run.source === command.source && run.action === command.action
                );
        };

        self.show = (run) => self.showRequests.notifySubscribers(run);

        // onEnd is called once with the run when it has ended
        self.watchOwn = (run, onEnd) => {
            self._own.set(run.id, onEnd);
            if (self._own.size > MAX_OWN) {
                self._own.delete(self._own.keys().next().value);
            }
            if (self._ended.has(run.id)) {
                self._onOwnEnded(run.id);
            } else {
                self._update([run]);
            }
        };

        self._onOwnEnded = (id) => {
            const onEnd = self._own.get(id);
            if (!onEnd) return;
            // there is one end only, but it might be pushed twice
            self._own.delete(id);
            OctoPrint.plugins.systemcommands
                .getRun(id)
                .done((run) => {
                    if (SystemCommandsFormat.isActive(run)) {
                        self._own.set(id, onEnd);
                    } else {
                        onEnd(run);
                    }
                })
                .fail((response) => {
                    // the next chance is when the server is back
                    if (response.status !== 404) self._own.set(id, onEnd);
                });
        };

        self._update = (changed) => {
            const active = new Map(self.active().map((run) => [run.id, run]));
            changed.forEach((run) => {
                if (SystemCommandsFormat.isActive(run)) {
                    // messages might be replayed, but nothing comes to life again
                    if (!self._ended.has(run.id)) {
                        active.set(run.id, self._summary(run));
                        self._updated.add(run.id);
                    }
                } else {
                    active.delete(run.id);
                    self._ended.add(run.id);
                }
            });
            self._prune(self._ended, MAX_ENDED);
            self._prune(self._updated, MAX_ACTIVE);
            self._setActive([...active.values()].slice(-MAX_ACTIVE));

            changed.forEach((run) => {
                self.changes.notifySubscribers(run);
                if (self._ended.has(run.id)) self._onOwnEnded(run.id);
            });
        };

        self._summary = (run) => _.pick(run, "id", "source", "action", "status");

        self._setActive = (runs) => {
            // output that grew changes nothing here, and comes ten times a second
            if (!_.isEqual(runs, self.active())) self.active(runs);
        };

        self._prune = (set, size) => {
            for (const id of set) {
                if (set.size <= size) return;
                set.delete(id);
            }
        };

        //~~ Data

        self.requestData = () => {
            const request = ++self._request;
            if (!self.mayWatch()) {
                self._setActive([]);
                self._own.clear();
                return;
            }

            self._updated.clear();
            OctoPrint.plugins.systemcommands
                .getRuns({status: "queued,running", limit: MAX_ACTIVE})
                .done((response) => {
                    if (request !== self._request) return;
                    const ids = response.runs.map((run) => run.id);
                    const known = response.runs
                        .filter((run) => !self._ended.has(run.id))
                        .map(self._summary)
                        .reverse();
                    // what began while the answer was on its way
                    const newer = self
                        .active()
                        .filter(
                            (run) => self._updated.has(run.id) && !ids.includes(run.id)
                        );
                    self._setActive([...known, ...newer]);
                    [...self._own.keys()]
                        .filter((id) => !ids.includes(id))
                        .forEach(self._onOwnEnded);
                    self.refreshes.notifySubscribers();
                });
        };

        //~~ View model callbacks

        self.onDataUpdaterPluginMessage = (plugin, data) => {
            if (plugin !== "systemcommands" || !self.mayWatch()) return;
            if (data.type === "runs") self._update(data.runs);
            if (data.type === "cleared") self.refreshes.notifySubscribers();
        };

        self.onUserPermissionsChanged =
            self.onUserLoggedIn =
            self.onUserLoggedOut =
            self.onServerReconnect =
                () => {
                    self.requestData();
                };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRunsViewModel,
        dependencies: ["loginStateViewModel", "accessViewModel"]
    });
});
