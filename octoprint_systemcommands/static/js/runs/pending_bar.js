$(function () {
    // more would hide the page
    const MOST = 3;

    // Below the page, for as long as something waits: what it is, when it comes, and how to
    // call it off.
    function SystemCommandsPendingViewModel(parameters) {
        const self = this;

        self.runs = parameters[0];
        self.triggering = parameters[1];
        self.history = parameters[2];

        self._pending = new SystemCommands.PendingRows(self.runs.now, MOST);
        self.rows = self._pending.rows;
        self.more = ko.pureComputed(() => {
            const number = self._pending.more();
            return _.sprintf(gettext("and %(number)s more…"), {number: number});
        });
        self.hasMore = ko.pureComputed(() => self._pending.more() > 0);
        self.news = self._pending.news;

        self._update = (runs) => {
            const buttons = () => SystemCommands.DialogFocus.stopsIn(self._bar);
            const focused = document.activeElement;
            const index = buttons().indexOf(focused);
            self._pending.update(runs);
            if (index < 0 || buttons().includes(focused)) return;
            // its like in the next row
            SystemCommands.DialogFocus.moveTo(
                buttons()[index] || _.last(buttons()) || $("#navbar_systemmenu > a")[0]
            );
        };

        // what is at the end of the page is not to be hidden
        self._makeRoom = () => {
            document.body.style.paddingBottom = self._bar.offsetHeight
                ? self._bar.offsetHeight + "px"
                : "";
        };

        //~~ What users do

        self.show = (row) => self.runs.show(row.run());
        self.cancel = (row) => self.triggering.callOff(row.run());
        self.runNow = (row) => self.triggering.runNow(row.run());
        self.showAll = () => self.history.open("pending");

        //~~ View model callbacks

        self.onStartup = () => {
            self._bar = $("#systemcommands_pending > .systemcommands-pending")[0];
            new ResizeObserver(self._makeRoom).observe(self._bar);
            self.runs.pending.subscribe(self._update);
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsPendingViewModel,
        dependencies: [
            "systemCommandsRunStoreViewModel",
            "systemCommandsLauncherViewModel",
            "systemCommandsHistoryDialogViewModel"
        ],
        elements: ["#systemcommands_pending"]
    });
});
