(function () {
    // What the server may want to know before it does something, although this page has not
    // thought of it: this browser's clock is not the server's, and its news of the printer
    // may be old. Returns password, confirmation or undefined.
    const wantedBy = (response) => {
        const {code, reason} = response.responseJSON || {};
        // OctoPrint's own answers have no code
        if (response.status === 403 && (!code || code === "reauthenticate")) {
            return "password";
        }
        return response.status === 409 && reason === "confirm"
            ? "confirmation"
            : undefined;
    };

    SystemCommands.wantsPassword = (response) => wantedBy(response) === "password";

    // Sends something, and once more when the server's question has been answered.
    //   command   what it is about
    //   body      what is sent: a mapping
    //   options   send(body): returns the promise of a request,
    //             onDone(response), onFailed(response),
    //             and optionally
    //             askForPassword(onEntered): if one can be asked for,
    //             onCancelled(): the question was answered with no,
    //             onSettled(): of each request,
    //             isWanted(): whether somebody still waits for the answer
    SystemCommands.Asking = function (command, body, options) {
        const ifWanted = (then) => (response) => {
            if (!options.isWanted || options.isWanted()) then(response);
        };
        const ask = (sent, isRetry) => {
            const onFailed = (response) => {
                const wanted = wantedBy(response);
                if (wanted === "password" && options.askForPassword && !isRetry) {
                    options.askForPassword(() => ask(sent, true));
                } else if (wanted === "confirmation" && !sent.confirmed) {
                    SystemCommands.Confirm(
                        command,
                        {print: true},
                        () => ask({...sent, confirmed: true}, isRetry),
                        options.onCancelled
                    );
                } else {
                    options.onFailed(response);
                }
            };
            options
                .send(sent)
                .done(ifWanted(options.onDone))
                .fail(ifWanted(onFailed))
                .always(options.onSettled || _.noop);
        };
        ask(body, false);
    };
})();
