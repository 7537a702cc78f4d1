(function () {
    // The links of a command, in its dialog. They are made and revoked at once, whatever
    // becomes of the rest of the dialog.
    //   requests   fetch(), make(link), revoke(id) and errorOf(response)
    //   uploads    what there is to choose from, for arguments that are files
    //   onMade()   there is an address to be seen
    SystemCommands.CommandLinks = function (requests, uploads, onMade) {
        const self = this;

        // undefined: the command cannot have any
        self.action = ko.observable();
        self.rows = ko.observableArray([]);
        self.name = ko.observable();
        self.to = ko.observable();
        self.get = ko.observable();
        self.values = new SystemCommands.RuleArguments(uploads, "systemcommands_link");
        // of the link that was just made; nobody is told again
        self.url = ko.observable();
        self.error = ko.observable();
        self.isBusy = ko.observable(false);

        const reset = () => {
            self.name("");
            self.to("");
            self.get(false);
            self.error("");
            self.values.load(self._specs, {});
        };

        // entry: the command as it is stored; others: the actions of all others
        self.open = (entry, others) => {
            self.action(entry.action);
            self._others = others;
            self._specs = _.isArray(entry.arguments) ? entry.arguments : [];
            self.rows([]);
            self.url("");
            reset();
        };

        // also those whose command is gone: there is no other place to revoke them
        self._isShown = (link) =>
            link.action === self.action() ||
            (!!link.problem && !self._others.includes(link.action));

        // what there is to know of one beside its name
        self.about = (link) => {
            const values = _.map(link.arguments, (value, name) => `${name}=${value}`);
            return _.compact([link.get && "GET", link.to, ...values]).join(", ");
        };

        const send = (request, done) => {
            const action = self.action();
            self.isBusy(true);
            self.error("");
            request
                // the dialog may be about another command by then
                .done((answer) => action === self.action() && done(answer))
                .fail((response) => {
                    if (action === self.action()) self.error(requests.errorOf(response));
                })
                .always(() => self.isBusy(false));
        };

        self.onToggle = (data, event) => {
            if (event.target.open) {
                send(requests.fetch(), (answer) => {
                    self.rows(answer.links.filter(self._isShown));
                });
            }
        };

        self.make = () => {
            if (self.isBusy()) return;
            const link = {
                name: self.name(),
                action: self.action(),
                to: self.to() || null,
                arguments: self.values.result(),
                get: self.get()
            };
            self.url("");
            send(requests.make(link), (made) => {
                reset();
                self.rows.push(_.omit(made, "url"));
                self.url(made.url);
                onMade();
            });
        };

        self.revoke = (link) => {
            SystemCommands.Question({
                title: gettext("Revoke the link?"),
                // which is HTML
                message: _.sprintf(
                    gettext('"%(name)s" stops working wherever it is used.'),
                    {name: _.escape(link.name)}
                ),
                question: "",
                proceed: gettext("Revoke"),
                onproceed: () => {
                    send(requests.revoke(link.id), () => self.rows.remove(link));
                }
            });
        };
    };
})();
