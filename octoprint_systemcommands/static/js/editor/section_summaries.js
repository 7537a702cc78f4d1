(function () {
    const words = (parts) => _.compact(parts).join(", ");

    // What is set in the folded parts of the dialog of a command, in words; "" where nothing
    // is. What is as usual needs no word.
    //   form   observables by field
    //   parts  argumentEditor, access (SystemCommands.GroupChoice),
    //          environment (SystemCommands.EnvironmentRows), leftovers
    SystemCommands.SectionSummaries = function (form, parts) {
        // what the type has no use for is not shown
        const value = (field) =>
            SystemCommands.DefinitionForm.uses(form.type(), field) && form[field]();
        const isOn = (field, text) => value(field) && text;
        const choice = (field, texts) => texts[value(field)];
        const named = (names) =>
            names.length && names.length + ": " + _.trunc(names.join(", "), 80);

        const summary = (read) => ko.pureComputed(() => words(read()));

        this.arguments = summary(() => {
            const rows = parts.argumentEditor.rows();
            const unused = rows.filter((row) => row.isUnused());
            return [
                named(rows.map((row) => row.title())),
                unused.length &&
                    _.sprintf(gettext("not used: %(names)s"), {
                        names: unused.map((row) => row.variable()).join(", ")
                    })
            ];
        });

        this.places = summary(() => {
            const places = value("show_in");
            if (_.isEqual(places, ["menu"])) return [];
            const names = {
                menu: gettext("System menu"),
                sidebar: gettext("panel"),
                navbar: gettext("navigation bar")
            };
            if (!places.length) return [gettext("nowhere")];
            return Object.keys(names)
                .filter((place) => places.includes(place))
                .map((place) => names[place]);
        });

        this.access = summary(() => [
            ...parts.access.names(),
            isOn("fresh_credentials", gettext("asks for the password"))
        ]);

        this.guards = summary(() => [
            choice("while_printing", {
                confirm: gettext("asks during a print"),
                refuse: gettext("not during a print")
            }),
            value("max_temperature") &&
                _.sprintf(gettext("up to %(degrees)s °C"), {
                    degrees: value("max_temperature")
                }),
            choice("guards", {both: gettext("also when switching on")})
        ]);

        this.gcode = summary(() => {
            if (!value("gcode")) return [];
            const scripts = {
                before_print: gettext("before a print"),
                after_print: gettext("after a print"),
                on_pause: gettext("when it is paused"),
                on_resume: gettext("when it resumes")
            };
            return [
                gettext("open"),
                value("gcode_alias") && "OCTO" + value("gcode_alias"),
                ...Object.keys(scripts)
                    .filter((script) => value("gcode_script").includes(script))
                    .map((script) => scripts[script])
            ];
        });

        this.mqtt = summary(() => [isOn("mqtt", gettext("open"))]);

        this.running = summary(() => {
            const names = _.map(parts.environment.result(), "name").filter(Boolean);
            return [
                isOn("async", gettext("nobody waits for its end")),
                isOn("ignore", gettext("may fail")),
                value("timeout") &&
                    _.sprintf(gettext("time limit %(seconds)s s"), {
                        seconds: value("timeout")
                    }),
                choice("when_busy", {
                    queue: gettext("one after the other"),
                    refuse: gettext("one at a time"),
                    replace: gettext("the newest one only")
                }),
                isOn("outlives_server", gettext("outlives OctoPrint")),
                value("working_directory"),
                names.length &&
                    _.sprintf(gettext("with %(names)s"), {
                        names: _.trunc(names.join(", "), 80)
                    })
            ];
        });

        this.display = summary(() => [
            choice("show_output", {
                always: gettext("always shows its output"),
                never: gettext("never shows its output")
            }),
            isOn("merge_output", gettext("lines in order"))
        ]);

        this.advanced = summary(() => [
            value("action"),
            named(parts.leftovers().map((field) => field.name))
        ]);
    };
})();
