"""`make run`: OctoPrint with the plugin of this checkout, ready to be tried out.

The base folder, .run/octoprint-<version>, is kept: what one changes in the settings, or in
its config.yaml while the server is stopped, is still there the next time.
"""

import argparse
import json
import secrets
import shlex
import signal
import socket
import sys
from importlib.metadata import version
from pathlib import Path

import yaml

from harness.octoprint_server import OctoPrintServer, ServerError, User, free_port

ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", default=5000, type=int, help="port, if it is free")
    args = parser.parse_args()

    octoprint = version("OctoPrint")
    basedir = ROOT / ".run" / f"octoprint-{octoprint}"
    admin = kept_admin(basedir)
    server = OctoPrintServer(
        config=yaml.safe_load(
            (ROOT / "development/sample_config.yaml").read_text("utf-8")
        ),
        basedir=basedir,
        host=args.host,
        port=usable_port(args.host, args.port),
        users={admin.name: admin},
    )

    # `kill` is as good an end as Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(f"Starting OctoPrint {octoprint} …", flush=True)
        server.start()
        print(introduction(server), flush=True)
        code = server.wait()
        print(f"OctoPrint has ended by itself with {code}; see {server.basedir}/logs")
        return code
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        server.stop()


def kept_admin(basedir):
    """The admin with a password and a key that were made up at the first start."""
    file = basedir / "admin.json"
    if not file.exists():
        basedir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        made_up = {"password": secrets.token_urlsafe(9), "api_key": secrets.token_hex(16)}
        file.write_text(json.dumps(made_up), encoding="utf-8")
    return User(
        "admin", groups=["users", "admins"], **json.loads(file.read_text("utf-8"))
    )


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


def introduction(server):
    key = shlex.quote(f"X-Api-Key: {server.admin.api_key}")
    path = "api/system/commands"
    own = "plugin/systemcommands/" + path
    return f"""
    Address   {server.url}
    Login     {server.admin.name}
    Password  {server.admin.password}
    API key   {server.admin.api_key}
    Files     {server.basedir}

    List the commands, at OctoPrint's address and at the plugin's:
      curl -H {key} {server.url}/{path}
      curl -H {key} {server.url}/{own}
    Run one (204 when it has succeeded):
      curl -i -X POST -H {key} {server.url}/{path}/custom/show-ip

    The virtual printer is at the port VIRTUAL. Ctrl-C ends the server.
"""


if __name__ == "__main__":
    sys.exit(main())
