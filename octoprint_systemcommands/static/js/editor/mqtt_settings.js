(function () {
    // as the server takes them, see host/preferences.py
    const MAX_TOPIC = 200;
    const MAX_GROUPS = 50;
    const LEVELS = /^\/*[^\x00-\x1f\x7f+#/]+(\/[^\x00-\x1f\x7f+#/]+)*\/*$/;

    const isTopic = (text) => text.length <= MAX_TOPIC && LEVELS.test(text);

    // The part of the settings page about MQTT.
    //   settings  those of OctoPrint, once they are loaded: a function that returns observables
    //   get       asks the server how it is at the broker; returns a promise
    SystemCommands.MqttSettings = function (settings, get) {
        const self = this;

        const own = () => settings().plugins.systemcommands.mqtt;

        self.isOpen = ko.observable(false);
        // what the server has said; undefined until then
        self.status = ko.observable();
        // it does not say it, since the password is too long ago
        self.isUnknown = ko.observable(false);

        self.isInstalled = ko.pureComputed(() => {
            if (self.status()) return self.status().installed;
            return self.isUnknown() && _.has(settings(), "plugins.mqtt");
        });
        self.isMissing = ko.pureComputed(() => {
            const isKnown = !!self.status() || self.isUnknown();
            return isKnown && !self.isInstalled();
        });

        self.connection = ko.pureComputed(() => {
            const status = self.status();
            if (!status) {
                return gettext("Whether there is a connection could not be asked.");
            }
            if (!own().enabled()) return gettext("Switched off.");
            if (status.connected === null) {
                return gettext(
                    'No command is open to MQTT. That is set in its dialog, under "By MQTT".'
                );
            }
            if (!status.connected) {
                return gettext(
                    "The broker cannot be reached. Its address stands in the settings of OctoPrint-MQTT."
                );
            }
            return _.sprintf(
                gettext("Connected. Open commands: %(count)s, below the topic %(topic)s"),
                {count: status.commands, topic: status.base_topic}
            );
        });

        // what it is called as long as that is left empty
        self.usualName = ko.pureComputed(() => {
            const name = settings().appearance.name();
            if (name) return name;
            return self.status() && !self._nameBefore ? self.status().name : "";
        });

        // a list in the settings, a line on the page
        self.groups = ko.pureComputed({
            read: () => own().groups().join(", "),
            write: (text) => {
                const names = _.compact(text.split(",").map((name) => name.trim()));
                own().groups(_.uniq(names));
            }
        });

        const topicMistake = (value) => {
            if (!value || isTopic(value)) return "";
            return _.sprintf(
                gettext(
                    "At most %(count)s characters, without + and #. The usual one counts."
                ),
                {count: MAX_TOPIC}
            );
        };
        const groupsMistake = (names) => {
            const isRight = (name) => isTopic(name) && !name.includes("/");
            if (names.length <= MAX_GROUPS && names.every(isRight)) return "";
            return _.sprintf(
                gettext(
                    "At most %(count)s names, without /, + and #. None of them counts."
                ),
                {count: MAX_GROUPS}
            );
        };
        self.mistakes = {
            discovery_prefix: ko.pureComputed(() =>
                topicMistake(own().discovery_prefix())
            ),
            fleet_topic: ko.pureComputed(() => topicMistake(own().fleet_topic())),
            name: ko.pureComputed(() => topicMistake(own().name())),
            groups: ko.pureComputed(() => groupsMistake(own().groups()))
        };

        self.load = () => {
            // what is told is told of this name
            self._nameBefore = own().name();
            get()
                .done((status) => {
                    self.isUnknown(false);
                    self.status(status);
                })
                .fail(() => {
                    self.status(undefined);
                    self.isUnknown(true);
                });
        };

        // as long as somebody looks at it
        self.reload = () => {
            if (self.isOpen()) self.load();
        };

        self.onToggle = (_data, event) => {
            self.isOpen(event.target.open);
            self.reload();
        };
    };
})();
