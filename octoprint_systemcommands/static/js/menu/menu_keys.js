(function () {
    // in milliseconds; letters that come faster one after the other are one word
    const PAUSE = 1000;

    // What a menu is expected to understand from the keyboard. Bootstrap does the arrows up
    // and down and escape, the rest is here.
    //   root   the selector of the element with the toggle and the list
    SystemCommands.MenuKeys = function (root) {
        const self = this;

        self._typed = "";
        self._typedAt = -PAUSE;

        self.onKeydown = (_data, event) => {
            const row = ko.dataFor(event.target);
            if (event.key === " ") {
                $(event.target).click();
            } else if (event.key === "ArrowRight" && row.type === "group") {
                row.open(true);
            } else if (event.key === "ArrowLeft" && row.type === "group") {
                row.open(false);
            } else if (event.key === "ArrowLeft" && row.group) {
                row.group.open(false);
                self._linkOf(row.group).focus();
            } else if (event.key === "Home") {
                self._links().first().focus();
            } else if (event.key === "End") {
                self._links().last().focus();
            } else {
                return self._onCharacter(event);
            }
        };

        // it has the focus when the menu was opened by a click
        self.onToggleKeydown = (_data, event) => {
            const isTyped = event.key !== " " && $(root).hasClass("open");
            return isTyped ? self._onCharacter(event) : true;
        };

        // Letters lead to the next entry whose name begins with them, and the same letter
        // once more to the one after that. For Knockout: true if it was something else.
        self._onCharacter = (event) => {
            const isCharacter = event.key && event.key.length === 1;
            if (!isCharacter || event.ctrlKey || event.altKey || event.metaKey) {
                return true;
            }
            const now = performance.now();
            const before = now - self._typedAt < PAUSE ? self._typed : "";
            self._typed = before + event.key.toLocaleLowerCase();
            self._typedAt = now;

            const isOneLetter = [...self._typed].every((c) => c === self._typed[0]);
            const found =
                self._find(self._typed) || (isOneLetter && self._find(self._typed[0]));
            if (found) found.focus();
        };

        self._find = (text) => {
            const links = self._links().not(".systemcommands-running").get();
            const current = $(document.activeElement).closest("li").find("a")[0];
            const at = links.indexOf(current);
            // the word that begins with this letter may go on with the next ones
            const first = text.length > 1 ? Math.max(0, at) : at + 1;
            return [...links.slice(first), ...links.slice(0, first)].find((link) =>
                ko.dataFor(link).name.toLocaleLowerCase().startsWith(text)
            );
        };

        // Rows that are made anew take the focus with them: the one of the same name gets it,
        // or else the menu's toggle, from which the arrows go on.
        self.keepDuring = (update) => {
            const link = self._links().filter(":focus")[0];
            const name = link && ko.dataFor(link).name;
            update();
            if (!link || link.isConnected) return;
            const next = self
                ._links()
                .filter((_index, other) => ko.dataFor(other).name === name);
            (next[0] || $(root).children("a")[0]).focus();
        };

        self._links = () => $(root).find("[role^=menuitem]:visible");
        self._linkOf = (row) => {
            return self._links().filter((_index, link) => ko.dataFor(link) === row);
        };
    };
})();
