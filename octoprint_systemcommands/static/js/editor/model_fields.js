(function () {
    // The fields of definitions and arguments, which the settings page has from the server's
    // models: their names in order, with type, default, choices (enum) and limits.
    const page = document.getElementById("systemcommands_model_fields");
    const {
        definition,
        arguments: types,
        unused
    } = page ? JSON.parse(page.textContent) : {definition: [], arguments: [], unused: []};

    SystemCommands.ModelFields = {
        // by name
        definition: _.indexBy(definition, "name"),
        // by type, and then by name
        arguments: _.mapValues(_.indexBy(types, "type"), ({fields}) =>
            _.indexBy(fields, "name")
        ),
        // the names of fields that a type of command does without, by type
        unused: _.mapValues(_.indexBy(unused, "type"), "fields"),
        isOfType: (field, type) => _.includes([].concat(field.type), type)
    };
})();
