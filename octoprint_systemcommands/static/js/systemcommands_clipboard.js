(function () {
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

    window.SystemCommandsClipboard = {
        // resolves to whether it worked
        copy: (text, parent) => {
            if (!window.isSecureContext || !navigator.clipboard) {
                return Promise.resolve(copyFromField(text, parent));
            }
            return navigator.clipboard.writeText(text).then(
                () => true,
                () => copyFromField(text, parent)
            );
        }
    };
})();
