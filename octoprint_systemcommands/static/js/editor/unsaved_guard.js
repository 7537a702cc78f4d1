$(function () {
    // in milliseconds, after which nobody tells of our own saving any more
    const NEWS_TIME = 3000;

    const TAB = "settings_plugin_systemcommands";

    // Sees to it that commands and rules are loaded when they are looked at, saved with the
    // settings around them, and never lost without a word.
    function SystemCommandsUnsavedGuardViewModel(parameters) {
        const self = this;

        self.drafts = parameters[0];
        self.settingsViewModel = parameters[1];
        self.dialogs = [parameters[2], parameters[3]];
        self.conflictDialog = parameters[4];
        self.loginState = parameters[5];

        self._isVisible = () => $("#" + TAB).is(":visible");
        self._loadIfVisible = () => {
            if (self._isVisible()) self.drafts.load();
        };

        // when nobody sees the page, which tells it as well
        self._tell = () => {
            const isToCome = self.drafts.isSaving() || self.conflictDialog.isOpen();
            if (!self.drafts.isDirty() || isToCome || self._isVisible()) return;
            self._removeNotice();
            self._notice = SystemCommands.Notice.show({
                title: self.drafts.list.isDirty()
                    ? gettext("Your commands are not saved")
                    : gettext("Your rules are not saved"),
                text: _.compact([
                    self.drafts.error(),
                    gettext(
                        "What you have changed is kept until you leave this page. Save it in the settings."
                    )
                ]).join("\n"),
                addclass: "systemcommands-reminder",
                hide: false,
                isUrgent: true,
                button: SystemCommands.Notice.button(gettext("Show"), self._reopen)
            });
        };

        self._removeNotice = () => {
            SystemCommands.Notice.close(self._notice);
            self._notice = undefined;
        };

        self._reopen = () => {
            self._removeNotice();
            self.settingsViewModel.show(TAB);
        };

        self._onConflict = (conflict) => {
            self._conflict = conflict;
            // an answer that was slow might come while somebody types in another dialog
            SystemCommands.Dialog.whenFree(() => {
                if (self._conflict !== conflict) return;
                self._conflict = undefined;
                if (conflict.draft.isDirty()) self._openConflict(conflict);
            });
        };

        self._openConflict = (conflict) => {
            const {draft} = conflict;
            self.conflictDialog.open({
                ...conflict,
                base: draft.toEntries(conflict.base),
                theirs: draft.toEntries(conflict.theirs),
                mine: draft.toEntries(draft.entries()),
                onMerged: (entries, isClash) => {
                    conflict.onMerged(draft.fromEntries(entries), isClash);
                },
                onClosed: (isDecided) => {
                    if (isDecided && !draft.isSaving() && !self._isVisible()) {
                        self._reopen();
                    }
                    setTimeout(self._tell);
                }
            });
        };

        //~~ Saving with the settings

        // OctoPrint closes the settings when it has saved what is its own. If the commands
        // are not saved by then they stay open until they are, or show what is wrong.
        self._onHide = (event) => {
            if (event.target.id !== "settings_dialog" || !self._goesWithSettings) return;
            // whoever closes them by hand shall find them closed
            if (!self.settingsViewModel.receiving()) return;
            self._isToClose = self._goesWithSettings = self.drafts.isSaving();
            if (self._isToClose || self.drafts.isDirty()) event.preventDefault();
            if (!self._isToClose) self._showWhatIsWrong();
        };

        self._showWhatIsWrong = () => {
            if (self.drafts.isDirty()) self.settingsViewModel.selectTab(TAB);
        };

        self._saveWithSettings = () => {
            self._goesWithSettings = self.drafts.canSave();
            self._isToClose = false;
            if (self.loginState.checkCredentialsSeen()) {
                self.drafts.save();
                return;
            }
            SystemCommands.Credentials.afterOctoPrint(self.loginState, (mayGoOn) => {
                if (mayGoOn) self.drafts.save();
                else self._goesWithSettings = false;
            });
        };

        self._onSavedOrNot = () => {
            // the rules come after the commands
            if (self.drafts.isSaving()) return;
            if (self._goesWithSettings && self.settingsViewModel.isDialogActive()) {
                const isToClose = self._isToClose;
                // else OctoPrint has not tried yet
                if (isToClose) self._goesWithSettings = false;
                if (isToClose && !self.drafts.isDirty()) self.settingsViewModel.hide();
                self._showWhatIsWrong();
            }
            self._tell();
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
            if (self.settingsViewModel.isDialogActive()) self._saveWithSettings();
        };

        self.onSettingsHidden = () => {
            self._goesWithSettings = false;
            setTimeout(self._tell);
        };

        self.onEventSettingsUpdated = () => self._loadIfVisible();

        // Somebody has saved, or is about to: then there is no ETag yet. The event that is
        // announced may come after the ETag, but never if nothing was changed.
        self.onDataUpdaterPluginMessage = (plugin, data) => {
            const draft =
                plugin === "systemcommands" &&
                {definitions: self.drafts.list, rules: self.drafts.rules}[data.type];
            if (!draft) return;
            if (!data.etag) {
                self._announcedAt = performance.now();
            } else if (data.changed === false) {
                self._announcedAt = undefined;
            } else if (self._isVisible() && draft.canFollow()) {
                if (!draft.isCurrent(data.etag)) draft.load();
            } else {
                draft.hear(data.etag, {user: data.user, saved_at: data.saved_at});
            }
        };

        // Saving commands and rules changes nothing that the dialog around them shows, which
        // would ask what to do about it.
        self.onSettingsPreventRefresh = () => {
            const isNew = (time) => performance.now() - time < NEWS_TIME;
            const isOurs = self.drafts.isSaving() || isNew(self._savedAt);
            const isTheirs =
                isNew(self._announcedAt) && self.settingsViewModel.isDialogActive();
            // one is told of by one event, and the next one may be about something else
            self._announcedAt = undefined;
            if (isOurs || isTheirs) return true;

            const isOpen = self.settingsViewModel.isDialogActive();
            if (!isOpen || SystemCommands.Dialog.isFree()) return false;
            self._refreshLater();
            return true;
        };

        // What it asks then would take the keyboard from a dialog that is open.
        self._refreshLater = () => {
            if (self._isRefreshDue) return;
            self._isRefreshDue = true;
            SystemCommands.Dialog.whenFree(() => {
                self._isRefreshDue = false;
                self.settingsViewModel.onEventSettingsUpdated();
                self._loadIfVisible();
            });
        };

        self.onAllBound = () => {
            $(`a[href="#${TAB}"]`).on("shown", self.drafts.load);
            $("#settings_dialog").on("hide", self._onHide);
            [self.drafts.list, self.drafts.rules].forEach((draft) =>
                draft.conflicts.subscribe(self._onConflict)
            );
            self.drafts.isSaving.subscribe((isSaving) => {
                if (!isSaving) setTimeout(self._onSavedOrNot);
            });
            self.drafts.onEvents((_draft, event) => {
                // what it is about is over
                self._conflict = undefined;
                if (event !== "saved") return;
                self._savedAt = performance.now();
                self._removeNotice();
            });
            window.addEventListener("beforeunload", (event) => {
                const isAllSaved = !self.drafts.isDirty() && !self.drafts.withKept();
                const isNoneOpen = !self.dialogs.some((dialog) => dialog.hasChanges());
                if (isAllSaved && isNoneOpen) return;
                event.preventDefault();
                event.returnValue = "";
            });
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsUnsavedGuardViewModel,
        dependencies: [
            "systemCommandsDraftsViewModel",
            "settingsViewModel",
            "systemCommandsCommandDialogViewModel",
            "systemCommandsRuleDialogViewModel",
            "systemCommandsConflictDialogViewModel",
            "loginStateViewModel"
        ]
    });
});
