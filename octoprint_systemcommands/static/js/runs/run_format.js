(function () {
    const two = (number) => String(number).padStart(2, "0");

    // How runs are described wherever they are shown.
    SystemCommands.RunFormat = {
        // it has not ended
        isActive: (run) =>
            ["pending", "queued", "starting", "running"].includes(run.status),
        isPending: (run) => run.status === "pending",

        // of its command, and which way that was switched
        name: (run) => SystemCommands.Command.nameOf(run),

        status: (run) => {
            if (run.stopping && SystemCommands.RunFormat.isActive(run)) {
                return gettext("Stopping…");
            }
            return (
                {
                    pending: gettext("Waiting"),
                    queued: gettext("Queued"),
                    starting: gettext("Starting…"),
                    running: gettext("Running"),
                    succeeded: gettext("Succeeded"),
                    failed: gettext("Failed"),
                    stopped: gettext("Stopped"),
                    timed_out: gettext("Timed out"),
                    interrupted: gettext("Interrupted")
                }[run.status] || run.status
            );
        },

        // the status with what a number can add to it
        statusInFull: (run) => {
            const status = SystemCommands.RunFormat.status(run);
            if (run.status !== "failed" || !_.isNumber(run.exit_code)) return status;
            if (run.exit_code < 0) {
                return _.sprintf(gettext("Failed (ended by signal %(signal)s)"), {
                    signal: -run.exit_code
                });
            }
            return _.sprintf(gettext("Failed (exit code %(code)s)"), {
                code: run.exit_code
            });
        },

        icon: (run) => {
            return (
                {
                    pending: "far fa-clock",
                    queued: "fas fa-list-ol",
                    starting: "fas fa-spinner fa-spin",
                    running: "fas fa-spinner fa-spin",
                    succeeded: "fas fa-check text-success",
                    failed: "fas fa-xmark text-error",
                    stopped: "fas fa-stop muted",
                    timed_out: "fas fa-hourglass-end text-error",
                    interrupted: "fas fa-plug text-warning"
                }[run.status] || "fas fa-question"
            );
        },

        // A line after a colon is one to be copied: something for a file or a shell.
        hint: (run) => {
            const lines = (run.hint || "").split(/\n+/).filter(Boolean);
            return lines.map((line, index) => ({
                text: line.trim(),
                isCode: index > 0 && lines[index - 1].trim().endsWith(":")
            }));
        },

        // "< 1 s", "4 s", "1:05 min", "2:03:04 h"
        duration: (seconds) => {
            if (!_.isNumber(seconds)) return "";
            const whole = Math.floor(seconds);
            if (whole < 1) return gettext("< 1 s");
            if (whole < 60) {
                return _.sprintf(gettext("%(seconds)s s"), {seconds: whole});
            }
            const minutes = Math.floor(whole / 60);
            if (minutes < 60) {
                return _.sprintf(gettext("%(time)s min"), {
                    time: minutes + ":" + two(whole % 60)
                });
            }
            const time = [Math.floor(minutes / 60), two(minutes % 60), two(whole % 60)];
            return _.sprintf(gettext("%(time)s h"), {time: time.join(":")});
        },

        // how it was started
        trigger: (run) => {
            if (run.rule) {
                return _.sprintf(gettext('Rule "%(name)s"'), {name: run.rule.name});
            }
            const trigger =
                {
                    menu: gettext("System menu"),
                    button: gettext("Button"),
                    api: gettext("API"),
                    cli: gettext("Command line"),
                    link: gettext("Link"),
                    plugin: gettext("Plugin"),
                    gcode: gettext("G-code"),
                    mqtt: gettext("MQTT"),
                    test: gettext("Test in the editor")
                }[run.trigger] || run.trigger;
            return run.application
                ? trigger + " (" + run.application + ")"
                : trigger || "";
        },

        // [{label, value, isGiven}] of what the command was run with. Labels are the
        // command's, if it is still known; secrets come as *** from the server.
        arguments: (run, command) => {
            const given = run.arguments || {};
            const specs = (command && command.arguments) || [];
            const known = specs.filter((spec) => _.has(given, spec.name));
            const gone = _.difference(_.keys(given), _.map(known, "name"));
            return [...known, ...gone.map((name) => ({name: name}))].map((spec) => ({
                label: spec.label || spec.name,
                value: SystemCommands.RunFormat.argument(given[spec.name], spec),
                isGiven: given[spec.name] !== null
            }));
        },

        argument: (value, spec) => {
            if (value === null) return "–";
            if (value === true) return gettext("Yes");
            if (value === false) return gettext("No");
            const choice = _.find(spec.choices, (c) => c.value === String(value));
            return choice ? choice.label : String(value);
        },

        date: (run) => moment(run.started_at || run.queued_at).format("LLL"),

        // the server's clock may be ahead of this one, but nothing began in the future
        ago: (run) => {
            return moment
                .min(moment(run.started_at || run.queued_at), moment())
                .fromNow();
        }
    };
})();
