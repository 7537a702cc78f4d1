$(function () {
    // The list of commands as it is being edited. What is changed is changed here only, until
    // it is saved; the server takes it when nobody else has saved in the meantime.
    function SystemCommandsListDraftViewModel(parameters) {
        const self = this;

        self.definitions = parameters[0];
        self.loginState = parameters[1];

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
        // told with {base, theirs, mine, saved, onTheirs, onMine, onMerged} when somebody else
        // has saved
        self.conflicts = new ko.subscribable();
        // told with the first row that the server has refused
        self.refusals = new ko.subscribable();

        self.entries = ko.pureComputed(() => self.rows().map((row) => row.entry()));
        self.actions = () =>
            _.compact(self.entries().map(SystemCommands.DefinitionForm.actionOf));
        self.systemActions = new SystemCommands.SystemActions(self.entries);
        self.isDirty = ko.pureComputed(
            () =>
                !_.isEqual(self.entries(), self._stored()) ||
                self.systemActions.toRemove().length > 0
        );

        // proxies that compress put something before or behind it
        const idOf = (etag) => (/[0-9a-f]{32}/.exec(etag) || [etag])[0];

        //~~ Loading

        self.load = () => {
            if (self.state() === "loading" || self.isSaving()) return;
            // what was changed here must not be replaced, nor what is being changed
            const isReload = self.isReady();
            const isInTheWay = () => isReload && (self.isDirty() || self.isHeld());
            if (!self.definitions.mayEdit()) {
                if (!isInTheWay()) self.close("forbidden");
                return;
            }
            if (!self.loginState.checkCredentialsSeen()) {
                if (!self.isReady()) self.state("locked");
                return;
            }

            const request = ++self._request;
            if (!isReload) self.state("loading");
            self.definitions
                .load()
                .done((response, _status, xhr) => {
                    if (request !== self._request || self.isSaving()) return;
                    const etag = xhr.getResponseHeader("ETag");
                    if (isInTheWay()) {
                        self.hear(etag, response.saved);
                        return;
                    }
                    self._owner = self.loginState.username();
                    self._accept(response, etag);
                    self.state("ready");
                    self.error(undefined);
                })
                .fail((response) => {
                    if (request !== self._request || isReload) return;
                    self.state(response.status === 403 ? "locked" : "failed");
                    self.error(self.definitions.errorOf(response));
                });
        };

        self.isCurrent = (etag) => idOf(etag) === idOf(self._etag);
        // whether another list can take the place of this one without a word
        self.canFollow = () => {
            const isFree = !self.isDirty() && !self.isHeld() && !self.isSaving();
            return self.isReady() && isFree && self.loginState.checkCredentialsSeen();
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

        self.unlock = () => self.definitions.askForPassword(self.load);

        self.close = (state) => {
            self._request++;
            self._etag = undefined;
            self.saved(null);
            self.newer(undefined);
            self.state(state || "closed");
            self._stored([]);
            self.rows([]);
            self.systemActions.rows([]);
            self.error(undefined);
            self.events.notifySubscribers("replaced");
        };

        self._accept = (response, etag) => {
            const known = [...self.rows()];
            const rows = SystemCommands.ListRow.listOf(
                response.definitions,
                (response.problems || {}).definitions
            );
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
            self.systemActions.accept(response);
        };

        // what is different from this list is to be saved
        self._rebase = (response, etag) => {
            self._etag = etag;
            self._stored(response.definitions);
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
            const data = {definitions: sent};
            const indexes = self.systemActions.indexesToRemove();
            if (indexes.length) data.remove_system_actions = indexes;

            self.isSaving(true);
            self.error(undefined);
            self._heard = undefined;
            // what was asked for before is older than what comes of this
            self._request++;
            self.definitions
                .save(etag, data)
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
            self.systemActions.keepAll();
            if (_.isEqual(sent, self.entries())) {
                self._accept(response, etag);
            } else {
                // what was changed while the request was on its way is still to be saved
                self._rebase(response, etag);
                self.systemActions.accept(response);
            }
            self.events.notifySubscribers("saved");
        };

        self._onRefused = (sent, response) => {
            const problems = (response.responseJSON || {}).problems;
            self.error(
                gettext("The commands have not been saved.") +
                    " " +
                    self.definitions.errorOf(response)
            );
            if (!_.isArray(problems) || !_.isEqual(sent, self.entries())) return;
            self.rows().forEach((row, index) => row.problems(problems[index] || []));
            const first = self.rows().find((row) => row.problems().length);
            if (first) self.refusals.notifySubscribers(first);
        };

        // current: what the server has
        self.onConflict = ({current, etag}) => {
            const mine = self.entries();
            const isSame =
                _.isEqual(current.definitions, mine) &&
                !self.systemActions.toRemove().length;
            if (isSame) {
                // it was our own, of which the answer got lost, or the same idea
                self._accept(current, etag);
                self.events.notifySubscribers("saved");
                return;
            }
            self.conflicts.notifySubscribers({
                base: self._stored(),
                theirs: current.definitions,
                mine: mine,
                saved: current.saved,
                onTheirs: () => {
                    // with what was changed while the question was waiting
                    self._keptLists.push(self.entries());
                    self.systemActions.keepAll();
                    self._accept(current, etag);
                    self.events.notifySubscribers("replaced");
                },
                onMine: () => {
                    // what is to be removed there may stand elsewhere by now
                    self.systemActions.accept(current);
                    self._put(etag);
                },
                onMerged: (entries, isClash) => {
                    // what is not taken of it is not lost
                    if (isClash) self._keptLists.push(self.entries());
                    self.systemActions.accept(current);
                    self._rebase(current, etag);
                    self.rows(SystemCommands.ListRow.listOf(entries));
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
            self.systemActions.keepAll();
            self.rows(SystemCommands.ListRow.listOf(entries));
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
            if (self.loginState.username() === self._owner) return;
            self._keptLists([]);
            self.close();
        };

        self.onUserLoggedOut = () => {
            if (!self.isDirty()) self.close();
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsListDraftViewModel,
        dependencies: ["systemCommandsDefinitionsClientViewModel", "loginStateViewModel"]
    });
});
