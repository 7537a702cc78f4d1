"""Toggles and statuses that many people want, to begin with.

What tells a state says "off" only if it has heard so: a plug that does not answer, a program
that is missing, a service that is not there are unknown.
"""

from typing import Any

from ...messages import N_
from .preset import Preset

_LOSES_POWER = N_("Whatever it powers loses its power now. Switch it off?")
_PLUG_NOTE = N_(
    'Put in the address of the plug as PLUG, below "How it runs". Needs the program curl (sudo apt install curl).'
)

# How switching and asking look like; what does not answer in time is no good
_SWITCH = "curl -fsS -m 10"
_ASK = "curl -fsS -m 4"


def _plug(name: str, on: str, off: str, ask: str, is_on: str, is_off: str) -> dict:
    """A plug that is switched by HTTP; the last two are parts of its answer, as patterns of
    the shell, in which there are no spaces."""
    return _powering(
        name=name,
        icon="plug",
        on=on,
        off=off,
        state=(
            f'answer=$({_ASK} "http://$PLUG/{ask}") || exit 2\n'
            "case $(echo \"$answer\" | tr -d ' ') in\n"
            f"    {is_on}) exit 0 ;;\n"
            f"    {is_off}) exit 1 ;;\n"
            "    *) exit 2 ;;\n"
            "esac"
        ),
        environment={"PLUG": "192.168.1.50"},
    )


def _powering(**fields: Any) -> dict[str, Any]:
    """A toggle that takes away the power of something."""
    return {
        "type": "toggle",
        "group": N_("Switches"),
        "confirm": _LOSES_POWER,
        "while_printing": "confirm",
        "show_in": ["menu", "sidebar"],
        **fields,
    }


def _service(**fields: Any) -> dict[str, Any]:
    """A toggle that starts and stops the service SERVICE."""
    return {
        "type": "toggle",
        "on": 'sudo systemctl start "$SERVICE"',
        "off": 'sudo systemctl stop "$SERVICE"',
        "state": (
            'case $(systemctl show -p LoadState -p ActiveState "$SERVICE") in\n'
            "    *LoadState=not-found*) echo 'no such service'; exit 2 ;;\n"
            "    *ActiveState=active*) exit 0 ;;\n"
            "    *ActiveState=inactive*) exit 1 ;;\n"
            "    *ActiveState=failed*) echo 'it has failed'; exit 1 ;;\n"
            "    *) exit 2 ;;\n"
            "esac"
        ),
        "show_in": ["menu", "sidebar"],
        **fields,
    }


SWITCHES = (
    Preset(
        id="relay",
        note=N_(
            "For a relay at GPIO 17 of a Raspberry Pi that is on when its input is high; for others put dl in the place of dh, and 0 in that of 1, and the other way round. Needs the program pinctrl, which Raspberry Pi OS has since version 12; before, it is called raspi-gpio and cannot tell the state like this."
        ),
        definition=_powering(
            name=N_("Relay"),
            icon="bolt",
            on="pinctrl set 17 op dh",
            off="pinctrl set 17 op dl",
            # without a number it is neither on nor off: test returns 2
            state='test "$(pinctrl lev 17)" -eq 1',
        ),
    ),
    Preset(
        id="relay-gpiod",
        note=N_(
            'For a relay at GPIO 17 of any machine that is on when its input is high. Needs the program gpioset (sudo apt install gpiod), version 1; version 2 wants "gpioset -t 0 -c gpiochip0 17=1". Linux does not promise that the relay stays as it is when the program has ended: a Raspberry Pi keeps it, try out others. What was switched last counts as its state, as gpioget of version 1 would make an input of it, and so switch it.'
        ),
        definition=_powering(
            name=N_("Relay (gpiod)"),
            icon="bolt",
            on="gpioset gpiochip0 17=1",
            off="gpioset gpiochip0 17=0",
        ),
    ),
    Preset(
        id="usb-power",
        note=N_(
            'Put in the hub and the port: "sudo uhubctl" lists those that can be switched, which few hubs can. The printer may lose its connection with the others. Needs the program uhubctl (sudo apt install uhubctl).'
        ),
        sudo=("uhubctl",),
        definition=_powering(
            name=N_("USB power"),
            icon="plug",
            on="sudo uhubctl -l 1-1 -p 2 -a on",
            off="sudo uhubctl -l 1-1 -p 2 -a off",
            state=(
                "answer=$(sudo -n uhubctl -l 1-1 -p 2) || exit 2\n"
                "case $answer in\n"
                "    *'Port 2: '*power*) exit 0 ;;\n"
                "    *'Port 2: '*) exit 1 ;;\n"
                "    *) exit 2 ;;\n"
                "esac"
            ),
        ),
    ),
    Preset(
        id="plug-tasmota",
        note=_PLUG_NOTE,
        definition=_plug(
            N_("Plug (Tasmota)"),
            # with a wrong password it answers as if all were well
            on=f'{_SWITCH} "http://$PLUG/cm?cmnd=Power%20On" | grep \'"ON"\'',
            off=f'{_SWITCH} "http://$PLUG/cm?cmnd=Power%20Off" | grep \'"OFF"\'',
            ask="cm?cmnd=Power",
            is_on="*'\"ON\"'*",
            is_off="*'\"OFF\"'*",
        ),
    ),
    Preset(
        id="plug-shelly-1",
        note=_PLUG_NOTE,
        definition=_plug(
            N_("Plug (Shelly, first generation)"),
            on=f'{_SWITCH} "http://$PLUG/relay/0?turn=on"',
            off=f'{_SWITCH} "http://$PLUG/relay/0?turn=off"',
            ask="relay/0",
            is_on="*'\"ison\":true'*",
            is_off="*'\"ison\":false'*",
        ),
    ),
    Preset(
        id="plug-shelly-2",
        note=_PLUG_NOTE,
        definition=_plug(
            N_("Plug (Shelly Plus, Pro and newer)"),
            on=f'{_SWITCH} "http://$PLUG/rpc/Switch.Set?id=0&on=true"',
            off=f'{_SWITCH} "http://$PLUG/rpc/Switch.Set?id=0&on=false"',
            ask="rpc/Switch.GetStatus?id=0",
            is_on="*'\"output\":true'*",
            is_off="*'\"output\":false'*",
        ),
    ),
    Preset(
        id="service",
        note=N_(
            'Put in the name of the service as SERVICE, below "How it runs", and into the lines for sudo.'
        ),
        sudo=("systemctl start mosquitto", "systemctl stop mosquitto"),
        definition=_service(
            name=N_("Service"),
            icon="gears",
            group=N_("This machine"),
            environment={"SERVICE": "mosquitto"},
        ),
    ),
    Preset(
        id="camera-stream",
        note=N_(
            'The stream of OctoPi 1.1 and later. Up to version 1.0 the service is called webcamd: put that in as SERVICE, below "How it runs", and into the lines for sudo. "systemctl list-units \'camera-streamer*\'" shows the names of others.'
        ),
        sudo=(
            "systemctl start camera-streamer-libcamera",
            "systemctl stop camera-streamer-libcamera",
        ),
        definition=_service(
            name=N_("Camera stream"),
            icon="video",
            group=N_("Webcam"),
            environment={"SERVICE": "camera-streamer-libcamera"},
        ),
    ),
    Preset(
        id="cpu-temperature",
        definition={
            "type": "status",
            "name": N_("CPU temperature"),
            "icon": "temperature-half",
            "group": N_("This machine"),
            "state": (
                "read -r temperature </sys/class/thermal/thermal_zone0/temp || exit 2\n"
                'echo "$((temperature / 1000)) °C"'
            ),
            "every": 10,
            "show_in": ["sidebar"],
        },
    ),
    Preset(
        id="disk-free",
        definition={
            "type": "status",
            "name": N_("Free disk space"),
            "icon": "hard-drive",
            "group": N_("This machine"),
            "state": (
                "df -hP {basedir} | awk 'NR == 2 {print $4; found = 1} END {exit !found}'"
            ),
            "every": 60,
            "show_in": ["sidebar"],
        },
    ),
)
