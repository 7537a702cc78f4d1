(function () {
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
            this.viaCore = !!viaCore;
        }

        // of a command, and of the run of one
        static keyOf({source, action}) {
            return source + "/" + action;
        }

        hasArguments() {
            return this.arguments.length > 0;
        }

        // whether its runs are kept: those of other plugins' entries are not
        isRecorded() {
            return ["core", "custom"].includes(this.source);
        }
    };
})();
