(function () {
    // The fields of definitions and arguments, which the settings page has from the server's
    // models: their names in order, with type, default, choices (enum) and limits.
    const page = document.getElementById("systemcommands_model_fields");
    const {definition, arguments: types} = page
        ? JSON.parse(page.textContent)
        : {definition: [], arguments: []};

    SystemCommands.ModelFields = {
        // by name
        definition: _.indexBy(definition, "name"),
        // by type, and then by name
        arguments: _.mapValues(_.indexBy(types, "type"), ({fields}) =>
            _.indexBy(fields, "name")
        ),
        isOfType: (field, type) => _.includes([].concat(field.type), type)
    };
})();
