(function () {
    // A list as it is being edited. What is changed is changed here only, until it is saved;
    // the server takes it when nobody else has saved in the meantime.
    //   options   requests: load, save, mayEdit, askForPassword, errorOf,
    //             loginState,
    //             listOf(answer), problemsOf(answer): what is in the server's answers,
    //             rowOf(entry, problems): one of them,
    //             dataOf(entries): what is sent,
    //             notSaved: what is said when the server has refused it,
    //             and optionally
    //             beside: what is saved with it: isChanged(), accept(answer), keepAll(),
    //             clear()
    //             toEntries(list), fromEntries(list): for the comparison of lists, if it is
    //             not one of commands
    SystemCommands.Draft = function (options) {
        const self = this;

        const beside = {
            isChanged: _.constant(false),
            accept: _.noop,
            keepAll: _.noop,
            clear: _.noop,
            ...options.beside
        };
        self.requests = options.requests;
        self.listOf = options.listOf;
        self.rowOf = options.rowOf;
        const rowsOf = (entries, problems) =>
            _.map(entries, (entry, index) => self.rowOf(entry, (problems || [])[index]));
        self.toEntries = options.toEntries || _.identity;
        self.fromEntries = options.fromEntries || _.identity;

        // closed, forbidden, locked (wants a password), loading, failed, ready
        self.state = ko.observable("closed");
        self.isReady = ko.pureComputed(() => self.state() === "ready");
        self.isSaving = ko.observable(false);
        // while something is open that is about one of the rows
        self.isHeld = ko.observable(false);
        self.error = ko.observable();

        self.rows = ko.observableArray([]);
        // the list that gave way to that of somebody else
        self._keptLists = ko.observableArray([]);
        self.kept = ko.pureComputed(() => _.last(self._keptLists()));

        // the server's list, of which the ETag tells
        self._stored = ko.observable([]);
        self._etag = undefined;
        // {user, saved_at} of it, null if it was changed elsewhere
        self.saved = ko.observable(null);
        // {etag, saved} of another one that the server has meanwhile
        self.newer = ko.observable();
        self._owner = undefined;
        self._request = 0;

        // told with what it was: saved, replaced
        self.events = new ko.subscribable();
        // told with {draft, base, theirs, saved, onTheirs, onMine, onMerged} when somebody
        // else has saved
        self.conflicts = new ko.subscribable();
        // told with the first row that the server has refused
        self.refusals = new ko.subscribable();

        self.entries = ko.pureComputed(() => self.rows().map((row) => row.entry()));
        self.isDirty = ko.pureComputed(
            () => !_.isEqual(self.entries(), self._stored()) || beside.isChanged()
        );

        // proxies that compress put something before or behind it
        const idOf = (etag) => (/[0-9a-f]{32}/.exec(etag) || [etag])[0];

        //~~ Loading

        self.load = () => {
            if (self.state() === "loading" || self.isSaving()) return;
            // what was changed here must not be replaced, nor what is being changed
            const isReload = self.isReady();
            const isInTheWay = () => isReload && (self.isDirty() || self.isHeld());
            if (!self.requests.mayEdit()) {
                if (!isInTheWay()) self.close("forbidden");
                return;
            }
            if (!options.loginState.checkCredentialsSeen()) {
                if (!self.isReady()) self.state("locked");
                return;
            }

            const request = ++self._request;
            if (!isReload) self.state("loading");
            self.requests
                .load()
                .done((response, _status, xhr) => {
                    if (request !== self._request || self.isSaving()) return;
                    const etag = xhr.getResponseHeader("ETag");
                    if (isInTheWay()) {
                        self.hear(etag, response.saved);
                        return;
                    }
                    self._owner = options.loginState.username();
                    self._accept(response, etag);
                    self.state("ready");
                    self.error(undefined);
                })
                .fail((response) => {
                    if (request !== self._request || isReload) return;
                    self.state(response.status === 403 ? "locked" : "failed");
                    self.error(self.requests.errorOf(response));
                });
        };

        self.isCurrent = (etag) => idOf(etag) === idOf(self._etag);
        // whether another list can take the place of this one without a word
        self.canFollow = () => {
            const isFree = !self.isDirty() && !self.isHeld() && !self.isSaving();
            return self.isReady() && isFree && options.loginState.checkCredentialsSeen();
        };

        // The server has this list now, which is told if it is another one.
        self.hear = (etag, saved) => {
            if (!self.isReady()) return;
            const news = {etag: etag, saved: saved};
            if (self.isSaving()) {
                // it may be what we are saving, of which the answer is still to come
                self._heard = news;
            } else {
                self.newer(self.isCurrent(etag) ? undefined : news);
            }
        };

        self.close = (state) => {
            self._request++;
            self._etag = undefined;
            self.saved(null);
            self.newer(undefined);
            self.state(state || "closed");
            self._stored([]);
            self.rows([]);
            beside.clear();
            self.error(undefined);
            self.events.notifySubscribers("replaced");
        };

        self._accept = (response, etag) => {
            const known = [...self.rows()];
            const rows = rowsOf(options.listOf(response), options.problemsOf(response));
            self._rebase(response, etag);
            // Rows that stay the same keep their place in the document, and the focus.
            const kept = rows.map((row) => {
                const index = known.findIndex((one) =>
                    _.isEqual(one.entry(), row.entry())
                );
                if (index < 0) return row;
                const [same] = known.splice(index, 1);
                same.problems(row.problems());
                return same;
            });
            SystemCommands.DialogFocus.keepDuring(() => self.rows(kept));
            beside.accept(response);
        };

        // what is different from this list is to be saved
        self._rebase = (response, etag) => {
            self._etag = etag;
            self._stored(options.listOf(response));
            self.saved(response.saved);
            self.newer(undefined);
        };

        //~~ Saving

        // without an answer of the server there is no ETag, and nothing to save
        self.canSave = ko.pureComputed(
            () => self.isReady() && self.isDirty() && !self.isSaving()
        );

        self.save = () => {
            if (self.canSave() && self._etag) self._put(self._etag);
        };

        self._put = (etag) => {
            const sent = self.entries();
            self.isSaving(true);
            self.error(undefined);
            self._heard = undefined;
            // what was asked for before is older than what comes of this
            self._request++;
            self.requests
                .save(etag, options.dataOf(sent))
                .always(() => self.isSaving(false))
                .done((response, _status, xhr) => {
                    self._onSaved(sent, response, xhr.getResponseHeader("ETag"));
                })
                .fail((response) => {
                    if (response.status === 412 && response.responseJSON) {
                        const newer = response.responseJSON;
                        self.hear(newer.etag, newer.current.saved);
                        self.onConflict({current: newer.current, etag: newer.etag});
                    } else {
                        self._onRefused(sent, response);
                    }
                })
                .always(() => {
                    if (self._heard) self.hear(self._heard.etag, self._heard.saved);
                });
        };

        self._onSaved = (sent, response, etag) => {
            beside.keepAll();
            if (_.isEqual(sent, self.entries())) {
                self._accept(response, etag);
            } else {
                // what was changed while the request was on its way is still to be saved
                self._rebase(response, etag);
                beside.accept(response);
            }
            self.events.notifySubscribers("saved");
        };

        self._onRefused = (sent, response) => {
            const problems = (response.responseJSON || {}).problems;
            self.error(options.notSaved + " " + self.requests.errorOf(response));
            if (!_.isArray(problems) || !_.isEqual(sent, self.entries())) return;
            self.rows().forEach((row, index) => row.problems(problems[index] || []));
            const first = self.rows().find((row) => row.problems().length);
            if (first) self.refusals.notifySubscribers(first);
        };

        // current: what the server has
        self.onConflict = ({current, etag}) => {
            const mine = self.entries();
            const theirs = options.listOf(current);
            if (_.isEqual(theirs, mine) && !beside.isChanged()) {
                // it was our own, of which the answer got lost, or the same idea
                self._accept(current, etag);
                self.events.notifySubscribers("saved");
                return;
            }
            self.conflicts.notifySubscribers({
                draft: self,
                base: self._stored(),
                theirs: theirs,
                saved: current.saved,
                onTheirs: () => {
                    // with what was changed while the question was waiting
                    self._keptLists.push(self.entries());
                    beside.keepAll();
                    self._accept(current, etag);
                    self.events.notifySubscribers("replaced");
                },
                onMine: () => {
                    // what is to be removed there may stand elsewhere by now
                    beside.accept(current);
                    self._put(etag);
                },
                onMerged: (entries, isClash) => {
                    // what is not taken of it is not lost
                    if (isClash) self._keptLists.push(self.entries());
                    beside.accept(current);
                    self._rebase(current, etag);
                    self.rows(rowsOf(entries));
                    self.events.notifySubscribers("replaced");
                    self._put(etag);
                }
            });
        };

        //~~ Other lists

        self.discard = () => {
            self.replace(self._stored());
            self.error(undefined);
            // with what is wrong with it
            self.load();
        };

        self.replace = (entries) => {
            beside.keepAll();
            self.rows(rowsOf(entries));
            self.events.notifySubscribers("replaced");
        };

        self.restoreKept = () => {
            self.replace(self._keptLists.pop());
        };

        self.isHeld.subscribe((isHeld) => {
            if (!isHeld && self.newer() && self.canFollow()) self.load();
        });

        //~~ View model callbacks

        // changes of one user are nothing for the next one at this browser
        self.onUserLoggedIn = () => {
            if (options.loginState.username() === self._owner) return;
            self._keptLists([]);
            self.close();
        };

        self.onUserLoggedOut = () => {
            if (!self.isDirty()) self.close();
        };
    };
})();
