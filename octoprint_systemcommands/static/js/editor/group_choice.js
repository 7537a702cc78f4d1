(function () {
    const ADMINS = "admins";
    const GUESTS = "guests";

    // Which of OctoPrint's groups may run a command.
    SystemCommands.GroupChoice = function () {
        const self = this;

        // keys, as they stand in the file
        self.chosen = ko.observable([]);
        self._all = ko.observableArray([]);
        // loading, loaded, unknown
        self.state = ko.observable("loading");
        self._request = 0;

        self.has = (key) => self.chosen().some((chosen) => String(chosen) === key);
        self.choose = (key, isChosen) => {
            if (!isChosen) {
                self.chosen(self.chosen().filter((chosen) => String(chosen) !== key));
            } else if (!self.has(key)) {
                // the list that was loaded stays as it was
                self.chosen([...self.chosen(), key]);
            }
        };

        // admins may run everything, and guests nothing
        self.rows = ko.pureComputed(() => {
            return self
                ._all()
                .filter((group) => ![ADMINS, GUESTS].includes(group.key))
                .map((group) => ({
                    key: group.key,
                    name: group.name || group.key,
                    description: group.description,
                    isChosen: ko.pureComputed({
                        read: () => self.has(group.key),
                        write: (isChosen) => self.choose(group.key, isChosen)
                    })
                }));
        });
        // of those that are chosen; their keys until the others are known
        self.names = ko.pureComputed(() => {
            const known = self._all();
            return _.uniq(self.chosen().map(String)).map((key) => {
                return (known.find((group) => group.key === key) || {}).name || key;
            });
        });
        // what is chosen, but cannot be chosen
        self.others = ko.pureComputed(() => {
            const keys = self.rows().map((row) => row.key);
            return _.uniq(self.chosen().map(String))
                .filter((key) => !keys.includes(key))
                .map((key) => ({key: key, note: self._noteOn(key)}));
        });
        self._noteOn = (key) => {
            if (key === ADMINS) return gettext("Admins may run every command anyway.");
            if (key === GUESTS) return gettext("Guests may not run commands.");
            const isGone = self.state() === "loaded";
            return isGone ? gettext("There is no such user group any more.") : "";
        };
        self.remove = (other) => {
            self.choose(other.key, false);
            $("#systemcommands_groups_choice").find("input, button").first().focus();
        };

        self.load = (chosen) => {
            self._all([]);
            self.state("loading");
            self.chosen(chosen);
        };

        // environment: a promise of {groups: [{key, name, description}]}
        self.receive = (environment) => {
            const request = ++self._request;
            environment
                .done((response) => {
                    if (request !== self._request) return;
                    self._all(response.groups);
                    self.state("loaded");
                })
                .fail(() => {
                    if (request === self._request) self.state("unknown");
                });
        };
    };
})();
