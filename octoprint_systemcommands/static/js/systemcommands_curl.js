(function () {
    const quote = (text) => "'" + text.replace(/'/g, "'\\''") + "'";

    // what could be entered; a text in < > is to be replaced
    const exampleOf = (spec, value) => {
        if (spec.type === "secret") return "<" + spec.name + ">";
        if (!_.isUndefined(value) && value !== null) return value;
        if (!_.isUndefined(spec.default) && spec.default !== null) return spec.default;
        if (spec.required === false) return undefined;
        if (spec.type === "number") return _.isNumber(spec.min) ? spec.min : 0;
        if (spec.type === "toggle") return false;
        const choice = _.first(spec.choices);
        if (spec.type === "choice" && choice !== undefined) return _.get(choice, "value", choice);
        return "<" + spec.name + ">";
    };

    // The line that runs a command from a shell. The key is a variable of that shell, and
    // secrets are never in it.
    //   command   {source, action, arguments}
    //   address   where the command is run, as the documented API has it
    //   values    of its arguments, by name
    window.SystemCommandsCurl = function (command, address, values) {
        const specs = _.filter(command.arguments, (spec) => _.isPlainObject(spec));
        const start = 'curl -X POST -H "X-Api-Key: $OCTOPRINT_API_KEY"';
        if (!specs.length) return start + " " + quote(address);
        const body = {
            source: command.source,
            action: command.action,
            arguments: _.object(
                specs
                    .map((spec) => [spec.name, exampleOf(spec, _.get(values, spec.name))])
                    .filter((pair) => !_.isUndefined(pair[1]))
            )
        };
        return [
            start,
            '-H "Content-Type: application/json"',
            "-d",
            quote(JSON.stringify(body)),
            quote(SystemCommandsCurl.base() + "plugin/systemcommands/api/runs")
        ].join(" ");
    };

    // ends in a slash
    SystemCommandsCurl.base = () => OctoPrint.getParsedBaseUrl().href.replace(/\/*$/, "/");

    SystemCommandsCurl.address = (settings, source, action) => {
        const own = settings && settings.plugins.systemcommands.octoprint_address;
        const isOwnOnly = own && !own() && source === "custom";
        return (
            SystemCommandsCurl.base() +
            (isOwnOnly ? "plugin/systemcommands/" : "") +
            "api/system/commands/" +
            [source, action].map(encodeURIComponent).join("/")
        );
    };
})();
