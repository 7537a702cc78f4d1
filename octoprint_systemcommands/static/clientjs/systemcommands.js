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

    OctoPrintSystemCommandsClient.prototype.getMenu = function (opts) {
        return this.base.get(this.getUrl("menu"), opts);
    };

    OctoPrintSystemCommandsClient.prototype.execute = function (source, action, opts) {
        // actions from config.yaml may hold any character, a slash included
        const path = encodeURIComponent(source) + "/" + encodeURIComponent(action);
        return this.base.postJson(this.getUrl("system/commands/" + path), {}, opts);
    };

    OctoPrintClient.registerPluginComponent(
        "systemcommands",
        OctoPrintSystemCommandsClient
    );
    return OctoPrintSystemCommandsClient;
});
