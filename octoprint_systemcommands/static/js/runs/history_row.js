(function () {
    // One run in the list of recent runs.
    //   now         observable: this moment, in milliseconds since the page was opened
    //   catalogue   knows which commands there are
    SystemCommands.HistoryRow = function (now, catalogue) {
        const self = this;
        const format = SystemCommands.RunFormat;

        self.run = ko.observable({});
        // what to ask for the runs after it with, if a page has ended here
        self.next = undefined;
        self._receivedAt = 0;

        self.update = (run) => {
            self.id = run.id;
            self._receivedAt = performance.now();
            self.run(run);
        };

        self.isActive = ko.pureComputed(() => format.isActive(self.run()));
        self.name = ko.pureComputed(() => format.name(self.run()));
        self.icon = ko.pureComputed(() => format.icon(self.run()));
        self.status = ko.pureComputed(() => format.statusInFull(self.run()));
        self.isPending = ko.pureComputed(() => format.isPending(self.run()));
        // what it waits for, and else why it was run or called off
        self.why = ko.pureComputed(() => {
            now();
            return self.isPending()
                ? SystemCommands.Waiting.text(self.run())
                : self.run().reason || "";
        });
        // from the click on until the server says so as well
        self.stopRequested = ko.observable(false);
        self.isStopping = ko.pureComputed(() => {
            return self.stopRequested() || !!self.run().stopping;
        });
        self.date = ko.pureComputed(() => format.date(self.run()));
        self.ago = ko.pureComputed(() => {
            now();
            return format.ago(self.run());
        });
        self.duration = ko.pureComputed(() => {
            const since = self.isActive() ? (now() - self._receivedAt) / 1000 : 0;
            if (!_.isNumber(self.run().duration)) return "";
            return format.duration(self.run().duration + Math.max(0, since));
        });
        self.size = ko.pureComputed(() => {
            return self.run().output ? formatSize(self.run().output.bytes) : "";
        });
        self.command = ko.pureComputed(() => catalogue.commandOf(self.run()));
        // in one line
        self.given = ko.pureComputed(() => {
            return format
                .arguments(self.run(), self.command())
                .filter((argument) => argument.isGiven)
                .map((argument) => argument.label + ": " + argument.value)
                .join(", ");
        });
        self.origin = ko.pureComputed(() => {
            return _.compact([format.trigger(self.run()), self.run().address]).join(", ");
        });
    };
})();
