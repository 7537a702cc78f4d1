$(function () {
    // of what this page remembers about runs; nobody has more of them going on
    const MAX_ACTIVE = 200;
    const MAX_ENDED = 200;
    const MAX_FOREIGN = 200;
    const MAX_OWN = 50;

    // in milliseconds: before the server is asked about runs that nothing is known of, so
    // that there is one question about several, and from its answer to the next question
    const ASK_DELAY = 100;
    const ASK_INTERVAL = 1000;

    // What is running on the server, whoever has started it, and how the runs end that were
    // started here. The server pushes ids and states only, also those of runs that are not
    // for this user to see; what else there is to know has to be asked for. Others are told
    // by `changes`, with {id, status}, and by `refreshes` when something may have been missed.
    function SystemCommandsRunStoreViewModel(parameters) {
        const self = this;

        self.access = parameters[0];

        // what has not ended, the oldest first
        self._unfinished = ko.observableArray([]);
        // of these, what goes on or waits for its turn only, and what is pending
        self.active = ko.pureComputed(() =>
            _.reject(self._unfinished(), SystemCommands.RunFormat.isPending)
        );
        self.pending = ko.pureComputed(() =>
            self._unfinished().filter(SystemCommands.RunFormat.isPending)
        );
        // told each second for as long as something is pending, for countdowns
        self.now = ko.observable();
        self.pending.subscribe((pending) => {
            clearInterval(self._clock);
            if (!pending.length) return;
            self._clock = setInterval(() => self.now.valueHasMutated(), 1000);
        });
        self.changes = new ko.subscribable();
        self.refreshes = new ko.subscribable();
        // for the dialog that shows a run: what to show, and what it shows
        self.showRequests = new ko.subscribable();
        self.shownId = ko.observable();
        self.hideRequests = new ko.subscribable();

        // ids of ended runs: their end may be pushed before it is known that they are ours
        self._ended = new Set();
        // by id: what to call with the run when it has ended
        self._own = new Map();
        // ids of runs that the server does not tell this user about
        self._foreign = new Set();
        // ids that have to be asked about
        self._unknown = new Set();
        // ids of what was heard of since the last question
        self._updated = new Set();

        self._request = 0;
        self._isAsking = false;
        self._isRefreshing = false;
        self._answeredAt = -ASK_INTERVAL;

        const ofCommand = (runs, command) => {
            const keyOf = SystemCommands.Command.keyOf;
            return runs.filter((run) => keyOf(run) === command.key);
        };
        self.activeOf = (command) => ofCommand(self.active(), command);
        self.pendingOf = (command) => ofCommand(self.pending(), command);

        // for callbacks: true, it is shown
        self.show = (run) => {
            self.showRequests.notifySubscribers(run);
            return true;
        };

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
                    if (SystemCommands.RunFormat.isActive(run)) {
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

        // changed: {id, status} of each, or all of it where it is known already
        self._update = (changed) => {
            const active = new Map(self._unfinished().map((run) => [run.id, run]));
            changed.forEach((run) => {
                if (!SystemCommands.RunFormat.isActive(run)) {
                    active.delete(run.id);
                    self._unknown.delete(run.id);
                    self._remember(self._ended, run.id, MAX_ENDED);
                } else if (self._ended.has(run.id)) {
                    // messages might be replayed, but nothing comes to life again
                } else if (run.source || active.has(run.id)) {
                    active.set(run.id, self._summary({...active.get(run.id), ...run}));
                    self._unknown.delete(run.id);
                    self._remember(self._updated, run.id, MAX_ACTIVE);
                    // it waits for something else than before
                    if (!run.source && SystemCommands.RunFormat.isPending(run)) {
                        self._remember(self._unknown, run.id, MAX_ACTIVE);
                    }
                } else if (self._foreign.has(run.id)) {
                    self._remember(self._foreign, run.id, MAX_FOREIGN);
                } else {
                    self._remember(self._unknown, run.id, MAX_ACTIVE);
                }
            });
            self._setActive([...active.values()].slice(-MAX_ACTIVE));
            if (self._unknown.size) self._askSoon();

            changed.forEach((run) => {
                if (self._foreign.has(run.id) && run.id !== self.shownId()) return;
                self.changes.notifySubscribers(run);
                if (self._ended.has(run.id)) self._onOwnEnded(run.id);
            });
        };

        self._summary = (run) =>
            _.pick(
                run,
                ...["id", "source", "action", "name", "to", "status", "trigger"],
                ...(SystemCommands.RunFormat.isPending(run)
                    ? ["due_at", "waits_for"]
                    : [])
            );

        self._setActive = (runs) => {
            // output that grew changes nothing here, and comes ten times a second
            if (!_.isEqual(runs, self._unfinished())) self._unfinished(runs);
        };

        // the ones that were heard of last
        self._remember = (set, id, size) => {
            set.delete(id);
            set.add(id);
            if (set.size > size) set.delete(set.values().next().value);
        };

        //~~ Data

        // everything anew: the user or the user's rights may be others than before, and
        // something may have been missed while the server was away
        self.requestData = () => {
            self._request++;
            self._foreign.clear();
            self._unknown.clear();
            if (self.access.mayWatch()) {
                self._isRefreshing = true;
                self._ask();
            } else {
                self._isRefreshing = false;
                self._setActive([]);
                self._own.clear();
            }
        };

        self._askSoon = () => {
            if (self._timer || self._isAsking) return;
            const next = self._answeredAt + ASK_INTERVAL - performance.now();
            self._timer = setTimeout(
                () => {
                    self._timer = undefined;
                    self._ask();
                },
                Math.max(ASK_DELAY, next)
            );
        };

        // One question at a time. What comes up meanwhile is asked after its answer.
        self._ask = () => {
            const isWanted = self._isRefreshing || self._unknown.size;
            if (self._isAsking || !isWanted || !self.access.mayWatch()) return;

            const request = self._request;
            const isRefresh = self._isRefreshing;
            const unknown = [...self._unknown];
            self._isAsking = true;
            self._isRefreshing = false;
            self._unknown.clear();
            self._updated.clear();
            OctoPrint.plugins.systemcommands
                .getRuns({
                    status: "pending,queued,starting,running",
                    limit: MAX_ACTIVE
                })
                .done((response, _status, sent) => {
                    SystemCommands.Waiting.learnTime(sent);
                    if (request !== self._request) return;
                    self._onAnswer(response.runs, unknown);
                    if (isRefresh) self.refreshes.notifySubscribers();
                })
                .always(() => {
                    self._isAsking = false;
                    self._answeredAt = performance.now();
                    if (self._isRefreshing) {
                        self._ask();
                    } else if (self._unknown.size) {
                        self._askSoon();
                    }
                });
        };

        self._onAnswer = (runs, unknown) => {
            const ids = new Set(runs.map((run) => run.id));
            const known = runs
                .filter((run) => !self._ended.has(run.id))
                .map(self._summary)
                .reverse();
            // what began while the answer was on its way
            const isNewer = (id) => self._updated.has(id) && !ids.has(id);
            const newer = self._unfinished().filter((run) => isNewer(run.id));
            self._setActive([...known, ...newer]);

            ids.forEach((id) => self._unknown.delete(id));
            unknown
                .filter((id) => !ids.has(id) && !self._ended.has(id))
                .forEach((id) => self._remember(self._foreign, id, MAX_FOREIGN));
            [...self._own.keys()]
                .filter((id) => !ids.has(id) && !isNewer(id))
                .forEach(self._onOwnEnded);
        };

        //~~ View model callbacks

        self.onDataUpdaterPluginMessage = (plugin, data) => {
            if (plugin !== "systemcommands" || !self.access.mayWatch()) return;
            if (data.type === "runs") self._update(data.runs);
            if (data.type === "cleared") self.refreshes.notifySubscribers();
        };

        self.access.refreshes.subscribe(self.requestData);
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsRunStoreViewModel,
        dependencies: ["systemCommandsPermissionsViewModel"]
    });
});
