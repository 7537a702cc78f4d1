(function () {
    const two = (number) => String(number).padStart(2, "0");

    // How runs are described wherever they are shown.
    window.SystemCommandsFormat = {
        isActive: (run) => run.status === "queued" || run.status === "running",

        status: (run) => {
            if (run.status === "running" && run.stopping) return gettext("Stopping…");
            return (
                {
                    queued: gettext("Waiting"),
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
            const status = SystemCommandsFormat.status(run);
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
                    queued: "far fa-clock",
                    running: "fas fa-spinner fa-spin",
                    succeeded: "fas fa-check text-success",
                    failed: "fas fa-xmark text-error",
                    stopped: "fas fa-stop muted",
                    timed_out: "fas fa-hourglass-end text-error",
                    interrupted: "fas fa-plug text-warning"
                }[run.status] || "fas fa-question"
            );
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

        date: (run) => moment(run.started_at || run.queued_at).format("LLL"),

        // the server's clock may be ahead of this one, but nothing began in the future
        ago: (run) => {
            return moment
                .min(moment(run.started_at || run.queued_at), moment())
                .fromNow();
        }
    };
})();
