(function () {
    // what the server has kept of a secret
    const MASK = "***";

    const checks = SystemCommands.ValueChecks;

    // One argument of a command as a field of a form.
    //   spec      as the server describes it: name, type, label, required, default, …
    //   uploads   what there is to choose from, for files
    //   form      the name of the form, which tells its fields from those of another one
    SystemCommands.ArgumentField = function (spec, uploads, form) {
        const self = this;

        self.name = spec.name;
        self.type = spec.type;
        self.label = spec.label || spec.name;
        self.isSecret = spec.type === "secret";
        self.isRequired = !!spec.required && spec.type !== "toggle";
        self.help = spec.help || "";
        self.limits = checks.limitsOf(spec);
        // of the elements that belong together
        self.id = form + "_argument_" + spec.name;
        self.helpId = self.id + "_help";
        self.mistakeId = self.id + "_mistake";

        // text as it stands in the field, true or false for a toggle
        self.value = ko.observable();
        // what browsers hold back: the text in a field for numbers that is none
        self.isUnreadable = ko.observable(false);
        // by the user, not by what is known of the last time
        self.isChanged = ko.observable(false);
        // somebody has tried to run the command, and wants to know what is wrong
        self.isInspected = ko.observable(false);
        self.isRevealed = ko.observable(false);
        self.serversProblem = ko.observable();

        self.problem = ko.pureComputed(() => {
            if (self.isUnreadable()) return spec.error || gettext("has to be a number");
            if (!isEmpty(self.value())) {
                const problem = checks.problemOf(spec, self.value());
                return problem && (spec.error || problem);
            }
            return self.isRequired ? gettext("is missing") : "";
        });
        self.mistake = ko.pureComputed(() => {
            if (self.serversProblem()) return asSentence(self.serversProblem());
            const isTold = self.isChanged() || self.isInspected();
            return isTold ? asSentence(self.problem()) : "";
        });

        // the definition's own words stay as they were written
        const asSentence = (problem) =>
            problem === spec.error ? problem : _.capitalize(problem);

        // what the element of the field has
        self.attributes = ko.pureComputed(() => ({
            id: self.id,
            "aria-describedby": self.helpId + " " + self.mistakeId,
            "aria-invalid": self.mistake() ? "true" : "false",
            "aria-required": self.isRequired ? "true" : undefined,
            maxlength: spec.max_length,
            min: spec.min,
            max: spec.max,
            step: spec.type === "number" ? spec.step || "any" : undefined,
            inputmode: spec.type === "number" ? keyboard(spec) : undefined,
            ...(self.isSecret ? {type: self.isRevealed() ? "text" : "password"} : {})
        }));

        //~~ Choices and files

        self.choices = spec.choices;
        // what stands in a list while nothing is chosen, and is a choice where one need not
        self.caption = self.isRequired ? gettext("Choose…") : gettext("None");
        self.uploads = uploads;
        self.filter = ko.observable("");
        self.files = ko.pureComputed(() => uploads.matching(self.filter(), self.value()));

        //~~ What is known before the user says anything

        // true if it can be one
        self.propose = (value) => {
            if (self.isChanged() || self.isSecret) return false;
            const known = toField(value);
            if (!isEmpty(known) && !isPossible(known)) return false;
            self._isProposing = true;
            self.value(known);
            self._isProposing = false;
            return true;
        };

        // what it was in an earlier run, of which the definition may have been another one
        self.proposeLast = (value) => {
            const isRefused = self.isRequired && isEmpty(value);
            if (value !== MASK && !isRefused) self.propose(value);
        };

        self.value.subscribe(() => {
            self.serversProblem(undefined);
            if (!self._isProposing) self.isChanged(true);
        });

        const isPossible = (value) => {
            if (spec.type === "file") return uploads.has(value);
            return !checks.problemOf(spec, value);
        };

        const toField = (value) => {
            if (spec.type === "toggle") return value === true;
            if (value === null || value === undefined) return undefined;
            return String(value);
        };

        self.propose(spec.default);

        // what was there the last time may have been deleted since
        if (spec.type === "file") {
            uploads.paths.subscribe(() => {
                const isGone = !isEmpty(self.value()) && !uploads.has(self.value());
                if (isGone && !self.propose(spec.default)) self.propose(undefined);
            });
        }

        //~~ What users do

        self.reveal = () => self.isRevealed(!self.isRevealed());

        // who has found something wants to choose it, not to run the command
        self.onFilterKey = (_data, event) => {
            if (event.key !== "Enter") return true;
            document.getElementById(self.id).focus();
        };

        // keys in a field for numbers, of which the value might not tell
        self.onInput = (_data, event) => {
            self.isUnreadable(!!event.target.validity.badInput);
            if (self.isUnreadable()) self.isChanged(true);
        };

        // As the server wants it. Of what is not given (null) it takes the default; where
        // that was there to be seen and may be cleared, it is to be empty.
        self.toJson = () => {
            if (spec.type === "toggle") return !!self.value();
            if (isEmpty(self.value())) return _.has(spec, "default") ? "" : null;
            return spec.type === "number" ? Number(self.value()) : self.value();
        };
    };

    const isEmpty = (value) => value === undefined || value === null || value === "";

    // the one of a phone; those for numbers may have no minus
    const keyboard = (spec) => {
        if (!(spec.min >= 0)) return undefined;
        return checks.isWhole(spec) ? "numeric" : "decimal";
    };
})();
