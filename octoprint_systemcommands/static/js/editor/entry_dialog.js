(function () {
    // in milliseconds, after which what is typed is checked
    const CHECK_DELAY = 300;

    // What the dialogs of a command and of a rule have in common: one entry of a list, of
    // which the server says whether it is right, and which can be tried out.
    //   options   selector: of the dialog, testButton: of the button that tries it out (or a function that tells it),
    //             requests: those about its list, result: the entry as it is entered,
    //             key: the field that tells it from others, keyField: the same in the form,
    //             fields: those of an entry, if it is not a command,
    //             dataOf(entry): how it is sent to be checked,
    //             locator: see SystemCommands.ServerValidation,
    //             test: options of SystemCommands.TestRun,
    //             lossText: what is said before changes are lost,
    //             onUnlocked(): the password was entered, onShowAll(): what is wrong counts
    //             now, onUnfold(): it is to be seen,
    //             onClosed(): returns the element that gets the focus
    SystemCommands.EntryDialog = function (options) {
        const self = this;
        const {key, keyField, requests, result} = options;

        self.isOpen = ko.observable(false);
        self.isNew = ko.observable(false);
        // why it could not be checked
        self.checkError = ko.observable();
        // why it could not be tried out; true until it is tried or changed again, whatever
        // a check that was still under way comes to
        self.tryoutError = ko.observable();
        self.error = ko.pureComputed(() => self.tryoutError() || self.checkError());
        self.clipboard = new SystemCommands.Clipboard();
        self.copyText = (text) => self.clipboard.copy(text, text, self.dialog[0]);

        self.hasChanges = () => {
            // that the server has made an id is no change of the user's
            const strip = (entry) => (self._makesKey ? _.omit(entry, key) : entry);
            return self.isOpen() && !_.isEqual(strip(result()), strip(self._untouched));
        };

        //~~ What the server says about it

        self.verdict = new SystemCommands.ServerValidation({
            fields: options.fields,
            ask: (isAwaited) => {
                const data = options.dataOf(result());
                return isAwaited
                    ? requests.post("check", data)
                    : requests.postQuietly("check", data);
            },
            locator: options.locator,
            // What has no id yet is called what it does, unless the user has a better idea.
            onSuggestion: (value) => {
                if (!self._makesKey || !value || keyField() === value) return false;
                keyField(value);
                return true;
            }
        });
        self.errors = self.verdict.errors;
        self.lock = new SystemCommands.Credentials.Lock(requests, () => {
            if (!self.isOpen()) return;
            self._check();
            options.onUnlocked();
        });
        self.tryout = new SystemCommands.TestRun({
            ...options.test,
            errorOf: requests.errorOf,
            onSubmit: () => self.test(),
            onLayout: () => self._layout(),
            onError: (error) => self.tryoutError(error)
        });
        self.isBusy = ko.pureComputed(
            () => self.verdict.isAwaited() || self.tryout.isStarting()
        );
        self.isTesting = ko.pureComputed(() => self.isBusy() || self.tryout.isActive());

        self._touch = (field) => {
            if (!self.isOpen() || !self.verdict.touched[field]) return;
            // a field may be left by a click, which is to hit
            SystemCommands.whenReleased(() => {
                self.tryoutError(undefined);
                self.verdict.touched[field](true);
            });
        };
        self.onKeyInput = () => {
            self._makesKey = !keyField();
            return true;
        };

        //~~ Opening and closing

        // untouched: what the form has when nothing is entered; makesKey: the entry has none
        // of the user's
        self._show = (isNew, untouched, makesKey) => {
            self._untouched = untouched;
            self._makesKey = makesKey;
            self.isNew(isNew);
            self.checkError(undefined);
            self.tryoutError(undefined);
            self.verdict.reset(!isNew);
            self.tryout.reset();
            self.dialog.find("details").prop("open", false);
            self.lock.open();
            self._guard.open();
            self.isOpen(true);
            self._check(self._unfoldMistakes);
        };

        self._onHidden = () => {
            self.isOpen(false);
            self.verdict.reset();
            self.tryout.reset();
            return options.onClosed();
        };

        //~~ What users do

        self._ifRight = (proceed) => {
            self.verdict.showAll(true);
            options.onShowAll();
            self._check(() => {
                // what is only a warning is said, and may be meant
                if (self.verdict.problems().some((p) => p.severity !== "warning")) {
                    self._unfoldMistakes();
                    self.dialog
                        .find(".control-group.error")
                        .first()
                        .find("input, textarea, select, button")
                        .first()
                        .focus();
                } else {
                    proceed(result());
                }
            }, true);
        };

        self._unfoldMistakes = () => {
            options.onUnfold();
            self.dialog.find("details:has(.control-group.error)").prop("open", true);
        };

        // onVerdict: called unless the server does not answer; isAwaited: by the user
        self._check = (onVerdict, isAwaited) => {
            self.verdict
                .check(onVerdict, isAwaited)
                .done(() => {
                    self.checkError(undefined);
                    self.lock.open();
                })
                .fail((response) => {
                    const isLocked = self.lock.explains(response);
                    self.checkError(isLocked ? undefined : requests.errorOf(response));
                });
        };

        // onAccept is called with the entry, if it is another one
        self._accept = (onAccept) => {
            if (self.isBusy()) return;
            if (!self.isNew() && _.isEqual(result(), self._untouched)) {
                self._guard.close();
                return;
            }
            self._ifRight((entry) => {
                onAccept(entry);
                self._guard.close();
            });
        };

        self.test = () => {
            if (self.isTesting()) return;
            self.tryoutError(undefined);
            self._ifRight((entry) => self._startTest(entry));
        };
        self._startTest = self.tryout.start;
        self.hideTest = () => {
            self.tryout.hide();
            self.dialog.find(_.result(options, "testButton")).focus();
        };
        self.copyOutput = () => {
            const text = self.tryout.run().text();
            self.clipboard.copy("output", text, self.dialog[0]);
        };

        // Enter in a field is what it is in a form, and Ctrl+Enter (or Cmd+Enter) tests
        self.onKeydown = (_data, event) => {
            const isFinal = event.key === "Enter" && !event.originalEvent.isComposing;
            if (!isFinal || event.isDefaultPrevented()) return true;
            if (event.ctrlKey || event.metaKey) {
                self.test();
                return false;
            }
            const isField = $(event.target).is("input");
            // the arguments of a test have a form of their own
            if (!isField || $(event.target).closest("form").length) return true;
            self.accept();
            return false;
        };

        // it has become higher or wider
        self._layout = () => {
            if (self.isOpen()) self.dialog.modal("layout");
        };

        //~~ View model callbacks

        self.onStartup = () => {
            self.dialog = $(options.selector);
            self._guard = new SystemCommands.DiscardGuard(self.dialog, {
                hasChanges: self.hasChanges,
                message: options.lossText,
                onHidden: self._onHidden
            });
            self.tryout.onStartup(self.dialog.find(".systemcommands-tryout")[0]);
            ko.computed(result)
                .extend({
                    rateLimit: {timeout: CHECK_DELAY, method: "notifyWhenChangesStop"}
                })
                .subscribe(() => {
                    if (self.isOpen()) self._check();
                });
        };
    };
})();
