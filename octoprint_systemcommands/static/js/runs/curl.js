(function () {
    const quote = (text) => "'" + text.replace(/'/g, "'\\''") + "'";

    // what could be entered; a text in < > is to be replaced
    const exampleOf = (spec, values) => {
        const blank = "<" + spec.name + ">";
        if (spec.type === "secret") return blank;
        const given = _.has(values, spec.name) ? values[spec.name] : undefined;
        const known = [given, spec.default].find(
            (value) => value !== undefined && value !== null
        );
        if (known !== undefined || spec.required === false) return known;
        const choice = _.first(spec.choices);
        const examples = {
            number: spec.min || 0,
            toggle: false,
            choice: _.get(choice, "value", choice)
        };
        return _.get(examples, spec.type, blank);
    };

    // The line that runs a command from a shell. The key is a variable of that shell, and
    // secrets are never in it.
    //   command   {source, action, arguments, to}
    //   address   where the command is run, as the documented API has it
    //   values    of its arguments, by name
    SystemCommands.Curl = function (command, address, values) {
        const start = 'curl -X POST -H "X-Api-Key: $OCTOPRINT_API_KEY" ';
        const specs = _.filter(command.arguments, _.isPlainObject);
        if (!specs.length) return start + quote(address);
        const body = {
            source: command.source,
            action: command.action,
            // which way, of a toggle
            to: command.to,
            // without what has no value
            arguments: _.object(specs.map((spec) => [spec.name, exampleOf(spec, values)]))
        };
        return (
            start +
            '-H "Content-Type: application/json" -d ' +
            quote(JSON.stringify(body)) +
            " " +
            quote(SystemCommands.Curl.base() + "plugin/systemcommands/api/runs")
        );
    };

    SystemCommands.Curl.exampleOf = exampleOf;

    // ends in a slash
    SystemCommands.Curl.base = () =>
        OctoPrint.getParsedBaseUrl().href.replace(/\/*$/, "/");

    SystemCommands.Curl.address = (settings, source, action) => {
        const own = settings && settings.plugins.systemcommands.octoprint_address;
        const isElsewhere = source === "custom" && own && !own();
        return (
            SystemCommands.Curl.base() +
            (isElsewhere ? "plugin/systemcommands/" : "") +
            "api/system/commands/" +
            [source, action].map(encodeURIComponent).join("/")
        );
    };
})();
