"""`make run`: OctoPrint with the plugin of this checkout, ready to be tried out.

The base folder, .run/octoprint-<version>, is kept: what one changes in the settings, or in
its config.yaml while the server is stopped, is still there the next time.
"""

import argparse
import json
import os
import secrets
import shlex
import signal
import socket
import sys
from importlib.metadata import version
from pathlib import Path

from development import sample_broker
from development.sample import SampleServer, accounts
from harness.octoprint_server import ServerError, free_port

ROOT = Path(__file__).resolve().parent.parent


def main():
    octoprint = version("OctoPrint")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", default=5000, type=int, help="port, if it is free")
    parser.add_argument(
        "--basedir",
        default=ROOT / ".run" / f"octoprint-{octoprint}",
        type=Path,
        help="OctoPrint's base folder",
    )
    parser.add_argument("--mqtt", action="store_true", help="start a broker as well")
    args = parser.parse_args()

    server = SampleServer(
        basedir=args.basedir,
        host=args.host,
        port=usable_port(args.host, args.port),
        users=kept_accounts(args.basedir),
    )

    broker = None
    # `kill` is as good an end as Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(f"Starting OctoPrint {octoprint} …", flush=True)
        tried = ""
        if args.mqtt:
            broker, how = sample_broker.begin(server)
            tried = (
                f"\n    Broker    127.0.0.1, port {broker.port}, {how}"
                + sample_broker.lines(broker)
                + "\n"
            )
        server.start()
        print(introduction(server, tried), flush=True)
        code = server.wait()
        print(f"OctoPrint has ended by itself with {code}; see {server.basedir}/logs")
        return code
    except (ServerError, sample_broker.NoBroker) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        server.stop()
        if broker is not None:
            broker.kill()


def kept_accounts(basedir):
    """Accounts with passwords and keys that were made up at the first start."""
    file = basedir / "accounts.json"
    if not file.exists():
        basedir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        made_up = {
            name: {
                "password": secrets.token_urlsafe(9),
                "api_key": secrets.token_hex(16),
            }
            for name in accounts()
        }
        file.write_text(json.dumps(made_up), encoding="utf-8")
    return accounts(**json.loads(file.read_text("utf-8")))


def usable_port(host, wanted):
    """The wanted port, or another one (and a notice) when something listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
            return wanted
        except OSError as error:
            port = free_port(host)
            print(f"Port {wanted} cannot be used ({error.strerror}), taking {port}.")
            return port


def introduction(server, tried):
    """What is printed.

    Arguments:
        server: it has started
        tried: what else there is to try
    """
    admin, member = server.users["admin"], server.users["member"]
    key = shlex.quote(f"X-Api-Key: {admin.api_key}")
    path = "api/system/commands"
    own = "plugin/systemcommands/" + path
    post = f"-X POST -H {key} -H 'Content-Type: application/json' -d"
    link = server.new_link("Doorbell", "show-ip")
    light = shlex.quote(str(server.basedir / "light"))
    python = shlex.quote(os.path.relpath(sys.executable))
    cli = f"{python} -m octoprint_systemcommands"
    at = f"--port {server.port}"
    return f"""
    Address   {server.url}
    Login     {admin.name}, password {admin.password}
    Or        {member.name}, password {member.password}: sees one command only
    API key   {admin.api_key}
    Files     {server.basedir} (remove this folder to begin anew)

    Where to click: the panel "System commands" at the top left, the icons above, and the
    System menu, which is the power symbol at the top right. Try there
      Light                          a switch, in all three places; see below
      Printer                        asks first, and is not switched off during a print
      Back up                        in the background; Recent runs… shows and stops it
      Update the webcam's software   asks, then output while it comes, a progress bar, Stop
      Adjust the light               a form; what is entered cannot break the command
      Measure the filament box       fails, and says why and what to do
      Edit commands…                 change these, and add your own
    Shutdown, reboot and restart are there as well; here they only say so.

    Switch the light from outside, and look at its button:
      touch {light}
      rm {light}

    A rule: print sample.gcode, here or in the panel "Files". Half a minute later it has ended, and
    "Switch off when it is cold" waits at the bottom of the page and in Recent runs…, with Cancel
    and Now. When the bed is down to 50 °C, 20 s later, it switches the printer off: look at its
    button. All rules are below the commands in Edit commands….
      curl {post} '{{"command": "select", "print": true}}' {server.url}/api/files/local/sample.gcode

    List the commands, at OctoPrint's address and at the plugin's:
      curl -H {key} {server.url}/{path}
      curl -H {key} {server.url}/{own}
    Run one (204 when it has succeeded):
      curl -i -X POST -H {key} {server.url}/{path}/custom/show-ip
    From a shell, with its output and its return code:
      OCTOPRINT_APIKEY={admin.api_key} {cli} run show-ip {at}
    By a link, which needs no key; Recent runs… says "Link (Doorbell)":
      curl -X POST {link}
    From another plugin (development/sample_plugin.py); Recent runs… says "Plugin (twilight)":
      curl {post} '{{"command": "dim"}}' {server.url}/api/plugin/twilight
    From G-code: type this in the Terminal tab, and look at Recent runs…
      @system show-ip
{tried}
    Ctrl-C ends the server.
"""


if __name__ == "__main__":
    sys.exit(main())
