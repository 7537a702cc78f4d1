(function () {
    // What stands above the output of a run: search, times, long lines, link and curl.
    //   dialog     its element
    //   run        observable: the run
    //   command    observable: what it is one of, undefined if that is not known
    //   clipboard  says how copying went
    //   settings   OctoPrint's, as a view model
    //   onJump()   the view is about to leave the end
    //   onView()   lines have become higher or lower
    SystemCommands.OutputTools = function (options) {
        const self = this;

        self.run = options.run;
        self.command = options.command;
        self.clipboard = options.clipboard;
        self.view = new SystemCommands.View(options.onView);
        self.search = new SystemCommands.Search(
            options.dialog.find(".systemcommands-terminal")[0],
            options.onJump
        );

        self.toggleSearch = () => {
            self.search.toggle();
            if (self.search.isOpen()) {
                options.dialog.find(".systemcommands-search input").focus();
            }
        };

        self._copy = (what, text) => self.clipboard.copy(what, text, options.dialog[0]);
        self.copyLink = () => self._copy("link", SystemCommands.RunLink(self.run()));
        self.copyCurl = () => {
            const command = self.command();
            const address = SystemCommands.Curl.address(
                options.settings.settings,
                command.source,
                command.to ? command.action + ":" + command.to : command.action
            );
            self._copy(
                "curl",
                SystemCommands.Curl(command, address, self.run().arguments)
            );
        };
    };
})();
