$(function () {
    // in milliseconds: between two questions while somebody looks, and from one question to
    // the next when there is news
    const INTERVAL = 25000;
    const PAUSE = 500;
    const UNKNOWN = {state: "unknown", to: null, assumed: false, text: null, since: null};

    // In which state toggles are, and what statuses say. The server asks the commands for it
    // while somebody looks, and that is what a question of this page means. It pushes states
    // when they change, but no texts.
    function SystemCommandsStatesViewModel(parameters) {
        const self = this;

        self.catalogue = parameters[0];

        // by the command's key; what is not known is not off
        self._states = new Map();
        self._isAsking = false;
        self._isWanted = false;
        // keys of what was pushed since the last question
        self._pushed = new Set();
        self._answeredAt = -PAUSE;

        // observable: {state, to, assumed, text, since}
        self.of = (command) => {
            if (!self._states.has(command.key)) {
                self._states.set(command.key, ko.observable(UNKNOWN));
            }
            return self._states.get(command.key);
        };

        self._shown = () =>
            self.catalogue.commands().filter((command) => command.hasShownState());

        self._set = (command, news) => {
            const state = self.of(command);
            const next = {...UNKNOWN, ..._.pick(news, Object.keys(UNKNOWN))};
            if (!_.isEqual(next, state())) state(next);
        };

        //~~ Data

        // at once, or after the answer that is waited for
        self.requestData = () => {
            self._isWanted = true;
            if (self._isAsking || self._timer) return;
            const next = self._answeredAt + PAUSE - performance.now();
            if (next <= 0) self._ask();
            else self._timer = setTimeout(self._ask, next);
        };

        self._ask = () => {
            clearTimeout(self._timer);
            self._timer = undefined;
            self._isWanted = false;
            // the next question is put when somebody looks again
            if (document.visibilityState !== "visible" || !self._shown().length) return;
            self._isAsking = true;
            self._pushed.clear();
            OctoPrint.plugins.systemcommands
                .getStates()
                .done((response) => self._onAnswer(response.states))
                .fail(() => self._onAnswer([]))
                .always(() => {
                    self._isAsking = false;
                    self._answeredAt = performance.now();
                    if (self._isWanted) self.requestData();
                });
        };

        // what is not in the answer is not known any more
        self._onAnswer = (states) => {
            const byAction = new Map(states.map((state) => [state.action, state]));
            self._shown()
                // a push is newer than the answer to what was asked before it
                .filter((command) => !self._pushed.has(command.key))
                .forEach((command) => self._set(command, byAction.get(command.action)));
        };

        self._onPush = (states) => {
            const byAction = new Map(states.map((state) => [state.action, state]));
            self._shown().forEach((command) => {
                const news = byAction.get(command.action);
                if (!news) return;
                self._pushed.add(command.key);
                self._set(command, {...news, text: self.of(command)().text});
            });
            self.requestData();
        };

        // also: the user may be another one, or the server have been away
        self._onCommands = () => {
            const keys = new Set(_.map(self._shown(), "key"));
            [...self._states].forEach(([key, state]) => {
                if (keys.has(key)) return;
                self._states.delete(key);
                state(UNKNOWN);
                // a button that still shows it looks for the one that takes its place
                state.valueHasMutated();
            });
            if (keys.size) self.requestData();
        };

        //~~ View model callbacks

        self.onStartup = () => {
            document.addEventListener("visibilitychange", self.requestData);
            setInterval(self.requestData, INTERVAL);
        };

        self.onDataUpdaterPluginMessage = (plugin, data) => {
            if (plugin === "systemcommands" && data.type === "states") {
                self._onPush(data.states);
            }
        };

        self.catalogue.updates.subscribe(self._onCommands);
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsStatesViewModel,
        dependencies: ["systemCommandsCatalogueViewModel"]
    });
});
