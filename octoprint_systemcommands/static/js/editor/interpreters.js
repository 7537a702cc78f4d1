(function () {
    // What people call them. A line like "#!/bin/bash -e" is one of them, too.
    const TITLES = {sh: "sh", bash: "Bash", python3: "Python 3"};

    const LINE = /^#![ \t]*(\/\S*)[ \t]*([^\n]*)(\n|$)/;

    // the name of what a command is run by, as its first line says it
    const nameOf = (command) => {
        const [, path, rest] = (command || "").match(LINE) || [];
        if (!path) return "sh";
        const name = path.split("/").pop();
        // env is told which, maybe after options and variables
        const named = rest.split(/\s+/).find((word) => /^[^-=]+$/.test(word));
        return (name === "env" && named) || name;
    };

    // The choice beside a command of what it is run by. It writes the command's first line,
    // and reads it.
    //   command       observable, the command
    //   surroundings  observable, what the server says of its interpreters
    SystemCommands.Interpreters = function (command, surroundings) {
        const self = this;

        self.current = ko.pureComputed({
            read: () => nameOf(command()),
            write: (name) => {
                // one that is there may have options, or another path
                if (name === nameOf(command())) return;
                const body = (command() || "").replace(LINE, "");
                const line = name === "sh" ? "" : "#!/usr/bin/env " + name + "\n";
                command(line + body);
            }
        });

        self.choices = ko.pureComputed(() => {
            const there = _.map((surroundings() || {}).interpreters, "name");
            // one that the server does not have is for the command to fail
            return _.uniq(["sh", ...there, self.current()]).map((name) => ({
                name: name,
                title: TITLES[name] || name
            }));
        });
    };

    SystemCommands.Interpreters.nameOf = nameOf;
})();
