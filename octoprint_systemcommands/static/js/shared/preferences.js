(function () {
    // What somebody likes, which this browser remembers as far as it may.
    SystemCommands.Preferences = {
        read: (name) => {
            try {
                return JSON.parse(localStorage["systemcommands." + name]);
            } catch (error) {
                // there is nothing yet, or nothing that can be read
                return undefined;
            }
        },

        write: (name, value) => {
            try {
                localStorage["systemcommands." + name] = JSON.stringify(value);
            } catch (error) {
                // then it is only for this page
            }
        }
    };
})();
