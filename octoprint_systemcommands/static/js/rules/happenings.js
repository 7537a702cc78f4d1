(function () {
    // What rules wait for, by the server's groups (`MEANINGS`), as people call it; it follows
    // the word "when". Texts are there as soon as the page is.
    const groups = _.once(() => ({
        print: {
            print_started: gettext("a print starts"),
            print_ended: gettext("a print ends"),
            print_done: gettext("a print is finished"),
            print_failed: gettext("a print fails"),
            print_cancelled: gettext("a print is cancelled"),
            print_paused: gettext("a print is paused"),
            print_resumed: gettext("a print is resumed")
        },
        printer: {
            before_connect: gettext("the printer is about to be connected"),
            connected: gettext("the printer is connected"),
            disconnected: gettext("the printer is disconnected"),
            error: gettext("the printer reports an error"),
            upload_to_print: gettext(
                "an upload is to be printed, but no printer is connected"
            )
        },
        timelapse: {
            snapshot_before: gettext("a timelapse is about to take a picture"),
            snapshot_after: gettext("a timelapse has taken a picture")
        },
        server: {
            startup: gettext("OctoPrint has started"),
            stop: gettext("OctoPrint is about to stop")
        }
    }));
    const texts = _.once(() => _.assign({}, ..._.values(groups())));

    // what there is to know about some of them
    const helps = _.once(() => ({
        print_ended: gettext(
            "Finished, cancelled or failed: once for each print, when the printer is ready again."
        ),
        print_done: gettext(
            "When its end script is through and the printer is ready again."
        ),
        print_failed: gettext("Prints that somebody has cancelled do not count."),
        before_connect: gettext(
            "The connection waits for the command. If that fails, nothing is connected."
        ),
        upload_to_print: gettext(
            "The command is run, then the printer is connected and the file is printed."
        ),
        snapshot_before: gettext("The picture waits for the command, 5 s at most."),
        stop: gettext("OctoPrint waits for the command, 10 s at most.")
    }));

    SystemCommands.Happenings = {
        isKnown: (key) => key in texts(),

        textOf: (key) =>
            texts()[key] ||
            _.sprintf(gettext("OctoPrint tells of %(event)s"), {event: key}),

        helpOf: (key) => helps()[key] || "",

        // [{name, choices: [{key, text}]}] of all that a rule can begin with
        groups: () => {
            const eventsOf = (group) =>
                _.map(groups()[group], (text, key) => ({key: key, text: text}));
            const choice = (key, text) => ({key: key, text: text});
            return [
                {name: gettext("Print"), choices: eventsOf("print")},
                {
                    name: gettext("Time"),
                    choices: [
                        choice("daily", gettext("it is a set time, every day")),
                        choice("weekdays", gettext("it is a set time, Monday to Friday")),
                        choice("days", gettext("it is a set time, on certain days")),
                        choice("every", gettext("a fixed interval has passed")),
                        choice("cron", gettext("a cron schedule is due"))
                    ]
                },
                {
                    name: gettext("Printer"),
                    choices: [
                        ...eventsOf("printer"),
                        choice("action", gettext("the printer sends an action command"))
                    ]
                },
                {
                    name: "OctoPrint",
                    choices: [
                        ...eventsOf("timelapse"),
                        ...eventsOf("server"),
                        choice("run", gettext("another command has ended")),
                        choice("event", gettext("another OctoPrint event occurs"))
                    ]
                }
            ];
        }
    };
})();
