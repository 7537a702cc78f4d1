(function () {
    // What is offered to choose from: words that people look for, English and German, and the
    // icons that they stand for. Every other name of Font Awesome can be typed. OctoPrint 1.11
    // and 2.0 have all of these.
    const SUBJECTS = `
power on off shutdown energy strom ein aus schalten: power-off plug plug-circle-bolt toggle-on toggle-off bolt battery-half solar-panel
restart reboot reload refresh again neustart neu: rotate-right rotate arrows-rotate recycle clock-rotate-left
start run ausführen: play
stop end emergency anhalten abbrechen notaus: stop circle-stop pause
light lamp led licht lampe: lightbulb sun moon bolt
fan air cooling lüfter luft kühlung: fan wind snowflake
temperature heat hot cold heizung heiß kalt: temperature-half temperature-high temperature-low thermometer fire snowflake
water humidity wasser: droplet
camera webcam picture photo video stream timelapse kamera bild: camera camera-rotate video video-slash image eye eye-slash
printer bed layer axis drucker bett schicht achse: print cube cubes layer-group ruler up-down left-right arrow-up arrow-down arrow-left arrow-right weight-scale magnet robot
tool repair settings werkzeug wartung einstellungen: wrench screwdriver-wrench hammer gear gears sliders
machine pi system rechner gerät: raspberry-pi computer microchip memory server desktop laptop mobile-screen tv keyboard linux docker python usb bluetooth-b
script shell program skript programm: terminal code bug flask shuffle
disk drive storage platte laufwerk: hard-drive sd-card database eject usb
network wlan wifi wi fi internet address netzwerk adresse: wifi network-wired ethernet tower-broadcast satellite-dish globe link cloud
backup save archive copy sichern sicherung speichern: floppy-disk box-archive copy cloud-arrow-up download folder file
update upgrade aktualisieren hochladen herunterladen: download upload cloud-arrow-down cloud-arrow-up arrows-rotate
document datei ordner: folder-open file file-lines folder
delete remove clean löschen müll putzen: trash broom recycle
room home tür haus: door-open door-closed house
key password security schloss sperren schlüssel passwort: lock lock-open key shield-halved
people group member benutzer gruppe mitglied: user users
mail notify alarm sound nachricht ton: bell bell-slash message envelope comment paper-plane volume-high volume-xmark music microphone
time timer schedule zeit uhr datum: clock stopwatch hourglass calendar calendar-days
status log measure info zustand messen protokoll: gauge gauge-high chart-line chart-simple list list-check magnifying-glass circle-info circle-question
ok warning error warnung fehler gefahr: circle-check triangle-exclamation flag
favorite place merken ort: heart star bookmark tag location-dot map`
        .trim()
        .split("\n")
        .map((line) => line.split(": ").map((list) => list.split(" ")));

    const ICONS = _.uniq(_.flatten(SUBJECTS.map(([, icons]) => icons)));

    // the best ones first: by their own name, then by what they stand for
    const find = (text) => {
        const words = text.split(/[\s-]+/).filter(Boolean);
        const isIn = (names) =>
            words.every((word) => names.some((name) => name.startsWith(word)));
        return _.uniq([
            ...ICONS.filter((icon) => icon === text),
            ...ICONS.filter((icon) => isIn(icon.split("-"))),
            ..._.flatten(
                SUBJECTS.filter(([subject]) => isIn(subject)).map(([, icons]) => icons)
            ),
            ...ICONS.filter((icon) => icon.includes(text))
        ]);
    };

    // A field with the name of an icon, and below it what fits to what is typed there: a
    // combobox as WAI-ARIA describes it.
    SystemCommands.IconPicker = function (field) {
        const self = this;

        self.isOpen = ko.observable(false);
        // whether it was opened to see all there is, and nothing was typed since
        self._showsAll = ko.observable(false);
        self.active = ko.observable();
        self.icon = ko.pureComputed(() => SystemCommands.DefinitionForm.iconOf(field()));
        self.icons = ko.pureComputed(() => {
            // as people copy them: "fas fa-camera"
            const text = (self.icon() || field() || "").trim().toLowerCase();
            return self._showsAll() || !text ? ICONS : find(text);
        });
        self.idOf = (icon) => "systemcommands_icon_" + icon;
        self.activeId = ko.pureComputed(() => {
            const isShown = self.isOpen() && self.icons().includes(self.active());
            return isShown ? self.idOf(self.active()) : undefined;
        });
        self.isUnknown = ko.pureComputed(() => {
            if (!self.icon()) return false;
            const probe = $('<i class="fa"></i>').addClass("fa-" + self.icon());
            probe.appendTo(document.body);
            const content = getComputedStyle(probe[0], "::before").content;
            probe.remove();
            return content === "none";
        });
        // what is said of it once it is no longer being searched for
        self.isWrong = ko.pureComputed(() => !self.isOpen() && self.isUnknown());

        const input = () => $("#systemcommands_field_icon");

        self._open = (showsAll) => {
            self._showsAll(showsAll);
            self.active(self.icons().includes(self.icon()) ? self.icon() : undefined);
            self.isOpen(true);
            self._reveal();
        };
        self.close = () => self.isOpen(false);

        // the list moves, and the dialog around it stays where it is
        self._reveal = () => {
            const option = document.getElementById(self.activeId());
            if (!option) return;
            const list = option.parentElement;
            const top = option.offsetTop - list.offsetTop;
            const bottom = top + option.offsetHeight - list.clientHeight;
            list.scrollTop = Math.max(bottom, Math.min(top, list.scrollTop));
        };

        self._move = (step) => {
            const icons = self.icons();
            if (!icons.length) return;
            const index = icons.indexOf(self.active());
            const next = index < 0 && step < 0 ? icons.length - 1 : index + step;
            self.active(icons[(next + icons.length) % icons.length]);
            self._reveal();
        };

        //~~ What users do

        self.toggle = () => {
            if (self.isOpen()) {
                self.close();
            } else {
                input().focus();
                self._open(true);
            }
        };
        // a click on the list is not to take the focus from the field
        self.onListPressed = () => false;
        self.onInput = () => {
            self._open(false);
            // Enter takes it
            self.active(field() ? self.icons()[0] : undefined);
            return true;
        };
        self.choose = (icon) => {
            field(icon);
            self.close();
            input().focus();
        };
        self.onKeydown = (_data, event) => {
            // these keys choose among characters then
            if (event.originalEvent.isComposing) return true;
            const step = {ArrowUp: -1, ArrowDown: 1}[event.key];
            // so that Escape closes the list only, and not the dialog when the key goes up
            self._swallowsEscape = self.isOpen() && event.key === "Escape";
            if (self._swallowsEscape) {
                self.close();
            } else if (step && !event.altKey && self.isOpen()) {
                self._move(step);
            } else if (step) {
                self._open(true);
            } else if (event.key === "Enter" && self.activeId()) {
                self.choose(self.active());
            } else {
                return true;
            }
            event.stopPropagation();
            return false;
        };
        self.onKeyup = (_data, event) => {
            if (event.key !== "Escape" || !self._swallowsEscape) return true;
            self._swallowsEscape = false;
            event.stopPropagation();
            return false;
        };
        self.onBlur = () => {
            // what has taken the focus is below the list
            SystemCommands.whenReleased(self.close);
            return true;
        };
    };
})();
