"""A running server that test modules have one after the other.

To start one takes seconds of processor time, and as much again for the first page of it. So
a module that asks for nothing else than commands gets a server that others have had before
it, in the state of a new one: all that modules leave behind is taken away by the API, and
what came of that is compared with what a new server says of itself. One that cannot be
brought into that state, or that was restarted or killed, is of no further use.
"""

import requests

from harness.http_clients import RUNS, ApiClient
from harness.waiting import wait_until
from octoprint_systemcommands.commands.editing.versions import Versions

DEFINITIONS = "/plugin/systemcommands/api/definitions"
RULES = "/plugin/systemcommands/api/rules"
STATES = "/plugin/systemcommands/api/states"
LINKS = "/plugin/systemcommands/api/links"
ACTIVE = f"{RUNS}?status=pending,queued,starting,running"
# what an account is, without what OctoPrint and plugins note of it
ACCOUNT = ("name", "active", "admin", "apikey", "groups", "permissions")
# what the plugin keeps beside the settings and the history
KEPT_FILES = (
    *("versions.yaml", "versions.yaml.broken", "last_save.json"),
    *("rule_versions.yaml", "last_save_of_rules.json"),
    "states.json",
)


class SharedServer:
    """Hands out a server, and takes it back.

    Arguments:
        make: starts a new one, without commands
    """

    def __init__(self, make):
        self._make = make
        self._server = None

    def take(self, commands=(), settings=None):
        """A server with these commands, and these of OctoPrint's settings as its API takes
        them, that does not know what was before.

        Returns:
            None if the commands cannot be saved, since something is wrong with them
        """
        if self._server is None:
            self._server = self._make()
            self._pid = self._server.pid
            self._files = files_of(self._server)
            with ApiClient(self._server.url, self._server.admin) as client:
                self._state = state_of(client, self._server)
        with ApiClient(self._server.url, self._server.admin) as client:
            try:
                if settings:
                    post(client, "/api/settings", settings)
                # what has been there before may be wrong
                self._versions().add(list(commands), [], None)
                save(client, DEFINITIONS, {"definitions": list(commands)})
            except requests.HTTPError:
                self._reset_or_drop(client)
                return None
        self._forget_saves()
        self._server.forget_log()
        return self._server

    def give_back(self):
        """The module that has it is done with it."""
        if not self._server.running or self._server.pid != self._pid:
            self.close()
            return
        with ApiClient(self._server.url, self._server.admin) as client:
            self._reset_or_drop(client)

    def is_there(self, server):
        """Whether this is the one, which the next module may get."""
        return server is self._server

    def close(self):
        """Stop it."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _reset_or_drop(self, client):
        try:
            reset(client, self._state)
            is_new = state_of(client, self._server) == self._state
        except (requests.RequestException, AssertionError):
            is_new = False
        if not is_new:
            self.close()
            return
        self._forget_saves()
        # what commands have written, which run in this folder
        for path in files_of(self._server) - self._files:
            path.unlink()

    def _versions(self):
        return Versions(str(self._folder() / "versions.yaml"))

    def _folder(self):
        return self._server.basedir / "data" / "systemcommands"

    def _forget_saves(self):
        for name in KEPT_FILES:
            (self._folder() / name).unlink(missing_ok=True)


def files_of(server):
    return {
        path
        for path in server.basedir.iterdir()
        if not path.is_dir() and ".yaml" not in path.name and ".log" not in path.name
    }


def state_of(client, server):
    """All that a module may change and others would notice."""
    users = get(client, "/api/access/users")["users"]
    return {
        "config": server.read_config(),
        "settings": get(client, "/api/settings"),
        "definitions": get(client, DEFINITIONS)["definitions"],
        "rules": get(client, RULES)["rules"],
        "links": get(client, LINKS)["links"],
        "users": [{key: user.get(key) for key in ACCOUNT} for user in users],
        "groups": get(client, "/api/access/groups")["groups"],
        "files": get(client, "/api/files/local")["files"],
        "printer": connection(client),
        "runs": get(client, RUNS)["runs"],
    }


def reset(client, state):
    """Take away what is not in a state, as far as that is possible."""
    for run in get(client, ACTIVE)["runs"]:
        client.post(f"{RUNS}/{run['id']}/stop", json={})
    wait_until(lambda: not get(client, ACTIVE)["runs"])
    client.delete(RUNS).raise_for_status()
    save(client, DEFINITIONS, {"definitions": state["definitions"]})
    save(client, RULES, {"rules": state["rules"]})
    for link in get(client, LINKS)["links"]:
        client.delete(f"{LINKS}/{link['id']}").raise_for_status()
    # who looks lets it forget the toggles that are gone
    get(client, STATES)

    settings = get(client, "/api/settings")
    changed = different(settings, state["settings"])
    if changed:
        post(client, "/api/settings", changed)
    for user in get(client, "/api/access/users")["users"]:
        if user["name"] not in {one["name"] for one in state["users"]}:
            client.delete(f"/api/access/users/{user['name']}").raise_for_status()
    for group in get(client, "/api/access/groups")["groups"]:
        if group["key"] not in {one["key"] for one in state["groups"]}:
            client.delete(f"/api/access/groups/{group['key']}").raise_for_status()
    if connection(client) != state["printer"]:
        client.post("/api/connection", json={"command": "disconnect"}).raise_for_status()
        wait_until(lambda: connection(client) == state["printer"])
    for entry in get(client, "/api/files/local")["files"]:
        client.delete(f"/api/files/local/{entry['path']}").raise_for_status()


def different(now, before):
    """The sections of settings that are not as before, and of plugins only theirs."""
    changed = {
        key: value
        for key, value in before.items()
        if key != "plugins" and now.get(key) != value
    }
    plugins = {
        key: value
        for key, value in before["plugins"].items()
        if now["plugins"].get(key) != value
    }
    return {**changed, "plugins": plugins} if plugins else changed


def connection(client):
    return get(client, "/api/connection")["current"]["state"]


def save(client, path, body):
    response = client.get(path)
    response.raise_for_status()
    etag = response.headers["ETag"]
    client.put(path, json=body, headers={"If-Match": etag}).raise_for_status()


def get(client, path):
    response = client.get(path)
    response.raise_for_status()
    return response.json()


def post(client, path, body):
    client.post(path, json=body).raise_for_status()
