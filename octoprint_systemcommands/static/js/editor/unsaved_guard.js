$(function () {
    // in milliseconds, after which nobody tells of our own saving any more
    const NEWS_TIME = 3000;

    const TAB = "settings_plugin_systemcommands";

    // Sees to it that the list of commands is loaded when it is looked at, saved with the
    // settings around it, and never lost without a word.
    function SystemCommandsUnsavedGuardViewModel(parameters) {
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
            self._notice = SystemCommands.Notice.show({
                title: gettext("Your commands are not saved"),
                text: _.compact([
                    self.list.error(),
                    gettext(
                        "What you have changed in the list of commands is kept until you leave this page. Save it in the settings."
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
                if (self.list.isDirty()) self._openConflict(conflict);
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

        //~~ Saving with the settings

        // OctoPrint closes the settings when it has saved what is its own. If the commands
        // are not saved by then they stay open until they are, or show what is wrong.
        self._onHide = (event) => {
            if (event.target.id !== "settings_dialog" || !self._goesWithSettings) return;
            // whoever closes them by hand shall find them closed
            if (!self.settingsViewModel.receiving()) return;
            self._isToClose = self._goesWithSettings = self.list.isSaving();
            if (self._isToClose || self.list.isDirty()) event.preventDefault();
            if (!self._isToClose) self._showWhatIsWrong();
        };

        self._showWhatIsWrong = () => {
            if (self.list.isDirty()) self.settingsViewModel.selectTab(TAB);
        };

        self._saveWithSettings = () => {
            self._goesWithSettings = self.list.canSave();
            self._isToClose = false;
            if (self.list.loginState.checkCredentialsSeen()) {
                self.list.save();
                return;
            }
            SystemCommands.Credentials.afterOctoPrint(self.list.loginState, (mayGoOn) => {
                if (mayGoOn) self.list.save();
                else self._goesWithSettings = false;
            });
        };

        self._onSavedOrNot = () => {
            if (self._goesWithSettings && self.settingsViewModel.isDialogActive()) {
                const isToClose = self._isToClose;
                // else OctoPrint has not tried yet
                if (isToClose) self._goesWithSettings = false;
                if (isToClose && !self.list.isDirty()) self.settingsViewModel.hide();
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
            if (plugin !== "systemcommands" || data.type !== "definitions") return;
            if (!data.etag) {
                self._announcedAt = performance.now();
            } else if (data.changed === false) {
                self._announcedAt = undefined;
            } else if (self._isVisible() && self.list.canFollow()) {
                if (!self.list.isCurrent(data.etag)) self.list.load();
            } else {
                self.list.hear(data.etag, {user: data.user, saved_at: data.saved_at});
            }
        };

        // Saving the commands changes nothing that the dialog around them shows, which
        // would ask what to do about it.
        self.onSettingsPreventRefresh = () => {
            const isNew = (time) => performance.now() - time < NEWS_TIME;
            const isOurs = self.list.isSaving() || isNew(self._savedAt);
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
            $(`a[href="#${TAB}"]`).on("shown", self.list.load);
            $("#settings_dialog").on("hide", self._onHide);
            self.list.conflicts.subscribe(self._onConflict);
            self.list.isSaving.subscribe((isSaving) => {
                if (!isSaving) setTimeout(self._onSavedOrNot);
            });
            self.list.events.subscribe((event) => {
                // what it is about is over
                self._conflict = undefined;
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
        construct: SystemCommandsUnsavedGuardViewModel,
        dependencies: [
            "systemCommandsListDraftViewModel",
            "settingsViewModel",
            "systemCommandsCommandDialogViewModel",
            "systemCommandsConflictDialogViewModel"
        ]
    });
});
