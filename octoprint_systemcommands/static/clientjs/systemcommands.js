(function (global, factory) {
    if (typeof define === "function" && define.amd) {
        define(["OctoPrintClient"], factory);
    } else {
        factory(global.OctoPrintClient);
    }
})(this, function (OctoPrintClient) {
    const OctoPrintSystemCommandsClient = function (base) {
        this.base = base;
    };

    OctoPrintSystemCommandsClient.prototype.getUrl = function (path) {
        return this.base.getBlueprintUrl("systemcommands") + "api/" + path;
    };

    OctoPrintSystemCommandsClient.prototype.getRunUrl = function (id, path) {
        return this.getUrl("runs/" + encodeURIComponent(id) + (path || ""));
    };

    OctoPrintSystemCommandsClient.prototype.getMenu = function (opts) {
        return this.base.get(this.getUrl("menu"), opts);
    };

    // waits for the command's end, unlike startRun
    OctoPrintSystemCommandsClient.prototype.execute = function (source, action, opts) {
        // actions from config.yaml may hold any character, a slash included
        const path = encodeURIComponent(source) + "/" + encodeURIComponent(action);
        return this.base.postJson(this.getUrl("system/commands/" + path), {}, opts);
    };

    // of toggles and statuses; the server goes on asking for them for a while
    OctoPrintSystemCommandsClient.prototype.getStates = function (opts) {
        return this.base.get(this.getUrl("states"), opts);
    };

    // additional: arguments (by name), confirmed (somebody knows that a print is under way),
    // to (on or off, of a toggle)
    OctoPrintSystemCommandsClient.prototype.startRun = function (
        source,
        action,
        additional,
        opts
    ) {
        const data = {...additional, source: source, action: action};
        return this.base.postJson(this.getUrl("runs"), data, opts);
    };

    // filter: source, action, status (one or a list), user, limit, before
    OctoPrintSystemCommandsClient.prototype.getRuns = function (filter, opts) {
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(filter || {})) {
            if (value) query.set(name, value);
        }
        return this.base.get(this.getUrl("runs?" + query), opts);
    };

    OctoPrintSystemCommandsClient.prototype.getRun = function (id, opts) {
        return this.base.get(this.getRunUrl(id), opts);
    };

    OctoPrintSystemCommandsClient.prototype.getOutput = function (id, offset, opts) {
        const query = "/output?times=true&offset=" + (offset || 0);
        return this.base.get(this.getRunUrl(id, query), opts);
    };

    // for a link
    OctoPrintSystemCommandsClient.prototype.getDownloadUrl = function (id) {
        const base = this.base.options.baseurl.replace(/\/$/, "");
        return base + "/" + this.getRunUrl(id, "/output.txt");
    };

    OctoPrintSystemCommandsClient.prototype.stopRun = function (id, opts) {
        return this.base.postJson(this.getRunUrl(id, "/stop"), {}, opts);
    };

    // of one that is pending; data: confirmed (somebody knows that a print is under way)
    OctoPrintSystemCommandsClient.prototype.runNow = function (id, data, opts) {
        return this.base.postJson(this.getRunUrl(id, "/now"), data || {}, opts);
    };

    // forgets those that have ended
    OctoPrintSystemCommandsClient.prototype.clearRuns = function (opts) {
        return this.base.delete(this.getUrl("runs"), opts);
    };

    //~~ For those who may edit; path: definitions, rules, or what is below one of them

    OctoPrintSystemCommandsClient.prototype.getForEditor = function (path, opts) {
        return this.base.get(this.getUrl(path), opts);
    };

    OctoPrintSystemCommandsClient.prototype.postForEditor = function (path, data, opts) {
        return this.base.postJson(this.getUrl(path), data, opts);
    };

    // etag: that of the answer which the changes are based on; data: definitions, and
    // perhaps remove_system_actions, or rules
    OctoPrintSystemCommandsClient.prototype.saveForEditor = function (
        path,
        etag,
        data,
        opts
    ) {
        const params = {...opts, headers: {"If-Match": etag}};
        return this.base.putJson(this.getUrl(path), data, params);
    };

    OctoPrintSystemCommandsClient.prototype.revokeLink = function (id, opts) {
        return this.base.delete(this.getUrl("links/" + encodeURIComponent(id)), opts);
    };

    // the list as YAML
    OctoPrintSystemCommandsClient.prototype.exportForEditor = function (path, opts) {
        return this.base.download(this.getUrl(path + "/export"), opts);
    };

    OctoPrintClient.registerPluginComponent(
        "systemcommands",
        OctoPrintSystemCommandsClient
    );
    return OctoPrintSystemCommandsClient;
});
