(function () {
    const {read, write} = SystemCommands.Preferences;

    // How somebody likes to see outputs.
    SystemCommands.View = function (onChange) {
        const self = this;

        const kept = read("output");
        const isKept = (name) =>
            kept && _.isBoolean(kept[name]) ? kept[name] : undefined;

        self.times = ko.observable(isKept("times") || false);
        self.wrap = ko.observable(isKept("wrap") !== false);

        const toggle = (observable) => () => {
            observable(!observable());
            write("output", {times: self.times(), wrap: self.wrap()});
            onChange();
        };
        self.toggleTimes = toggle(self.times);
        self.toggleWrap = toggle(self.wrap);
    };
})();
