(function () {
    // the states of OSC 9;4 (progress of a command) that are shown
    const CLASSES = {
        1: "progress-info",
        2: "progress-danger",
        3: "progress-info progress-striped active",
        4: "progress-warning"
    };

    // How far a command says that it is, as a bar.
    SystemCommands.Progress = function (isActive) {
        const self = this;

        // {state, value} as the terminal reads it, undefined when there is none
        self._progress = ko.observable();

        self.set = (progress) => {
            if (!progress || progress.state === 0) {
                self._progress(undefined);
                return;
            }
            const value = progress.value === undefined ? 100 : progress.value;
            self._progress({state: progress.state, value: value});
        };

        // of something that has ended there is none to be seen
        self.isVisible = ko.pureComputed(() => isActive() && !!self._progress());
        self.className = ko.pureComputed(() => {
            return self._progress() ? CLASSES[self._progress().state] : "";
        });
        // undefined when nobody knows how far it is
        self.value = ko.pureComputed(() => {
            const progress = self._progress();
            return progress && progress.state !== 3 ? progress.value : undefined;
        });
        self.width = ko.pureComputed(() => {
            return (self.value() === undefined ? 100 : self.value()) + "%";
        });
    };
})();
