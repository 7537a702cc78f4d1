(function () {
    // as it reaches the command: words are told apart as a shell does it
    const quote = (text) => {
        if (/^[\w@%+:,./<>-]+$/.test(text)) return text;
        // it begins a comment, within quotes as well
        return text.includes(";")
            ? text.replace(/[^\w@%+:,./<>-]/gu, "\\$&")
            : '"' + text.replace(/["\\]/g, "\\$&") + '"';
    };

    // The line of G-code that runs a command, with what could be entered for its arguments;
    // "" as long as it has no action.
    //   command   {action, type, arguments}, as a definition has them
    SystemCommands.GcodeLine = (command) => {
        if (!command.action) return "";
        const values = _.filter(command.arguments, _.isPlainObject)
            .map((spec) => [spec.name, SystemCommands.Curl.exampleOf(spec)])
            // without what need not have a value
            .filter(([, value]) => ![undefined, null, ""].includes(value))
            .map(([name, value]) => name + "=" + quote(String(value)));
        return [
            "@system",
            quote(command.action),
            ...(command.type === "toggle" ? ["on"] : []),
            ...values
        ].join(" ");
    };
})();
