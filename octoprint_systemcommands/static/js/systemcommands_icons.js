(function () {
    // What is offered to choose from; every other name of Font Awesome can be typed.
    const ICONS = (
        "power-off rotate-right rotate arrows-rotate play stop pause circle-stop " +
        "plug plug-circle-bolt toggle-on toggle-off bolt lightbulb sun moon fan wind " +
        "temperature-half temperature-high temperature-low thermometer fire " +
        "snowflake droplet gauge gauge-high camera camera-rotate video video-slash " +
        "image eye eye-slash print cube cubes layer-group ruler wrench " +
        "screwdriver-wrench hammer gear gears sliders robot microchip memory " +
        "hard-drive server database computer desktop laptop mobile-screen tv " +
        "keyboard terminal code bug network-wired wifi ethernet tower-broadcast " +
        "globe cloud cloud-arrow-up cloud-arrow-down house door-open door-closed " +
        "lock lock-open key shield-halved user users bell bell-slash volume-high " +
        "volume-xmark music microphone message envelope comment paper-plane " +
        "floppy-disk folder folder-open file file-lines copy box-archive download " +
        "upload trash broom recycle eject sd-card clock clock-rotate-left stopwatch " +
        "hourglass calendar calendar-days chart-line chart-simple list list-check " +
        "magnifying-glass circle-info circle-question circle-check " +
        "triangle-exclamation heart star flag bookmark tag location-dot map arrow-up " +
        "arrow-down arrow-left arrow-right up-down left-right shuffle link flask " +
        "magnet weight-scale battery-half solar-panel satellite-dish raspberry-pi " +
        "linux usb docker python bluetooth-b"
    ).split(" ");

    // The icons below the field with the name of one.
    window.SystemCommandsIconPicker = function (field) {
        const self = this;

        self.isOpen = ko.observable(false);
        self.icon = ko.pureComputed(() => SystemCommandsEntries.iconOf(field()));
        // those that the name fits to, and all when one was chosen
        self.icons = ko.pureComputed(() => {
            const name = self.icon() || "";
            const found = ICONS.filter((icon) => icon.includes(name));
            return found.length && !ICONS.includes(name) ? found : ICONS;
        });
        self.isUnknown = ko.pureComputed(() => {
            if (!self.icon()) return false;
            const probe = $('<i class="fa"></i>').addClass("fa-" + self.icon());
            probe.appendTo(document.body);
            const content = getComputedStyle(probe[0], "::before").content;
            probe.remove();
            return content === "none";
        });
        self.toggle = () => self.isOpen(!self.isOpen());
        self.choose = (icon) => {
            field(icon);
            self.isOpen(false);
            $("#systemcommands_field_icon").focus();
        };
    };
})();
