(function () {
    const WORD = /\bSC_[A-Z0-9_]+\b/g;
    // what a script sets by itself
    const ASSIGNMENT = /(?:^|[\s;&|(])(?:(?:for|read)\s+(SC_\w+)|(SC_\w+)=)/g;

    // how programs read a variable, by what begins their names
    const SPELLINGS = [
        [/^(ba|da|a|k|mk|z|fi)?sh$/, (name) => `"$${name}"`],
        [/^(python|pypy)/, (name) => `os.environ["${name}"]`],
        [/^perl/, (name) => `$ENV{${name}}`],
        [/^(node|bun)/, (name) => `process.env.${name}`],
        [/^ruby/, (name) => `ENV["${name}"]`],
        [/^php/, (name) => `getenv("${name}")`],
        [/^lua/, (name) => `os.getenv("${name}")`],
        [/^[gm]?awk/, (name) => `ENVIRON["${name}"]`]
    ];

    const isShell = (interpreter) => SPELLINGS[0][0].test(interpreter);

    // in which quotes a place in a shell script is: ", ' or none
    const quoteAt = (before) => {
        let quote = "";
        for (let at = 0; at < before.length; at++) {
            const character = before[at];
            if (character === "\\" && quote !== "'") {
                at++;
            } else if (!quote && /^(^|\s)#/.test((before[at - 1] || "") + character)) {
                // an apostrophe in a comment begins nothing
                const end = before.indexOf("\n", at);
                at = end < 0 ? before.length : end;
            } else if (character === quote) {
                quote = "";
            } else if (!quote && "\"'".includes(character)) {
                quote = character;
            }
        }
        return quote;
    };

    // The environment variables of arguments in a command. A script that the command runs
    // may read them too, so all of this is worth a hint, and no more.
    SystemCommands.Variables = {
        // the names of those that it mentions
        mentioned: (command) => _.uniq((command || "").match(WORD) || []),

        // whether it has to do with one of them; what reads "SC_" may read all
        uses: (command, name) =>
            /\bSC_(?!\w)/.test(command || "") ||
            SystemCommands.Variables.mentioned(command).includes(name),

        // those that it mentions and does not set by itself
        wanted: (command) => {
            const own = [...(command || "").matchAll(ASSIGNMENT)].map(
                ([, looped, assigned]) => looped || assigned
            );
            return _.difference(SystemCommands.Variables.mentioned(command), own);
        },

        // how the command has to write it
        spell: (command, name) => {
            const interpreter = SystemCommands.Interpreters.nameOf(command);
            const [, spell] = SPELLINGS.find(([names]) => names.test(interpreter)) || [];
            return spell ? spell(name) : name;
        },

        // the same for a place inside of the command, where there may be quotes already
        spellAt: (command, name, at) => {
            if (isShell(SystemCommands.Interpreters.nameOf(command))) {
                const before = command.slice(0, at);
                const quote = quoteAt(before);
                if (quote === '"') return "${" + name + "}";
                if (quote === "'") return `'"$${name}"'`;
                // at its end it is most likely the next word
                const isNext = at === command.length && /[\w"'}]$/.test(before);
                return (isNext ? " " : "") + `"$${name}"`;
            }
            return SystemCommands.Variables.spell(command, name);
        },

        // Puts it where the cursor is, in a field that has the focus then. That way it can be
        // undone as if it had been typed.
        insert: (field, name) => {
            const text = SystemCommands.Variables.spellAt(
                field.value,
                name,
                field.selectionStart
            );
            field.focus();
            if (!document.execCommand("insertText", false, text)) {
                field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
                $(field).trigger("input");
            }
        }
    };
})();
