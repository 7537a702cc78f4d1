$(function () {
    // The requests of the editor: those about commands, and in `rules` the same about rules.
    // The server wants a password that was entered recently for all of them.
    function SystemCommandsDefinitionsClientViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];

        self.mayEdit = () => {
            const permission = self.access.permissions.PLUGIN_SYSTEMCOMMANDS_EDIT;
            return !!permission && self.loginState.hasPermission(permission);
        };

        const client = () => OctoPrint.plugins.systemcommands;

        //~~ Requests; all return promises, which fail with the response

        // path: what they are about, definitions or rules
        const requestsAbout = (path) => ({
            load: () => client().getForEditor(path),

            // what a click has asked for, which may prompt
            fetch: () => self._withPassword(() => client().getForEditor(path)),
            save: (etag, data) => {
                return self._withPassword(() => client().saveForEditor(path, etag, data));
            },
            post: (how, data) => {
                return self._withPassword(() =>
                    client().postForEditor(`${path}/${how}`, data)
                );
            },
            export: () => self._withPassword(() => client().exportForEditor(path)),

            // what nobody has clicked for: while one types or looks, nothing gets in between
            getQuietly: (what) => {
                return self._quietly(() => client().getForEditor(`${path}/${what}`));
            },
            postQuietly: (how, data) => {
                return self._quietly(() =>
                    client().postForEditor(`${path}/${how}`, data)
                );
            }
        });

        self._withPassword = (send) => {
            const result = $.Deferred();
            const attempt = (isRetry) => {
                send()
                    .done(result.resolve)
                    .fail((response) => {
                        if (isRetry || !self.wantsPassword(response)) {
                            result.reject(response);
                        } else {
                            ask(response);
                        }
                    });
            };
            const ask = (response) => {
                self.askForPassword(
                    () => attempt(true),
                    () => result.reject(response)
                );
            };
            if (self.loginState.checkCredentialsSeen()) {
                attempt();
            } else {
                ask({status: 403});
            }
            return result.promise();
        };

        // what the server would refuse is not even sent
        self._quietly = (send) => {
            if (self.loginState.checkCredentialsSeen()) return send();
            return $.Deferred().reject({status: 403}).promise();
        };

        self.wantsPassword = (response) =>
            SystemCommands.wantsPassword(response) && self.mayEdit();

        self.askForPassword = (onEntered, onAborted) => {
            SystemCommands.Credentials.ask(self.loginState, onEntered, onAborted);
        };

        // when the password has been entered, whatever for
        self.refreshes = new ko.subscribable();

        // what to tell of a request that has failed
        self.errorOf = (response) => {
            if (response.status === 403) {
                return gettext(
                    "This needs the permission to edit commands, and your password entered recently."
                );
            }
            const error = response.responseJSON && response.responseJSON.error;
            if (error) return error;
            if (!response.status) return gettext("The server does not answer.");
            return _.sprintf(gettext("The server answered with the error %(status)s."), {
                status: response.status
            });
        };

        self.getMqtt = () => self._quietly(() => client().getForEditor("mqtt"));

        Object.assign(self, requestsAbout("definitions"));
        self.rules = {...self, ...requestsAbout("rules")};
        self.links = {
            errorOf: self.errorOf,
            fetch: requestsAbout("links").fetch,
            make: (link) => {
                return self._withPassword(() => client().postForEditor("links", link));
            },
            revoke: (id) => self._withPassword(() => client().revokeLink(id))
        };

        //~~ View model callbacks

        self.onUserCredentialsRefreshed = () => self.refreshes.notifySubscribers();
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsDefinitionsClientViewModel,
        dependencies: ["loginStateViewModel", "accessViewModel"]
    });
});
