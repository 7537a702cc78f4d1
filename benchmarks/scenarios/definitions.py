"""The list of commands with as many as there may be: menu, save, export, import.

Servers of their own have 500 commands, as the plugin's and as OctoPrint's `system.actions`.
OctoPrint has no editor; what it takes to save its settings is the least that a save can take.
"""

import contextlib
import json

from octoprint_systemcommands.commands.editing.validation import MAX_ENTRIES

from ..client import Client, expect
from ..figures import line, median, ms, spread
from ..servers import server, settle

COMMANDS = []

MENU_ROUNDS = 50
# more than there are earlier versions, which a save writes once more
ROUNDS = 15

MENU = "/plugin/systemcommands/api/menu"
DEFINITIONS = "/plugin/systemcommands/api/definitions"
THEIR_LIST = "/api/system/commands"


def measure(servers):
    with contextlib.closing(server({"system": {"actions": plain()}})) as theirs:
        theirs.start()
        settle(theirs)
        with Client(theirs) as client:
            their_list = [read(client, THEIR_LIST)[1] for _ in range(MENU_ROUNDS)]
            their_save = [save_settings(client, number) for number in range(ROUNDS)]

    config = {"plugins": {"systemcommands": {"commands": commands()}}}
    with contextlib.closing(server(config)) as ours:
        ours.start()
        settle(ours)
        with Client(ours) as client:
            menu = [read(client, MENU)[1] for _ in range(MENU_ROUNDS)]
            our_list = [read(client, THEIR_LIST)[1] for _ in range(MENU_ROUNDS)]
            open_ = [read(client, DEFINITIONS)[1] for _ in range(ROUNDS)]
            one = [save(client, change_one, number) for number in range(ROUNDS)]
            all_ = [save(client, change_all, number) for number in range(ROUNDS)]
            export = [read(client, f"{DEFINITIONS}/export") for _ in range(ROUNDS)]
            body = {"from": "yaml", "text": export[0][0].decode(), "others": []}
            import_ = [
                call(client, "POST", f"{DEFINITIONS}/import", body)[1]
                for _ in range(ROUNDS)
            ]

    return [
        *(
            line(
                f"{work} with {MAX_ENTRIES} commands, median",
                ms(median(theirs)) if theirs else "–",
                ms(median(ours)),
                f"≤ {ms(goal)}",
                median(ours) <= goal,
            )
            for work, theirs, ours, goal in (
                ("System menu (theirs: GET /api/system/commands)", their_list, menu, 0.1),
                ("GET /api/system/commands", their_list, our_list, 0.1),
                ("open the editor", [], open_, 0.5),
                ("save one change (theirs: any setting)", their_save, one, 0.5),
                ("save all of them changed (theirs: any setting)", their_save, all_, 0.5),
                ("export", [], [seconds for _, seconds in export], 0.5),
                ("import", [], import_, 0.5),
            )
        ),
        *(
            line(
                f"– {work}: p50 / p95 / max",
                spread(theirs) if theirs else "",
                spread(ours),
            )
            for work, theirs, ours in (
                ("menu", their_list, menu),
                ("one change", their_save, one),
                ("all changed", their_save, all_),
                ("import", [], import_),
            )
        ),
    ]


def plain():
    return [
        {
            "action": f"command-{number}",
            "name": f"Command {number}",
            "command": f"/home/pi/scripts/do-something.sh --number {number}\necho done",
            "confirm": f"Do number {number}?",
        }
        for number in range(MAX_ENTRIES)
    ]


def commands():
    """Some of them ask for something, some are open to a group, and so on."""
    result = plain()
    for number, entry in enumerate(result):
        if number % 2:
            entry["description"] = "Does something that takes a sentence to describe"
            entry["group"] = f"Group {number % 7}"
            entry["icon"] = "camera"
        if number % 4 == 0:
            entry["arguments"] = [
                {"name": "speed", "type": "number", "min": 0, "max": 10, "default": 5},
                {"name": "mode", "type": "choice", "choices": ["slow", "fast"]},
            ]
        if number % 5 == 0:
            entry["environment"] = {"LANG": "C.UTF-8", "NUMBER": str(number)}
            entry["timeout"] = 60
        if number % 10 == 0:
            entry["groups"] = ["users"]
            entry["while_printing"] = "refuse"
    return result


def call(client, method, path, body=None, headers=None):
    """The answer's content and the seconds that it took."""
    status, seconds = client.request(method, path, body, headers)
    return client.content, expect(200, status, seconds)


def read(client, path):
    return call(client, "GET", path)


def save(client, change, number):
    content, _ = read(client, DEFINITIONS)
    definitions = json.loads(content)["definitions"]
    change(definitions, number)
    headers = {"If-Match": client.headers["ETag"]}
    return call(client, "PUT", DEFINITIONS, {"definitions": definitions}, headers)[1]


def change_one(definitions, number):
    definitions[number]["name"] = f"Changed {number}"


def change_all(definitions, number):
    for position, entry in enumerate(definitions):
        entry["name"] = f"Changed {number}, {position}"


def save_settings(client, number):
    return call(client, "POST", "/api/settings", {"appearance": {"name": f"{number}"}})[1]
