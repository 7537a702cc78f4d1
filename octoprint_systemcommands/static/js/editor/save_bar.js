$(function () {
    // Below the list: whether it is saved, and what can be done about that.
    function SystemCommandsSaveBarViewModel(parameters) {
        const self = this;

        self.list = parameters[0];
        self.loginState = parameters[1];

        // [{text, undo}], the latest at the end
        self._undos = ko.observableArray([]);
        self.lastUndo = ko.pureComputed(() => _.last(self._undos()));
        self.undoText = ko.pureComputed(() => (self.lastUndo() || {text: ""}).text);

        // what cannot be told is not told of a list that has not come
        self.savedText = ko.pureComputed(() => {
            return self.list.isReady()
                ? SystemCommands.LastSave.current(
                      self.list.saved(),
                      self.loginState.username()
                  )
                : "";
        });
        self.newerText = ko.pureComputed(() => {
            const newer = self.list.newer();
            return newer
                ? SystemCommands.LastSave.newer(newer.saved, self.loginState.username())
                : "";
        });

        self.offerUndo = (text, undo) => self._undos.push({text: text, undo: undo});

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
        self.ifAgreed = (proceed) => {
            if (self.list.isDirty()) {
                self._askAboutChanges({proceed: gettext("Restore"), onproceed: proceed});
            } else {
                proceed();
            }
        };

        self.takeNewer = () => {
            if (self.list.isDirty()) {
                self._compare();
            } else if (self.loginState.checkCredentialsSeen()) {
                self._loadNewer();
            } else {
                self.list.definitions.askForPassword(self._loadNewer);
            }
        };

        self._loadNewer = () => {
            self.list.load();
            self._focusSave();
        };

        // before saving fails for it
        self._compare = () => {
            const {definitions, error, hear, isSaving, newer, onConflict} = self.list;
            // one answer is enough for a double click
            if (self._isComparing) return;
            self._isComparing = true;
            error(undefined);
            definitions
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
                .fail((response) => error(definitions.errorOf(response)));
        };

        self.restoreKept = () => {
            self.ifAgreed(() => {
                self.list.restoreKept();
                self._focusSave();
            });
        };

        // what is JSON is YAML as well
        self.downloadKept = () => {
            self.download(
                JSON.stringify({commands: self.list.kept()}, null, 2),
                "system-commands-mine.yaml"
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
                    "All that you have changed in the list of commands since it was saved will be lost."
                ),
                question: "",
                ...options
            });
        };

        self.discard = () => {
            self._askAboutChanges({
                proceed: gettext("Discard"),
                onproceed: () => {
                    self.list.discard();
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
            self.list.events.subscribe(() => self._undos([]));
            new ResizeObserver(self._onResize).observe($("#systemcommands_bar")[0]);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsSaveBarViewModel,
        dependencies: ["systemCommandsListDraftViewModel", "loginStateViewModel"]
    });
});
