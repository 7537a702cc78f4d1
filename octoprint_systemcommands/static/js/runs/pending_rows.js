(function () {
    // What is pending, as a bar shows it: those that are due next, and how many more there
    // are. Rows stay the same while their run changes, or they would lose the focus.
    //   now    observable: told whenever time has passed
    //   most   how many rows there are at most
    SystemCommands.PendingRows = function (now, most) {
        const self = this;

        self.rows = ko.observableArray([]);
        self.more = ko.observable(0);
        // what is new since the last time, to be read out
        self.news = ko.observable("");
        self._told = new Map();

        self.update = (runs) => {
            const sorted = SystemCommands.Waiting.sort(runs);
            const known = new Map(self.rows().map((row) => [row.id, row]));
            const rows = sorted.slice(0, most).map((run) => {
                const row = known.get(run.id) || self._toRow(run.id);
                row.run(run);
                return row;
            });
            self.more(sorted.length - rows.length);
            if (!_.isEqual(_.map(rows, "id"), _.map(self.rows(), "id"))) self.rows(rows);
            self._tell(sorted);
        };

        self._toRow = (id) => {
            const run = ko.observable({});
            return {
                id: id,
                run: run,
                name: ko.pureComputed(() => SystemCommands.RunFormat.name(run())),
                text: ko.pureComputed(() => {
                    now();
                    return SystemCommands.Waiting.text(run());
                })
            };
        };

        // once each, and again if it is to wait for something else: not each second
        self._tell = (runs) => {
            const about = (run) => [run.due_at, run.waits_for].join();
            const news = runs.filter((run) => self._told.get(run.id) !== about(run));
            self._told = new Map(runs.map((run) => [run.id, about(run)]));
            if (!news.length) return;
            const texts = news.map((run) => {
                const name = SystemCommands.RunFormat.name(run);
                return name + " " + SystemCommands.Waiting.text(run);
            });
            self.news(texts.join(", "));
        };
    };
})();
