"""Home Assistant's icons for those of Font Awesome that the editor offers."""

from typing import Optional

_OTHER = "console"

# Material Design Icons, where they have other names
_NAMES = dict(
    line.split(": ")
    for line in """\
power-off: power
plug: power-plug
plug-circle-bolt: power-plug-battery
toggle-on: toggle-switch
toggle-off: toggle-switch-off
bolt: flash
battery-half: battery-50
solar-panel: solar-panel
rotate-right: restart
rotate: sync
arrows-rotate: refresh
recycle: recycle
clock-rotate-left: history
play: play
stop: stop
circle-stop: stop-circle
pause: pause
lightbulb: lightbulb
sun: white-balance-sunny
moon: weather-night
fan: fan
wind: weather-windy
snowflake: snowflake
temperature-half: thermometer
temperature-high: thermometer-high
temperature-low: thermometer-low
thermometer: thermometer
fire: fire
droplet: water
camera: camera
camera-rotate: camera-retake
video: video
video-slash: video-off
image: image
eye: eye
eye-slash: eye-off
print: printer-3d
cube: cube
cubes: cube-unfolded
layer-group: layers
ruler: ruler
up-down: arrow-up-down
left-right: arrow-left-right
arrow-up: arrow-up
arrow-down: arrow-down
arrow-left: arrow-left
arrow-right: arrow-right
weight-scale: scale
magnet: magnet
robot: robot
wrench: wrench
screwdriver-wrench: tools
hammer: hammer
gear: cog
gears: cogs
sliders: tune
raspberry-pi: raspberry-pi
computer: desktop-tower-monitor
microchip: chip
memory: memory
server: server
desktop: monitor
laptop: laptop
mobile-screen: cellphone
tv: television
keyboard: keyboard
linux: linux
docker: docker
python: language-python
usb: usb
bluetooth-b: bluetooth
terminal: console
code: code-tags
bug: bug
flask: flask
shuffle: shuffle
hard-drive: harddisk
sd-card: sd
database: database
eject: eject
wifi: wifi
network-wired: lan
ethernet: ethernet
tower-broadcast: radio-tower
satellite-dish: satellite-uplink
globe: web
link: link
cloud: cloud
floppy-disk: content-save
box-archive: archive
copy: content-copy
cloud-arrow-up: cloud-upload
download: download
folder: folder
file: file
upload: upload
cloud-arrow-down: cloud-download
folder-open: folder-open
file-lines: file-document
trash: trash-can
broom: broom
door-open: door-open
door-closed: door-closed
house: home
lock: lock
lock-open: lock-open
key: key
shield-halved: shield-half-full
user: account
users: account-group
bell: bell
bell-slash: bell-off
message: message
envelope: email
comment: comment
paper-plane: send
volume-high: volume-high
volume-xmark: volume-off
music: music
microphone: microphone
clock: clock-outline
stopwatch: timer-outline
hourglass: timer-sand
calendar: calendar
calendar-days: calendar-month
gauge: gauge
gauge-high: speedometer
chart-line: chart-line
chart-simple: chart-bar
list: format-list-bulleted
list-check: format-list-checks
magnifying-glass: magnify
circle-info: information
circle-question: help-circle
circle-check: check-circle
triangle-exclamation: alert
flag: flag
heart: heart
star: star
bookmark: bookmark
tag: tag
location-dot: map-marker
map: map""".splitlines()
)


def of(icon: Optional[str]) -> str:
    """The icon of a command, as Home Assistant calls it.

    Arguments:
        icon: the name in Font Awesome; None without one
    """
    return "mdi:" + _NAMES.get(icon or "", _OTHER)
