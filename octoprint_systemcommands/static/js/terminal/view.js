(function () {
    const KEY = "systemcommands.output";

    // How somebody likes to see outputs, which this browser remembers as far as it may.
    SystemCommands.View = function (onChange) {
        const self = this;

        let kept;
        try {
            kept = JSON.parse(localStorage[KEY]);
        } catch (error) {
            // there is nothing yet, or nothing that can be read
        }
        const isKept = (name) =>
            kept && _.isBoolean(kept[name]) ? kept[name] : undefined;

        self.times = ko.observable(isKept("times") || false);
        self.wrap = ko.observable(isKept("wrap") !== false);

        const toggle = (observable) => () => {
            observable(!observable());
            try {
                localStorage[KEY] = JSON.stringify({
                    times: self.times(),
                    wrap: self.wrap()
                });
            } catch (error) {
                // then it is only for this page
            }
            onChange();
        };
        self.toggleTimes = toggle(self.times);
        self.toggleWrap = toggle(self.wrap);
    };
})();
