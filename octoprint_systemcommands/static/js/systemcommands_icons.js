(function () {
    // What is offered to choose from, by what people look for: words, English and German, and
    // the icons that they stand for. Every other name of Font Awesome can be typed. All of
    // these are in the Font Awesome of OctoPrint 1.11 and 2.0.
    const SUBJECTS = [
        [
            "power on off shutdown energy electricity strom netz ein aus schalten",
            "power-off plug plug-circle-bolt toggle-on toggle-off bolt battery-half solar-panel"
        ],
        [
            "restart reboot reload refresh repeat again neustart neu laden",
            "rotate-right rotate arrows-rotate recycle clock-rotate-left"
        ],
        ["start run begin starten ausführen", "play"],
        ["stop end halt emergency anhalten abbrechen notaus", "stop circle-stop pause"],
        ["light lamp led bright licht lampe hell", "lightbulb sun moon bolt"],
        ["fan air cooling ventilation lüfter luft kühlung", "fan wind snowflake"],
        [
            "temperature heat hot cold temperatur heizung heiß kalt warm",
            "temperature-half temperature-high temperature-low thermometer fire snowflake"
        ],
        ["water humidity wasser feuchte", "droplet"],
        [
            "camera webcam picture photo video stream timelapse kamera bild foto",
            "camera camera-rotate video video-slash image eye eye-slash"
        ],
        [
            "print printer bed layer filament axis drucker druck bett schicht achse",
            "print cube cubes layer-group ruler up-down left-right arrow-up arrow-down arrow-left arrow-right weight-scale magnet robot"
        ],
        [
            "tool repair service settings configuration werkzeug wartung einstellungen",
            "wrench screwdriver-wrench hammer gear gears sliders"
        ],
        [
            "computer machine raspberry pi system rechner gerät",
            "raspberry-pi computer microchip memory server desktop laptop mobile-screen tv keyboard linux docker python usb bluetooth-b"
        ],
        [
            "script shell console code program skript konsole programm",
            "terminal code bug"
        ],
        [
            "disk drive space storage platte laufwerk speicher",
            "hard-drive sd-card database eject usb"
        ],
        [
            "network wlan wifi wi fi internet address netzwerk netz funk adresse",
            "wifi network-wired ethernet tower-broadcast satellite-dish globe link cloud"
        ],
        [
            "backup save archive copy sichern sicherung speichern archiv kopie",
            "floppy-disk box-archive copy cloud-arrow-up download folder file"
        ],
        [
            "update upgrade download upload aktualisieren hochladen herunterladen",
            "download upload cloud-arrow-down cloud-arrow-up arrows-rotate"
        ],
        [
            "file folder document datei ordner dokument",
            "folder folder-open file file-lines copy"
        ],
        [
            "delete remove trash clean clear löschen entfernen müll putzen",
            "trash broom recycle"
        ],
        ["door room home house tür raum zimmer haus", "door-open door-closed house"],
        [
            "lock safe key password security schloss sperren schlüssel passwort sicher",
            "lock lock-open key shield-halved"
        ],
        ["user people group member benutzer leute gruppe mitglied", "user users"],
        [
            "message mail notify alarm sound nachricht melden ton laut klingel",
            "bell bell-slash message envelope comment paper-plane volume-high volume-xmark music microphone"
        ],
        [
            "time timer schedule date zeit uhr dauer plan datum",
            "clock clock-rotate-left stopwatch hourglass calendar calendar-days"
        ],
        [
            "status statistics log measure chart info zustand messen protokoll verlauf",
            "gauge gauge-high chart-line chart-simple list list-check magnifying-glass circle-info circle-question"
        ],
        [
            "ok done warning error danger fertig warnung fehler gefahr",
            "circle-check triangle-exclamation flag"
        ],
        [
            "favorite mark place favorit merken ort",
            "heart star bookmark tag flag location-dot map"
        ],
        ["test try random versuch zufall", "flask shuffle bug"]
    ].map((subject) => subject.map((list) => list.split(" ")));

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
    window.SystemCommandsIconPicker = function (field) {
        const self = this;

        self.isOpen = ko.observable(false);
        // whether it was opened to see all there is, and nothing was typed since
        self._showsAll = ko.observable(false);
        self.active = ko.observable();
        self.icon = ko.pureComputed(() => SystemCommandsEntries.iconOf(field()));
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
            self.close();
            return true;
        };
    };
})();
