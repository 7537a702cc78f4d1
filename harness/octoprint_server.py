"""A real OctoPrint on this machine, for `make run`, the tests and the benchmarks.

    with OctoPrintServer(config={"plugins": {"systemcommands": {"commands": [...]}}}) as server:
        requests.get(server.url + "/api/version", headers=server.admin.headers)

The server is a separate process with a base folder of its own. Nothing of OctoPrint's is
switched off that a user would have: permissions, CSRF protection and reauthentication work
as they do in production. What is switched off needs the internet (update checks and such).

The module needs PyYAML and nothing else, so it runs in any Python that has OctoPrint.
"""

import atexit
import base64
import copy
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import yaml

START_TIMEOUT = 90  # seconds; about 5 are usual, but a Raspberry Pi is a lot slower
STOP_TIMEOUT = 20

# requests to the own machine are not for the proxy that the environment may name
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

BASE_CONFIG = {
    "server": {
        "firstRun": False,
        "onlineCheck": {"enabled": False},
        "pluginBlacklist": {"enabled": False},
        "seenWizards": {
            "backup": 99,
            "file_check": 99,
            "classicwebcam": 99,
            "corewizard": 99,
            "tracking": 99,
            "firmware_check": 99,
        },
    },
    "plugins": {
        "_disabled": [
            "softwareupdate",
            "announcements",
            "tracking",
            "discovery",
            "errortracking",
        ],
        "virtual_printer": {"enabled": True},
    },
}


class ServerError(Exception):
    """The server did not do what it was asked to; the message has the end of its log."""


class User:
    """A user of the test server, with the password and the API key in clear text."""

    def __init__(
        self, name, password=None, api_key=None, groups=("users",), permissions=()
    ):
        self.name = name
        self.password = password or f"password of {name}"
        self.api_key = api_key or hashlib.sha256(name.encode()).hexdigest()[:32].upper()
        self.groups = list(groups)
        self.permissions = list(permissions)

    @property
    def headers(self):
        """What makes a request this user's request."""
        return {"X-Api-Key": self.api_key}

    def __repr__(self):
        return f"<User {self.name}>"


def default_users():
    """One user for each kind of right that the plugin tells apart."""
    return {
        user.name: user
        for user in (
            User("admin", groups=["users", "admins"]),
            User("operator", permissions=["SYSTEM"]),
            User("user"),
        )
    }


class OctoPrintServer:
    """One OctoPrint process and its base folder.

    config   is merged into BASE_CONFIG: mappings key by key, except that `_disabled` is
             added to; everything else replaces what was there.
    basedir  is made when missing. Without it, a temporary one is used and removed again
             when the `with` block or `close()` ends. A base folder that already has a
             config.yaml is used as it is.
    python   is the interpreter whose OctoPrint is started (default: the running one).
    port     is a free one by default, and stays the same over restarts.
    users    by name; the default is `admin`, `operator` (has SYSTEM) and `user` (has not).
    env      are environment variables in addition to this process's own.
    starter  is a `PreloadedStarter` that makes its process, if neither `python` nor `env` is
             given. Without it, it is a new one.
    """

    def __init__(
        self,
        config=None,
        basedir=None,
        python=None,
        port=None,
        host="127.0.0.1",
        users=None,
        env=None,
        starter=None,
    ):
        # what an environment says acts when Python starts
        self._starter = None if python or env else starter
        self.python = str(python or sys.executable)
        self.host = host
        self.port = port or free_port()
        self.users = users if users is not None else default_users()
        self._env = env or {}
        self._process = None
        self._temporary = basedir is None
        if basedir is None:
            basedir = tempfile.mkdtemp(prefix="octoprint-")
        self.basedir = Path(basedir).absolute()
        self._prepare(config or {})

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.close()

    ##~~ Where it is and who may use it

    @property
    def url(self):
        """The server's address, without a slash at the end."""
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host
        return f"http://{host}:{self.port}"

    @property
    def pid(self):
        """The process id, None when the server has not been started or was stopped."""
        return self._process.pid if self._process else None

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def admin(self):
        return self.users["admin"]

    @property
    def operator(self):
        """A user with the SYSTEM permission who is no admin."""
        return self.users["operator"]

    @property
    def user(self):
        """A user without the SYSTEM permission."""
        return self.users["user"]

    @property
    def global_api_key(self):
        """The key that OctoPrint 1.11 makes for itself at its first start; None on 2.0."""
        return self.read_config().get("api", {}).get("key")

    ##~~ Its files

    @property
    def config_file(self):
        return self.basedir / "config.yaml"

    def read_config(self):
        """config.yaml as it is on the disk now."""
        return yaml.safe_load(self.config_file.read_text(encoding="utf-8")) or {}

    def write_config(self, config):
        """Replace config.yaml; for a server that is not running."""
        self.config_file.write_text(
            yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )

    def log_text(self):
        """octoprint.log, and before it what the process printed before logging began."""
        parts = [self.basedir / "console.log", self.basedir / "logs" / "octoprint.log"]
        return "\n".join(
            part.read_text(encoding="utf-8", errors="replace")
            for part in parts
            if part.exists()
        )

    def forget_log(self):
        """From now on `log_text` has only what comes after this."""
        for name in ("console.log", "logs/octoprint.log"):
            path = self.basedir / name
            if path.exists():
                # who has it open appends to it
                os.truncate(path, 0)

    def _prepare(self, config):
        self.basedir.mkdir(parents=True, exist_ok=True)
        if not self.config_file.exists():
            self.write_config(merged(BASE_CONFIG, config))
        users_file = self.basedir / "users.yaml"
        if not users_file.exists():
            users_file.write_text(
                yaml.safe_dump(users_yaml(self.users)), encoding="utf-8"
            )
            users_file.chmod(0o600)
            self._prepare_plugin_repository()

    def _prepare_plugin_repository(self):
        """Give the Plugin Manager fresh caches, so that it does not go online for them."""
        data = self.basedir / "data" / "pluginmanager"
        data.mkdir(parents=True, exist_ok=True)
        for name in ("plugins.json", "notices.json"):
            (data / name).write_text("[]", encoding="utf-8")

    ##~~ Its life

    def start(self, timeout=START_TIMEOUT):
        """Start the server and return when it answers; ServerError when it does not."""
        if self.running:
            raise ServerError("the server is already running")
        # the plugin must be found because it is installed, not because it is near
        ours = {name: v for name, v in os.environ.items() if name != "PYTHONPATH"}
        environment = {**ours, **self._env}
        arguments = ["serve", "--iknowwhatimdoing", "--basedir", str(self.basedir)]
        arguments += ["--host", self.host, "--port", str(self.port)]
        path = self.basedir / "console.log"
        path.unlink(missing_ok=True)
        # appended to, so that it can be emptied meanwhile
        with open(path, "ab") as console:
            start = self._starter.start if self._starter else self._start_python
            self._process = start(arguments, self.basedir, environment, console)
        atexit.register(self.kill)
        try:
            self._wait_until_online(timeout)
        except BaseException:
            self.kill()
            raise
        return self

    def _start_python(self, arguments, cwd, env, output):
        return subprocess.Popen(
            [self.python, "-m", "octoprint", *arguments],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal is for the caller, who then stops the server
            start_new_session=True,
        )

    def _wait_until_online(self, timeout):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.running:
                raise ServerError(
                    f"OctoPrint ended with {self._process.returncode} while starting:\n"
                    + self._log_end()
                )
            try:
                with DIRECT.open(self.url + "/online.txt", timeout=5) as response:
                    if response.read().strip() == b"online":
                        return
            except (OSError, http.client.HTTPException):
                # not listening yet, or the placeholder that OctoPrint shows meanwhile
                pass
            time.sleep(0.03)
        raise ServerError(f"OctoPrint is not up after {timeout} s:\n{self._log_end()}")

    def _log_end(self, lines=60):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def stop(self, timeout=STOP_TIMEOUT):
        """End the server as systemd would: TERM, and KILL if it has not ended in time.

        Returns its exit code, None if it had to be killed or was not running.
        """
        if self._process is None:
            return None
        self._process.terminate()
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
        self.kill()
        return code

    def kill(self):
        """End the server at once and without warning, like a power cut (kill -9)."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None
        atexit.unregister(self.kill)

    def restart(self):
        """Stop it and start it again on the same base folder and port."""
        self.stop()
        self.start()

    def close(self):
        """Stop it, and remove the base folder if it was a temporary one."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self.basedir, ignore_errors=True)

    def wait(self, timeout=None):
        """Wait until the process ends by itself and return its exit code."""
        return self._process.wait(timeout)

    ##~~ Its API, as far as every caller needs it

    def request(self, method, path, body=None, user=None, timeout=30):
        """An API request by `user` (default: admin); returns the decoded JSON or None."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={**(user or self.admin).headers, "Content-Type": "application/json"},
        )
        with DIRECT.open(request, timeout=timeout) as response:
            content = response.read()
        return json.loads(content) if content.strip() else None

    def connect_virtual_printer(self, timeout=30):
        """Connect OctoPrint to its virtual printer and return when it is operational."""
        # both versions understand this older form of the request
        self.request(
            "POST",
            "/api/connection",
            {"command": "connect", "port": "VIRTUAL", "baudrate": 115200},
        )
        state = None
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            state = self.request("GET", "/api/connection")["current"]["state"]
            if state == "Operational":
                return
            time.sleep(0.1)
        raise ServerError(f"the virtual printer is {state!r} after {timeout} s")


def free_port(host="127.0.0.1"):
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def merged(base, overrides):
    """`base` with `overrides` laid over it; neither is changed."""
    result = copy.deepcopy(base)
    for key, value in overrides.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        elif key == "_disabled":
            result[key] = [*result.get(key, []), *value]
        else:
            result[key] = copy.deepcopy(value)
    return result


def users_yaml(users):
    """The content of OctoPrint's users.yaml (the same on 1.11 and 2.0) for `users`."""
    return {
        "_version": 2,
        **{
            user.name: {
                "password": password_hash(user.password),
                "active": True,
                "groups": user.groups,
                "permissions": user.permissions,
                "apikey": user.api_key,
                "settings": {},
            }
            for user in users.values()
        },
    }


def password_hash(password):
    """`password` hashed in the PBKDF2 form that both OctoPrint versions accept.

    Few rounds: the passwords of a test server are not secret, and logins should be quick.
    """
    rounds, salt = 1000, os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)

    def encoded(data):
        return base64.b64encode(data, altchars=b"./").rstrip(b"=").decode()

    return f"$pbkdf2-sha256${rounds}${encoded(salt)}${encoded(digest)}"
