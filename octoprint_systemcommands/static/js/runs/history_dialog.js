$(function () {
    const PAGE_SIZE = 50;
    // in milliseconds, so that a busy server is not asked all the time: after a run has got
    // another status, and after one has printed something
    const NEWS_DELAY = 1000;
    const OUTPUT_DELAY = 5000;

    // The runs of the past and those of right now, newest first.
    function SystemCommandsHistoryDialogViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];
        self.triggering = parameters[1];
        self.access = parameters[2];
        self.catalogue = parameters[3];
        self.notifications = parameters[4].notifications;

        self.rows = ko.observableArray([]);
        self.next = ko.observable();
        self.warning = ko.observable();
        self.error = ko.observable();
        // what a click was in vain for stays, whatever the next answers say
        self._isOfClick = false;
        // whether there is an answer yet; nothing is not the same as not knowing
        self.isLoaded = ko.observable(false);
        self.isLoading = ko.observable(false);

        self._now = ko.observable(performance.now());
        self._request = 0;

        self.filter = new SystemCommands.HistoryFilter(self.catalogue, () =>
            self._onFilterChanged()
        );
        self.isEmpty = ko.pureComputed(() => self.isLoaded() && self.rows().length === 0);
        self.hasFinished = ko.pureComputed(() => {
            return self.rows().some((row) => !row.isActive());
        });

        //~~ Opening and closing

        self.isOpen = ko.observable(false);

        // what: a command, to show only its runs, or a status as the filter has it
        self.open = (what) => {
            self.filter.reset(
                what instanceof SystemCommands.Command && what.key,
                _.isString(what) && what
            );
            self._clearRows();
            self.isLoaded(false);
            self.isOpen(true);
            self._forgetError();
            self.notifications.refresh();
            self._timer = self._timer || setInterval(self._tick, 1000);
            self.dialog.modal("show");
            self.requestData();
        };

        self._onHidden = (event) => {
            if (event.target !== self.dialog[0]) return;
            self.isOpen(false);
            clearInterval(self._timer);
            self._timer = undefined;
            clearTimeout(self._refresh);
            self._refresh = undefined;
            self._clearRows();
        };

        self._tick = () => self._now(performance.now());

        //~~ Data

        self.requestData = () => {
            self._load({}, (response) => {
                const known = self.rows();
                const newest = self._toRows(response);
                // Older pages stay; what is missing in between is there no more. If there
                // is nothing in common, it may be there as well.
                const common = _.last(_.intersection(known, newest));
                const older =
                    response.next && common
                        ? _.difference(known.slice(known.indexOf(common) + 1), newest)
                        : [];
                const rows = [...newest, ...older];
                // no more than were asked for, up to where a page has ended once
                const end = rows.findIndex(
                    (row, index) => index + 1 >= self._wanted && row.next
                );
                if (end >= 0) {
                    self.rows(rows.slice(0, end + 1));
                    self.next(rows[end].next);
                } else {
                    self.rows(rows);
                    if (!older.length) self.next(response.next);
                }
            });
        };

        self.loadMore = () => {
            // what is under way gives way to this
            if (self.isLoading()) self._requestSoon(NEWS_DELAY);
            self._load({before: self.next()}, (response) => {
                const known = self.rows();
                const more = _.difference(self._toRows(response), known);
                self.rows([...known, ...more]);
                self.next(response.next);
                self._wanted = Math.max(PAGE_SIZE, self.rows().length);
                // the button is gone when there are no older ones
                const toFocus = more[0] || _.last(known);
                if (!response.next && toFocus) self._focus(toFocus);
            });
        };

        self._focus = (row) => {
            self.dialog
                .find(".systemcommands-name button")
                .filter((_index, button) => ko.dataFor(button) === row)
                .focus();
        };

        self._load = (additional, onDone) => {
            // an answer to an older question might come in after that to a newer one
            const request = ++self._request;
            self.isLoading(true);
            OctoPrint.plugins.systemcommands
                .getRuns({...self.filter.query(), limit: PAGE_SIZE, ...additional})
                .done((response, _status, sent) => {
                    SystemCommands.Waiting.learnTime(sent);
                    if (request !== self._request || !self.isOpen()) return;
                    if (!self._isOfClick) self.error(undefined);
                    self.warning(response.warning);
                    self.isLoaded(true);
                    self.filter.learnNames(response.runs);
                    SystemCommands.DialogFocus.keepDuring(() => onDone(response));
                    self.dialog.modal("layout");
                })
                .fail((response) => {
                    if (request === self._request) self._onFailed(response);
                })
                .always(() => {
                    if (request === self._request) self.isLoading(false);
                });
        };

        self._forgetError = () => {
            self._isOfClick = false;
            self.error(undefined);
        };

        self._onFailed = (response, isOfClick) => {
            self._isOfClick = !!isOfClick;
            self.error(
                response.status === 403
                    ? gettext("You may not see the runs.")
                    : gettext("The server does not answer.")
            );
        };

        // Rows stay the same while their run changes, or they would lose the focus.
        self._toRow = (run) => {
            const known = self.rows().find((row) => row.id === run.id);
            const row = known || new SystemCommands.HistoryRow(self._now, self.catalogue);
            row.update(run);
            return row;
        };

        self._toRows = (response) => {
            const rows = response.runs.map(self._toRow);
            if (response.next) _.last(rows).next = response.next;
            return rows;
        };

        self._clearRows = () => {
            self.rows([]);
            // that many are to be seen
            self._wanted = PAGE_SIZE;
        };

        self._onChange = (changed) => {
            if (!self.isOpen()) return;
            const row = self.rows().find((known) => known.id === changed.id);
            const isNews = !row || row.run().status !== changed.status;
            if (row && isNews) row.run({...row.run(), status: changed.status});
            self._requestSoon(isNews ? NEWS_DELAY : OUTPUT_DELAY);
        };

        self._requestSoon = (delay) => {
            const due = performance.now() + delay;
            if (!self.isOpen() || (self._refresh && self._refreshDue <= due)) return;
            clearTimeout(self._refresh);
            self._refreshDue = due;
            self._refresh = setTimeout(() => {
                self._refresh = undefined;
                // what the user has asked for must not give way to this
                if (self.isLoading()) {
                    self._requestSoon(NEWS_DELAY);
                } else if (self.isOpen()) {
                    self.requestData();
                }
            }, delay);
        };

        self._onFilterChanged = () => {
            if (!self.isOpen()) return;
            self._clearRows();
            self.isLoaded(false);
            self.requestData();
        };

        //~~ What users do

        self.show = (row) => self.runs.show(row.run());

        self.stop = (row) => {
            if (row.isStopping()) return;
            self._forgetError();
            row.stopRequested(true);
            // the button goes away with the run
            self._focus(row);
            OctoPrint.plugins.systemcommands
                .stopRun(row.id)
                .done(row.update)
                .fail((response) => {
                    // that it has ended by itself, or is not there any more, is fine, too
                    if ([404, 409].includes(response.status)) {
                        self._requestSoon(NEWS_DELAY);
                    } else {
                        self._onFailed(response, true);
                    }
                })
                .always(() => row.stopRequested(false));
        };

        self.runNow = (row) => {
            self._focus(row);
            self.triggering.runNow(row.run(), row.update);
        };

        self.runAgain = (row) => {
            if (!row.command()) return;
            const callbacks = {onStarted: self.runs.show};
            self.triggering.trigger(row.command(), callbacks, row.run().arguments);
        };

        self.clear = () => {
            SystemCommands.Question({
                title: gettext("Clear recent runs"),
                message: gettext(
                    "All runs that have ended will be forgotten, with what they printed. What is running goes on and stays in the list."
                ),
                question: "",
                proceed: gettext("Clear"),
                onproceed: () => {
                    self._forgetError();
                    OctoPrint.plugins.systemcommands
                        .clearRuns()
                        .done(() => {
                            if (!self.isOpen()) return;
                            self.requestData();
                            // the button has nothing to do then
                            SystemCommands.DialogFocus.giveBackTo(
                                "#systemcommands_history_status"
                            );
                        })
                        .fail(() => {
                            self._isOfClick = true;
                            self.error(gettext("The runs could not be cleared."));
                        });
                }
            });
        };

        //~~ View model callbacks

        self.onUserLoggedOut = () => {
            self.filter.forgetNames();
            if (self.isOpen()) self.dialog.modal("hide");
        };

        self.onStartup = () => {
            self.dialog = $("#systemcommands_history");
            self.dialog.on("hidden", self._onHidden);
            self.runs.changes.subscribe(self._onChange);
            self.runs.refreshes.subscribe(() => self._requestSoon(NEWS_DELAY));
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsHistoryDialogViewModel,
        dependencies: [
            "systemCommandsRunStoreViewModel",
            "systemCommandsLauncherViewModel",
            "systemCommandsPermissionsViewModel",
            "systemCommandsCatalogueViewModel",
            "systemCommandsNoticesViewModel"
        ],
        elements: ["#systemcommands_history"]
    });
});
