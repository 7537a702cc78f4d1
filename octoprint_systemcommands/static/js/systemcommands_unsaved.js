$(function () {
    // in milliseconds, after which nobody tells of our own saving any more
    const NEWS_TIME = 3000;

    const TAB = "settings_plugin_systemcommands";

    // Sees to it that the list of commands is loaded when it is looked at, saved with the
    // settings around it, and never lost without a word.
    function SystemCommandsUnsavedViewModel(parameters) {
        const self = this;

        self.list = parameters[0];
        self.settingsViewModel = parameters[1];
        self.commandDialog = parameters[2];
        self.conflictDialog = parameters[3];

        self._isVisible = () => $("#" + TAB).is(":visible");
        self._loadIfVisible = () => {
            if (self._isVisible()) self.list.load();
        };

        // when nobody sees the page, which tells it as well
        self._tell = () => {
            const isToCome = self.list.isSaving() || self.conflictDialog.isOpen();
            if (!self.list.isDirty() || isToCome || self._isVisible()) return;
            self._removeNotice();
            const show = $('<button type="button" class="btn"></button>')
                .text(gettext("Show"))
                .click(self._reopen);
            self._notice = new PNotify({
                title: gettext("Your commands are not saved"),
                text: _.compact([
                    self.list.error(),
                    gettext(
                        "What you have changed in the list of commands is kept until you leave this page. Save it in the settings."
                    )
                ]).join("\n"),
                title_escape: true,
                text_escape: true,
                addclass: "systemcommands-notice",
                hide: false,
                buttons: {closer_hover: false, sticker: false}
            });
            $('<div class="systemcommands-addition"></div>')
                .append(show)
                .appendTo(self._notice.text_container.parent());
        };

        self._removeNotice = () => {
            if (self._notice) self._notice.remove();
            self._notice = undefined;
        };

        self._reopen = () => {
            self._removeNotice();
            self.settingsViewModel.show(TAB);
        };

        self._onConflict = (conflict) => {
            self._conflict = conflict;
            // an answer that was slow might come while somebody types in another dialog
            SystemCommandsDialog.whenFree(() => {
                if (self._conflict === conflict) self._openConflict(conflict);
            });
        };

        self._openConflict = (conflict) => {
            self.conflictDialog.open({
                ...conflict,
                mine: self.list.entries(),
                onClosed: (isDecided) => {
                    if (isDecided && !self.list.isSaving() && !self._isVisible()) {
                        self._reopen();
                    }
                    setTimeout(self._tell);
                }
            });
        };

        //~~ View model callbacks

        // later, since this is called before there is anything to be seen
        self.onSettingsShown = () => {
            setTimeout(() => {
                self._loadIfVisible();
                if (self._isVisible()) self._removeNotice();
            });
        };

        // other parts of OctoPrint save settings as well, but not with this dialog
        self.onSettingsBeforeSave = () => {
            if (self.settingsViewModel.isDialogActive()) self.list.save();
        };

        self.onSettingsHidden = () => setTimeout(self._tell);

        self.onEventSettingsUpdated = () => self._loadIfVisible();

        // Saving the commands changes nothing that the dialog around them shows, which
        // would ask what to do about it.
        self.onSettingsPreventRefresh = () => {
            if (self.list.isSaving() || performance.now() - self._savedAt < NEWS_TIME) {
                return true;
            }
            const isOpen = self.settingsViewModel.isDialogActive();
            if (!isOpen || SystemCommandsDialog.isFree()) return false;
            self._refreshLater();
            return true;
        };

        // What it asks then would take the keyboard from a dialog that is open.
        self._refreshLater = () => {
            if (self._isRefreshDue) return;
            self._isRefreshDue = true;
            SystemCommandsDialog.whenFree(() => {
                self._isRefreshDue = false;
                self.settingsViewModel.onEventSettingsUpdated();
                self._loadIfVisible();
            });
        };

        self.onAllBound = () => {
            $(`a[href="#${TAB}"]`).on("shown", self.list.load);
            self.list.conflicts.subscribe(self._onConflict);
            self.list.isSaving.subscribe((isSaving) => {
                if (!isSaving) setTimeout(self._tell);
            });
            self.list.events.subscribe((event) => {
                if (event !== "saved") return;
                self._savedAt = performance.now();
                self._removeNotice();
            });
            window.addEventListener("beforeunload", (event) => {
                const isAllSaved = !self.list.isDirty() && !self.list.kept();
                if (isAllSaved && !self.commandDialog.hasChanges()) return;
                event.preventDefault();
                event.returnValue = "";
            });
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsUnsavedViewModel,
        dependencies: [
            "systemCommandsListViewModel",
            "settingsViewModel",
            "systemCommandsCommandDialogViewModel",
            "systemCommandsConflictViewModel"
        ]
    });
});
