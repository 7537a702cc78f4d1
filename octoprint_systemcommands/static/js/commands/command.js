(function () {
    const UNGUARDED = {
        confirm: undefined,
        whilePrinting: undefined,
        maxTemperature: undefined
    };

    // One command, wherever its description comes from: the plugin's menu, OctoPrint's own
    // answer about commands, or a definition in the editor. They name their fields alike.
    //   viaCore   it is run by OctoPrint, and makes no run of ours
    SystemCommands.Command = class {
        constructor(spec, viaCore) {
            this.source = spec.source;
            this.action = spec.action;
            this.key = SystemCommands.Command.keyOf(spec);
            // other plugins may have anything there
            this.name = String(spec.name || spec.action);
            this.description = spec.description;
            this.icon = spec.icon;
            this.group = spec.group;
            this.confirm = spec.confirm;
            this.ignore = spec.ignore;
            this.showOutput = spec.show_output || "on_failure";
            this.freshCredentials = spec.fresh_credentials;
            this.arguments = spec.arguments || [];
            this.whilePrinting = spec.while_printing;
            this.maxTemperature = spec.max_temperature;
            this.whenBusy = spec.when_busy;
            // command, toggle or status
            this.type = spec.type || "command";
            this.guards = spec.guards || "off";
            this.hasState = !!spec.has_state;
            this.showIn = spec.show_in || ["menu"];
            this.color = spec.color;
            this.viaCore = !!viaCore;
        }

        // of a command, and of the run of one
        static keyOf({source, action}) {
            return source + "/" + action;
        }

        hasArguments() {
            return this.arguments.length > 0;
        }

        isToggle() {
            return this.type === "toggle";
        }

        // it cannot be run, and only tells something
        isStatus() {
            return this.type === "status";
        }

        hasShownState() {
            return this.isToggle() || this.isStatus();
        }

        // place: menu, sidebar or navbar
        isIn(place) {
            return this.showIn.includes(place);
        }

        // A toggle in one of its two directions, for whoever runs it: what keeps people from
        // switching off by mistake does not count for switching on, unless it says so.
        //   to   on or off
        switched(to) {
            const isFree = to === "on" && this.guards === "off";
            return Object.assign(Object.create(SystemCommands.Command.prototype), {
                ...this,
                ...(isFree ? UNGUARDED : {}),
                name: SystemCommands.Command.nameOf({name: this.name, to: to}),
                to: to
            });
        }

        // of a command in one of its directions, and of the run of one
        static nameOf({name, action, to}) {
            const texts = {on: gettext("%(name)s → on"), off: gettext("%(name)s → off")};
            return _.sprintf(texts[to] || "%(name)s", {name: name || action});
        }

        // whether it has runs that are kept: a status has none, and those of other plugins'
        // entries are not kept
        isRecorded() {
            return ["core", "custom"].includes(this.source) && !this.isStatus();
        }
    };
})();
