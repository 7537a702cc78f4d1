$(function () {
    // The requests of the editor. The server wants a password that was entered recently for
    // all of them, so each may first have to ask for it.
    function SystemCommandsDefinitionsViewModel(parameters) {
        const self = this;

        self.loginState = parameters[0];
        self.access = parameters[1];

        self.mayEdit = () => {
            const permission = self.access.permissions.PLUGIN_SYSTEMCOMMANDS_EDIT;
            return !!permission && self.loginState.hasPermission(permission);
        };

        const client = () => OctoPrint.plugins.systemcommands;

        //~~ Requests; all return promises, which fail with the response

        self.load = () => client().getDefinitions();
        // asks for the password if that is necessary
        self.fetch = () => self._withPassword(() => client().getDefinitions());
        self.save = (etag, data) => {
            return self._withPassword(() => client().saveDefinitions(etag, data));
        };
        self.get = (what) => self._withPassword(() => client().getForEditor(what));
        self.post = (how, data) => {
            return self._withPassword(() => client().postForEditor(how, data));
        };
        self.export = () => self._withPassword(() => client().exportDefinitions());

        self._withPassword = (send) => {
            const result = $.Deferred();
            const attempt = (isRetry) => {
                send()
                    .done(result.resolve)
                    .fail((response) => {
                        if (response.status !== 403 || isRetry || !self.mayEdit()) {
                            result.reject(response);
                        } else {
                            self.askForPassword(
                                () => attempt(true),
                                () => result.reject(response)
                            );
                        }
                    });
            };
            if (self.loginState.checkCredentialsSeen()) {
                attempt();
            } else {
                self.askForPassword(
                    () => attempt(true),
                    () => result.reject({status: 403})
                );
            }
            return result.promise();
        };

        // who waits for the one dialog: while it is open, OctoPrint's must not be asked again
        self._waiting = [];

        self.askForPassword = (onEntered, onCancelled) => {
            const dialog = $("#reauthenticate_dialog");
            const modal = dialog.data("modal");
            self._waiting.push({onEntered: onEntered, onCancelled: onCancelled});
            if (self._waiting.length > 1 && modal && modal.isShown) return;

            let entered = false;
            const focused = document.activeElement;
            const settle = (how) => {
                const waiting = self._waiting;
                self._waiting = [];
                waiting.forEach((one) => one[how] && one[how]());
            };
            // what this returns differs between OctoPrint's versions
            self.loginState.forceReauthentication(() => {
                entered = true;
                settle("onEntered");
            });
            // not everybody has one
            if (entered) return;
            dialog.one("hidden", () => {
                if (!entered) settle("onCancelled");
                SystemCommandsFocus.giveBackTo(focused);
            });
        };

        // what to tell of a request that has failed
        self.errorOf = (response) => {
            const error = response.responseJSON && response.responseJSON.error;
            if (error) return error;
            if (response.status === 403) {
                return gettext(
                    "This needs the permission to edit commands, and your password entered recently."
                );
            }
            if (!response.status) return gettext("The server does not answer.");
            return _.sprintf(gettext("The server answered with the error %(status)s."), {
                status: response.status
            });
        };
    }

    OCTOPRINT_VIEWMODELS.push({
        construct: SystemCommandsDefinitionsViewModel,
        dependencies: ["loginStateViewModel", "accessViewModel"]
    });
});
