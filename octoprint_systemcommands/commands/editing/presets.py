"""Commands that many people want, to begin with."""

import shlex
from collections.abc import Callable
from typing import Any

from ...messages import N_
from .. import sudoers
from ..definition import COMMAND_LINES
from .preset import Preset
from .switch_presets import SWITCHES

_PRESETS = (
    Preset(
        id="webcam-octopi",
        note=N_("For OctoPi up to version 1.0, whose webcam server is called webcamd."),
        sudo=("systemctl restart webcamd",),
        definition={
            "name": N_("Restart the webcam"),
            "description": N_("The stream stops for a few seconds"),
            "icon": "camera",
            "group": N_("Webcam"),
            "command": "sudo systemctl restart webcamd",
            "confirm": N_("The stream stops for a few seconds. Restart the webcam?"),
        },
    ),
    Preset(
        id="webcam-camera-streamer",
        note=N_(
            "For OctoPi 1.1 and later, which have a service for each camera, such as camera-streamer-libcamera. This restarts all of them."
        ),
        # the star is one for systemctl, and none for sudo
        sudo=("systemctl restart camera-streamer\\*",),
        definition={
            "name": N_("Restart the webcam (camera-streamer)"),
            "description": N_("The stream stops for a few seconds"),
            "icon": "camera",
            "group": N_("Webcam"),
            "command": "sudo systemctl restart 'camera-streamer*'",
            "confirm": N_("The stream stops for a few seconds. Restart the webcam?"),
        },
    ),
    Preset(
        id="wifi",
        note=N_(
            "The connection is lost for a while, so it goes on without it. Both commands of sudo have to be allowed."
        ),
        sudo=(
            "ip link set wlan0 down",
            "ip link set wlan0 up",
        ),
        definition={
            "name": N_("Restart Wi-Fi"),
            "icon": "wifi",
            "group": N_("Network"),
            "command": (
                "sudo ip link set wlan0 down\nsleep 5\nsudo ip link set wlan0 up"
            ),
            "confirm": N_(
                "The connection to OctoPrint is lost for some seconds. Restart Wi-Fi?"
            ),
            "async": True,
            "timeout": 60,
            "when_busy": "refuse",
        },
    ),
    Preset(
        id="addresses",
        definition={
            "name": N_("Show addresses"),
            "description": N_("Under which addresses this machine can be reached"),
            "icon": "network-wired",
            "group": N_("Network"),
            "command": "hostname; hostname -I",
            "show_output": "always",
        },
    ),
    Preset(
        id="wake-on-lan",
        note=N_(
            "Put in the address of the machine's network card. Needs the program wakeonlan (sudo apt install wakeonlan)."
        ),
        definition={
            "name": N_("Wake a computer"),
            "icon": "power-off",
            "group": N_("Network"),
            "command": "wakeonlan 00:11:22:33:44:55",
        },
    ),
    Preset(
        id="disk-space",
        definition={
            "name": N_("Show disk space"),
            "icon": "hard-drive",
            "group": N_("This machine"),
            "command": "df -h -x tmpfs -x devtmpfs",
            "show_output": "always",
        },
    ),
    Preset(
        id="temperature",
        note=N_(
            "Throttling is only shown on a Raspberry Pi, by its program vcgencmd. 0x0 means that there is none."
        ),
        definition={
            "name": N_("Show CPU temperature and throttling"),
            "icon": "temperature-half",
            "group": N_("This machine"),
            "command": (
                "for zone in /sys/class/thermal/thermal_zone*/temp; do\n"
                '    [ -r "$zone" ] && echo "$(($(cat "$zone") / 1000)) °C"\n'
                "done\n"
                "if command -v vcgencmd >/dev/null; then vcgencmd get_throttled; fi"
            ),
            "show_output": "always",
        },
    ),
    Preset(
        id="backup",
        note=N_(
            "Makes a backup like that of OctoPrint's settings, among the others there. Without timelapses and uploads, which take long."
        ),
        definition={
            "name": N_("Back up OctoPrint"),
            "icon": "box-archive",
            "command": "{python} -m octoprint -b {basedir} plugins backup:backup --exclude timelapse --exclude uploads",
            "timeout": 1800,
            "when_busy": "refuse",
            "show_output": "always",
        },
    ),
    Preset(
        id="unmount",
        note=N_('Put in where the drive is mounted, see "lsblk".'),
        sudo=("umount /media/usb0",),
        definition={
            "name": N_("Unmount the USB drive"),
            "icon": "eject",
            "command": "sync; sudo umount /media/usb0",
        },
    ),
    *SWITCHES,
)

_TRANSLATED = ("name", "description", "group", "confirm")

# where Debian has these programs, if not in /usr/bin; sudo itself tells if it is elsewhere
_FOLDERS = {"ip": "/sbin", "uhubctl": "/usr/sbin"}


def presets(
    gettext: Callable[[str], str], python: str, basedir: str
) -> list[dict[str, Any]]:
    """All presets, ready to be edited.

    Arguments:
        gettext: translates a text into the language of the current request
        python: OctoPrint's Python
        basedir: OctoPrint's base folder

    Returns:
        ``{id, note, sudoers, definition}`` for each; ``sudoers`` are the lines for sudo
    """
    result = []
    for preset in _PRESETS:
        definition = dict(preset.definition)
        for field in _TRANSLATED:
            if field in definition:
                definition[field] = gettext(definition[field])
        for field in COMMAND_LINES:
            if field in definition:
                line = definition[field].replace("{python}", shlex.quote(python))
                definition[field] = line.replace("{basedir}", shlex.quote(basedir))
        result.append(
            {
                "id": preset.id,
                "note": preset.note and gettext(preset.note),
                "sudoers": "\n".join(map(_rule, preset.sudo)) or None,
                "definition": definition,
            }
        )
    return result


def _rule(command: str) -> str:
    program = command.split(" ", 1)[0]
    return sudoers.line(f"{_FOLDERS.get(program, '/usr/bin')}/{command}")
