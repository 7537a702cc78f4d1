(function () {
    // in milliseconds; nobody goes away for less
    const LONG = 10000;
    const NAME = "notifications";

    const {read, write} = SystemCommands.Preferences;

    // The browser's own notifications of what was started in this page and has ended while
    // nobody saw the page. Nobody gets them who was not asked.
    //   show   what a click on one does, with the run
    SystemCommands.Notifications = function (show) {
        const self = this;

        // Browsers have them only for pages with HTTPS, and Chrome on Android only for such
        // as have a service worker, which it does not tell where it poses as one of a desktop.
        self.isPossible =
            window.isSecureContext &&
            !!window.Notification &&
            !/Android.+Chrome\//.test(navigator.userAgent);

        // what somebody wants, undefined until there is an answer; a box that was ticked in
        // vain has to be told of the same answer again
        self._isWanted = ko.observable().extend({notify: "always"});
        // what the browser says about it
        self._permission = ko.observable();

        self.isDenied = ko.pureComputed(() => self._permission() === "denied");
        self.isOn = ko
            .pureComputed({
                read: () => self._isWanted() && self._permission() === "granted",
                write: (isWanted) => self._decide(isWanted)
            })
            .extend({notify: "always"});

        // other tabs, and the browser's settings, may have changed it
        self.refresh = () => {
            if (!self.isPossible) return;
            const kept = read(NAME);
            if (_.isBoolean(kept)) self._isWanted(kept);
            self._permission(Notification.permission);
        };

        self._decide = async (isWanted) => {
            SystemCommands.Notice.close(self._question);
            if (isWanted) await Notification.requestPermission();
            self._permission(Notification.permission);
            self._isWanted(isWanted && self._permission() === "granted");
            write(NAME, self._isWanted());
        };

        self._ask = (run) => {
            self.refresh();
            const isAnswered = _.isBoolean(self._isWanted()) || self.isDenied();
            if (!self.isPossible || isAnswered || self._question) return;
            const button = (label, isWanted) =>
                SystemCommands.Notice.button(label, () => self._decide(isWanted));
            self._question = SystemCommands.Notice.show({
                title: _.sprintf(gettext('"%(name)s" takes a while'), {
                    name: SystemCommands.RunFormat.name(run)
                }),
                text: gettext(
                    "Shall your browser notify you when what you have started has ended and you are not looking at this page?"
                ),
                type: "info",
                icon: "fas fa-bell",
                // who is to be notified is away
                hide: false,
                button: [button(gettext("Yes"), true), button(gettext("No"), false)]
            });
        };

        self._tell = (run) => {
            self.refresh();
            if (!document.hidden || !self.isOn()) return;
            let notification;
            try {
                notification = new Notification(SystemCommands.RunFormat.name(run), {
                    body: SystemCommands.RunFormat.statusInFull(run),
                    tag: run.id
                });
            } catch {
                // it cannot be done here, and the page goes on
                return;
            }
            notification.onclick = () => {
                window.focus();
                notification.close();
                show(run);
            };
        };

        // run: what has just been started; returns what is to be called with it at its end
        self.watch = (run) => {
            const begin = performance.now();
            const timer = setTimeout(() => self._ask(run), LONG);
            return (ended) => {
                clearTimeout(timer);
                if (performance.now() - begin >= LONG) self._tell(ended);
            };
        };

        self.refresh();
    };
})();
