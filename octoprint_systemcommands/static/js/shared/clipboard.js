(function () {
    // in milliseconds, that a button says how it went
    const COPIED_TIME = 2000;

    // Most OctoPrints are reached by plain http, where browsers keep their clipboard API to
    // themselves. What is left is to select the text in a field, inside of the dialog that
    // holds the focus.
    const copyFromField = (text, parent) => {
        const focused = document.activeElement;
        const field = document.createElement("textarea");
        field.className = "systemcommands-clipboard";
        field.readOnly = true;
        field.value = text;
        parent.append(field);
        field.focus({preventScroll: true});
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        if (focused) focused.focus({preventScroll: true});
        return done;
    };

    // resolves to whether it worked
    const copy = (text, parent) => {
        if (!window.isSecureContext || !navigator.clipboard) {
            return Promise.resolve(copyFromField(text, parent));
        }
        return navigator.clipboard.writeText(text).then(
            () => true,
            () => copyFromField(text, parent)
        );
    };

    // For buttons that copy something, and say for a moment how that went.
    SystemCommands.Clipboard = function () {
        const self = this;

        // {what, isDone} of the last time, while it is worth a word
        self._last = ko.observable({});

        // what: tells the button from others
        self.copy = (what, text, parent) => {
            copy(text, parent).then((isDone) => {
                const last = {what: what, isDone: isDone};
                self._last(last);
                setTimeout(() => {
                    if (self._last() === last) self._last({});
                }, COPIED_TIME);
            });
        };

        // text: what the button says else
        self.label = (what, text) => {
            if (self._last().what !== what) return text || gettext("Copy");
            return self._last().isDone ? gettext("Copied") : gettext("Not copied");
        };
    };
})();
