(function () {
    // Who has saved a list of commands, and when, for people.
    SystemCommands.LastSave = {
        when: (time) => {
            const at = moment(time);
            return at.isSame(moment(), "day")
                ? _.sprintf(gettext("at %(time)s"), {time: at.format("LT")})
                : _.sprintf(gettext("on %(date)s"), {date: at.format("LLL")});
        },

        whenAndAgo: (time) => {
            // the server's clock may be ahead of this one
            const ago = moment.min(moment(time), moment()).fromNow();
            return `${SystemCommands.LastSave.when(time)} (${ago})`;
        },

        // saved: {user, saved_at}, or null for what was changed elsewhere; me: a user's name
        current: (saved, me) => {
            if (!saved) return gettext("No unsaved changes");
            const text =
                saved.user && saved.user !== me
                    ? gettext("Saved by %(user)s %(when)s")
                    : gettext("Saved %(when)s");
            return SystemCommands.LastSave._fill(text, saved);
        },

        // toWhen: how the time is told
        newer: (saved, me, toWhen) => {
            if (!saved) {
                return gettext(
                    "The list was changed elsewhere, in config.yaml or in OctoPrint's settings."
                );
            }
            let text = gettext("%(user)s has saved a newer list %(when)s.");
            if (!saved.user) text = gettext("Somebody has saved a newer list %(when)s.");
            if (saved.user === me) {
                text = gettext("You have saved a newer list elsewhere %(when)s.");
            }
            return SystemCommands.LastSave._fill(text, saved, toWhen);
        },

        _fill: (text, saved, toWhen) => {
            return _.sprintf(text, {
                user: saved.user,
                when: (toWhen || SystemCommands.LastSave.when)(saved.saved_at)
            });
        }
    };
})();
