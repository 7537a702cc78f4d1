$(function () {
    // Below the lists: whether they are saved, and what can be done about that.
    function SystemCommandsSaveBarViewModel(parameters) {
        const self = this;

        self.drafts = parameters[0];
        self.loginState = parameters[1];

        // [{draft, text, undo}], the latest at the end
        self._undos = ko.observableArray([]);
        self.lastUndo = ko.pureComputed(() => _.last(self._undos()));
        self.undoText = ko.pureComputed(() => (self.lastUndo() || {text: ""}).text);

        // what cannot be told is not told of a list that has not come
        self.savedText = ko.pureComputed(() => {
            if (!self.drafts.list.isReady()) return "";
            const saves = [self.drafts.list.saved(), self.drafts.rules.saved()];
            const last = _.last(_.sortBy(_.compact(saves), "saved_at"));
            return SystemCommands.LastSave.current(last, self.loginState.username());
        });
        self.newerText = ko.pureComputed(() => {
            const draft = self.drafts.withNewer();
            return draft
                ? SystemCommands.LastSave.newer(
                      draft.newer().saved,
                      self.loginState.username()
                  )
                : "";
        });
        self.isNewerInTheWay = ko.pureComputed(() => {
            return !!self.drafts.withNewer() && self.drafts.withNewer().isDirty();
        });
        self.saveText = ko.pureComputed(() => {
            const {isDirty, rows} = self.drafts.rules;
            return isDirty() || rows().length
                ? gettext("Save commands and rules")
                : gettext("Save commands");
        });

        self.offerUndo = (draft, text, undo) => {
            self._undos.push({draft: draft, text: text, undo: undo});
        };

        self.undo = () => {
            const last = self._undos.pop();
            if (last) last.undo();
        };

        self.onKeydown = (_data, event) => {
            const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey);
            if (!isUndo || event.shiftKey || event.altKey || !self.lastUndo())
                return true;
            // fields have their own
            if ($(event.target).is("input, textarea, select")) return true;
            self.undo();
        };

        //~~ The whole list

        // for buttons that are gone when they have done what they are there for
        self._focusSave = () =>
            SystemCommands.DialogFocus.giveBackTo("#systemcommands_save");

        // what another list takes the place of is lost, if it is not saved
        self.ifAgreed = (draft, proceed) => {
            if (draft.isDirty()) {
                self._askAboutChanges({proceed: gettext("Restore"), onproceed: proceed});
            } else {
                proceed();
            }
        };

        self.takeNewer = () => {
            const draft = self.drafts.withNewer();
            const load = () => {
                draft.load();
                self._focusSave();
            };
            if (draft.isDirty()) {
                self._compare(draft);
            } else if (self.loginState.checkCredentialsSeen()) {
                load();
            } else {
                draft.requests.askForPassword(load);
            }
        };

        // before saving fails for it
        self._compare = (draft) => {
            const {requests, error, hear, isSaving, newer, onConflict} = draft;
            // one answer is enough for a double click
            if (self._isComparing) return;
            self._isComparing = true;
            error(undefined);
            requests
                .fetch()
                .always(() => {
                    self._isComparing = false;
                })
                .done((response, _status, xhr) => {
                    const etag = xhr.getResponseHeader("ETag");
                    hear(etag, response.saved);
                    // it may be as it was before, or not of interest any more
                    if (newer() && !isSaving()) {
                        onConflict({current: response, etag: etag});
                    }
                })
                .fail((response) => error(requests.errorOf(response)));
        };

        self.restoreKept = () => {
            const draft = self.drafts.withKept();
            self.ifAgreed(draft, () => {
                draft.restoreKept();
                self._focusSave();
            });
        };

        // what is JSON is YAML as well
        self.downloadKept = () => {
            const draft = self.drafts.withKept();
            const name = draft === self.drafts.rules ? "rules" : "commands";
            self.download(
                JSON.stringify({[name]: draft.kept()}, null, 2),
                `system-${name}-mine.yaml`
            );
        };

        self.download = (text, name) => {
            const url = URL.createObjectURL(new Blob([text], {type: "application/yaml"}));
            $("<a></a>").attr({href: url, download: name})[0].click();
            setTimeout(() => URL.revokeObjectURL(url), 1000);
        };

        self._askAboutChanges = (options) => {
            SystemCommands.Question({
                title: gettext("Discard your changes"),
                message: gettext(
                    "All that you have changed in the list since it was saved will be lost."
                ),
                question: "",
                ...options
            });
        };

        self.discard = () => {
            self._askAboutChanges({
                proceed: gettext("Discard"),
                onproceed: () => {
                    self.drafts.discard();
                    self._focusSave();
                }
            });
        };

        self.keepThere = (row) => {
            row.remove(false);
            self._focusSave();
        };

        //~~ What is behind the bar

        // Scrolls an entry, or what else there is, to where the bar does not cover it.
        self.show = (element) => {
            self._measure();
            if (element) element.scrollIntoView({block: "nearest"});
        };

        // How high it is depends on what it has to say, and on the width of the screen. This
        // is for the keyboard as well, which goes from one button to the next.
        self._measure = () => {
            const bar = $("#systemcommands_bar");
            bar.parent().css("--systemcommands-bar", bar.outerHeight() + "px");
        };

        self._onResize = () => {
            self._measure();
            // what one is at is not covered by what the bar has to say all of a sudden
            const entry = $(document.activeElement).closest(".systemcommands-entry")[0];
            if (!entry) return;
            const [box, bar] = [entry, $("#systemcommands_bar")[0]].map((element) =>
                element.getBoundingClientRect()
            );
            if (box.top < bar.bottom && box.bottom > bar.top) self.show(entry);
        };

        //~~ View model callbacks

        self.onAllBound = () => {
            self.drafts.onEvents((draft) =>
                self._undos.remove((undo) => undo.draft === draft)
            );
            new ResizeObserver(self._onResize).observe($("#systemcommands_bar")[0]);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsSaveBarViewModel,
        dependencies: ["systemCommandsDraftsViewModel", "loginStateViewModel"]
    });
});
