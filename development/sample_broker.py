"""A broker for `make run MQTT=1`, and the plugin that connects to it."""

import subprocess
import sys

from harness.broker import HOST, Broker, executable, with_mqtt

# what `make run` takes if it can be had
_REAL = "https://github.com/OctoPrint/OctoPrint-MQTT/archive/0.8.16.zip"

_NO_BROKER = """There is no Mosquitto on this machine. Install it (Debian: `sudo apt install
mosquitto mosquitto-clients`), and begin again."""


class NoBroker(Exception):
    """There is none to be started; says what to do."""


def begin(server):
    """Starts a broker for a server that is not started yet, which connects to it.

    Returns:
        the broker, and a sentence about the plugin

    Raises:
        NoBroker
    """
    if executable() is None:
        raise NoBroker(_NO_BROKER)
    folder = server.basedir / "broker"
    folder.mkdir(exist_ok=True)
    broker = Broker(folder).start()
    config = server.read_config()
    mqtt = config.setdefault("plugins", {}).setdefault("mqtt", {})
    mqtt["broker"] = {"url": HOST, "port": broker.port}
    server.write_config(config)
    plugin = server.basedir / "plugins" / "mqtt.py"
    packages = server.basedir / "packages"
    if _has_the_real_one(packages):
        plugin.unlink(missing_ok=True)
        server.add_packages(packages)
        return broker, "by the plugin OctoPrint-MQTT"
    with_mqtt(server)
    return (
        broker,
        "by a stand-in for the plugin OctoPrint-MQTT, which could not be loaded",
    )


def _has_the_real_one(packages):
    """Whether it is there now, in a folder where no test finds it."""
    if not (packages / "octoprint_mqtt").exists():
        print("Looking for the plugin OctoPrint-MQTT …", flush=True)
        options = ["--quiet", "--disable-pip-version-check", "--no-deps"]
        patience = ["--timeout", "10", "--retries", "0", "--target", str(packages)]
        subprocess.run(
            [sys.executable, "-m", "pip", "install", *options, *patience, _REAL],
            capture_output=True,
        )
    return (packages / "octoprint_mqtt").exists()


def lines(broker):
    """What to try with it, a command a line."""
    base = "octoPrint/plugin/systemcommands"
    at = f"-p {broker.port}"
    return f"""
    Listen to all that is told:
      mosquitto_sub {at} -v -t '{base}/#'
    Run a command, and switch the light:
      mosquitto_pub {at} -t {base}/command/show-ip/run -m '{{"id": "1"}}'
      mosquitto_pub {at} -t {base}/toggle/light/set -m on"""
