"""Values that want to be more than values, by every door, to real processes.

Whatever is sent, one of two things happens: the command gets exactly this, in its variable
and nowhere else; or it is refused, with the name of the argument, and nothing is run. The
commands here write down what they have got, byte by byte, and there is a canary: a file that
exists as soon as any of the values was executed.
"""

import contextlib
import json
import os
import re
import string

import pytest

pytestmark = pytest.mark.one_version

RUNS = "/plugin/systemcommands/api/runs"
TEST = "/plugin/systemcommands/api/definitions/test"
OCTOPRINTS = "/api/system"
PLUGINS = "/plugin/systemcommands/api/system"
DOORS = ["runs", OCTOPRINTS, PLUGINS, f"{OCTOPRINTS} (old)", f"{PLUGINS} (old)", "test"]

CANARY = "canary"


def attacks(code):
    """The ways to have a shell, or whatever reads a value next, execute something."""
    return [
        f"$({code})",
        f"`{code}`",
        f'"$({code})"',
        f"'$({code})'",
        f"'; {code}; '",
        f'"; {code}; "',
        f"; {code}",
        f"| {code}",
        f"|| {code}",
        f"& {code}",
        f"&& {code}",
        f"\\; {code}",
        f"x' || {code} || 'x",
        f"${{IFS}}$({code})",
        f"${{x:-$({code})}}",
        f"$(({code}))",
        f"<({code})",
        f"() {{ :; }}; {code}",
        f"{{{code},}}",
        f"a[$({code})]",
        f"%s$({code})%n",
        f"-exec {code}",
        f"--checkpoint-action=exec={code}",
        f"-oProxyCommand={code}",
        f"__import__('os').system('{code}')",
        f"{{{{ ''.__class__ }}}} ${{{{{code}}}}} #{{{code}}} <%= `{code}` %>",
        f"' OR 1=1; -- {code}",
    ]


VALUES = [
    *attacks(f"touch {CANARY}"),
    # every punctuation mark by itself
    *string.punctuation,
    " ",
    "  two  spaces  ",
    "\u00a0",
    "\u3000",
    # options
    "--",
    "-n",
    "-e x",
    "--help",
    "-rf /",
    # files, and what a shell makes of patterns
    "../../../etc/passwd",
    "/etc/passwd",
    "~root",
    "/*",
    "[a-z]*",
    f"> {CANARY}",
    f">{CANARY} 2>&1",
    "2>&1",
    "$SC_V00",
    "${PATH}",
    "%PATH%",
    # escapes that something may undo
    "\\n\\0\\x00\\u0000",
    "%00%0a",
    "&#10;&lt;",
    "a\\",
    # letters that look like others, change direction, or are not there at all
    "‮gnp.exe",
    "؜⁦⁩",
    "a\u200bb\ufeff",
    "İıſK",
    "e\u0301 é ﬁ",
    "\U0001f511\U0010ffff\ufffd\uffff",
    "＄（ｔｏｕｃｈ）",
    # what other languages take for something else
    "true",
    "null",
    "NaN",
    "0x1F",
    "1e999",
    "__proto__",
    "<script>alert(1)</script>",
    "x" * 255,
    "ä" * 255,
    "\U0001f511" * 255,
]
# with dots, so that no two commands of a batch can be mistaken for each other
NUMBERS = {
    "0": "0",
    "-0": "0",
    "-0.0": "0",
    "5.0": "5",
    "-1": "-1",
    "0.1": "0.1",
    "0.30000000000000004": "0.30000000000000004",
    "1e3": "1000",
    "1E+3": "1000",
    "25e-1": "2.5",
    "1e-7": "0.0000001",
    "999999999999999": "999999999999999",
    "-1e15": "-1000000000000000",
    "123456.789": "123456.789",
}
TOGGLES = {"true": "true", "false": "false"}

# As JSON, since some of it cannot be said otherwise
SCALARS = ("0", "1", "-1", "1.5", "1e999", "NaN", "Infinity", "-Infinity")
FLAGS = ("true", "false")
COLLECTIONS = ("[]", '["x"]', "{}", '{"value": "x"}', "[[[[]]]]", '{"__proto__": {}}')
NO_LINES = tuple(
    json.dumps(f"a{chr(code)}b")
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xD800, 0xDBFF, 0xDFFF)
)
REFUSED = {
    "text": [
        *SCALARS,
        *FLAGS,
        *COLLECTIONS,
        *NO_LINES,
        # the right half of a character before the left one
        '"\\udc00\\ud800"',
        json.dumps("x" * 256),
        json.dumps(f"x\n{'y' * 5000}"),
    ],
    "number": [
        *FLAGS,
        *COLLECTIONS,
        *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e16"),
        *('"1"', '"1e3"', '"0x10"', '"NaN"', '" 1"', '"1; reboot"', '"١"'),
        *(str(10**15 + 1), str(-(10**15) - 1), str(10**300), "1" * 4000, "5e-324"),
    ],
    "choice": [
        *SCALARS,
        *FLAGS,
        *COLLECTIONS,
        *(
            '"x "',
            '" x"',
            '"X"',
            '"x\\u0000"',
            '"x\\n"',
            '"no such"',
            '"0.0"',
            '"\\ud800"',
        ),
    ],
    "toggle": [
        *SCALARS,
        *COLLECTIONS,
        *('"true"', '"false"', '"on"', '"1"', '"x"'),
    ],
}
MESSAGES = {
    "text": "has to be a text|must not contain control characters|must not be longer",
    "number": "has to be a number|has too many digits",
    "choice": "has to be one of these",
    "toggle": "has to be true or false",
}
ACTIONS = {"text": "texts", "number": "numbers", "choice": "choices", "toggle": "toggles"}


def arguments_of(kind, count, **fields):
    return [
        {"name": f"v{number:02}", "type": kind, "required": False, **fields}
        for number in range(count)
    ]


def command(action, arguments):
    """A command that writes down what it gets; and takes the values in its hands in some
    of the ways in which commands do."""
    names = " ".join(
        f'"${{SC_{argument["name"].upper()}-unset}}"' for argument in arguments
    )
    return {
        "action": action,
        "name": action,
        "command": (
            f"printf '%s\\0' {names} > got;"
            f" for x in {names}; do"
            ' case "$x" in "$x") ;; *) touch canary;; esac;'
            ' [ "$x" = "$x" ] || touch canary;'
            ' : $x; y=$x; echo "$y" ${#y} > /dev/null;'
            " done"
        ),
        "arguments": arguments,
    }


SECRETS = [
    {**argument, "name": f"s{argument['name'][1:]}", "type": "secret"}
    for argument in arguments_of("text", 10)
]
COMMANDS = [
    command("texts", [*arguments_of("text", 10), *SECRETS]),
    command("numbers", arguments_of("number", 20)),
    command("choices", arguments_of("choice", 20, choices=VALUES)),
    command("toggles", arguments_of("toggle", 20)),
    command("files", arguments_of("file", 20)),
]


def batches(values, size):
    """The values in groups, as there are arguments to a command."""
    values = list(values)
    return [values[start : start + size] for start in range(0, len(values), size)]


class Door:
    """One of the ways in which values come to a command.

    Arguments:
        name: one of `DOORS`
        octoprint: the server
        operator: a client that may run everything
        admin: a client that may look at everything
    """

    def __init__(self, name, octoprint, operator, admin):
        self.name = name
        self.got_file = octoprint.basedir / "got"
        self._operator = operator
        self._admin = admin

    def post(self, action, arguments, **kwargs):
        """Sends arguments, given as JSON; returns when the run has ended."""
        self.got_file.unlink(missing_ok=True)
        if self.name == "runs":
            head = f'"source": "custom", "action": "{action}"'
        elif self.name == "test":
            (definition,) = (c for c in COMMANDS if c["action"] == action)
            head = f'"definition": {json.dumps(definition)}'
        elif self.is_old:
            head = f'"action": "{action}"'
        else:
            head = '"a": 1'
        return self.post_body(
            action, f'{{{head}, "arguments": {arguments}}}'.encode(), **kwargs
        )

    @property
    def is_old(self):
        return self.name.endswith("(old)")

    def post_body(self, action, body, content_type="application/json"):
        client, path = self._operator, self.name.removesuffix(" (old)")
        if self.name == "runs":
            path = RUNS
        elif self.name == "test":
            client, path = self._admin, TEST
        elif not self.is_old:
            path = f"{path}/commands/custom/{action}"
        response = client.post(path, data=body, headers={"Content-Type": content_type})
        if response.status_code == 202:
            client.wait_for_run(response.json()["id"])
        return response

    def passed(self, response):
        return response.status_code == (202 if self.name in ("runs", "test") else 204)

    def got(self):
        """The values of the command's variables, None if it was not run."""
        if not self.got_file.exists():
            return None
        *values, rest = self.got_file.read_bytes().decode().split("\0")
        assert rest == ""
        return values

    def last_run(self, action):
        found = self._admin.get(RUNS, params={"action": action, "limit": 1}).json()
        return (found["runs"] or [None])[0]


@pytest.fixture(params=DOORS)
def door(request, octoprint, operator, admin):
    return Door(request.param, octoprint, operator, admin)


@pytest.fixture(autouse=True)
def nothing_else_happens(octoprint):
    """No canary, and no file that a redirection would have made, anywhere near."""
    folders = [octoprint.basedir, octoprint.basedir / "uploads"]

    def names():
        return {path for folder in folders for path in folder.iterdir()}

    before = names()
    yield
    new = {path.name for path in names() - before}
    # and OctoPrint's own
    assert {name for name in new if not name.startswith((".metadata", "config."))} <= {
        "got",
        "backup_plugin_export.json",
    }


##~~ Values that are taken


def run_with(door, action, sent, expected):
    """Sends values, as JSON by name, and expects the command to get them as they are.

    Returns:
        the run's arguments, as the history has them
    """
    names = [
        argument["name"]
        for c in COMMANDS
        if c["action"] == action
        for argument in c["arguments"]
    ]
    body = ", ".join(f'"{name}": {value}' for name, value in sent.items())
    response = door.post(action, f"{{{body}}}")
    assert door.passed(response), response.text
    assert dict(zip(names, door.got())) == {**dict.fromkeys(names, ""), **expected}
    run = door.last_run(action)
    assert run["status"] == "succeeded"
    return {name: value for name, value in run["arguments"].items() if name in sent}


def test_text_and_secrets_arrive_as_they_are(door):
    tried = set()
    for batch in batches(VALUES, 10):
        values = dict(zip((a["name"] for a in arguments_of("text", 10)), batch))
        # the same once more, as secrets
        hidden = {f"s{name[1:]}": value for name, value in values.items()}
        expected = {**values, **hidden}
        sent = {name: json.dumps(value) for name, value in expected.items()}
        shown = run_with(door, "texts", sent, expected)
        assert shown == {**values, **dict.fromkeys(hidden, "***")}
        tried |= {("text", value) for value in batch}
        tried |= {("secret", value) for value in batch}
    assert len(tried) == 2 * len(VALUES)


def test_choices_arrive_as_they_are(door):
    tried = set()
    for batch in batches(VALUES, 20):
        values = {f"v{number:02}": value for number, value in enumerate(batch)}
        sent = {name: json.dumps(value) for name, value in values.items()}
        assert run_with(door, "choices", sent, values) == values
        tried |= set(batch)
    assert len(tried) == len(VALUES)


@pytest.mark.parametrize(
    ("action", "values"), [("numbers", NUMBERS), ("toggles", TOGGLES)]
)
def test_numbers_and_toggles_arrive_as_they_are(door, action, values):
    sent = {f"v{number:02}": value for number, value in enumerate(values)}
    expected = {f"v{n:02}": value for n, value in enumerate(values.values())}
    if action == "toggles":
        # one that is not ticked is an answer
        expected = {**{f"v{n:02}": "false" for n in range(20)}, **expected}
    shown = run_with(door, action, sent, expected)
    assert shown == {name: json.loads(value) for name, value in sent.items()}


def test_how_many_that_were():
    """The tests above send these, each by each door, and compare each with what a process
    has got. Values that are not taken, and those of other tests, are not among them."""
    by_each_door = 3 * len(VALUES) + len(NUMBERS) + len(TOGGLES)
    assert len(set(VALUES)) == len(VALUES)
    assert by_each_door * len(DOORS) >= 500


##~~ Values that are refused


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_is_named_and_not_run(door, kind):
    action = ACTIONS[kind]
    before = door.last_run(action)
    size = 10 if kind == "text" else 20
    for batch in batches(REFUSED[kind], size):
        sent = {f"v{number:02}": value for number, value in enumerate(batch)}
        if kind == "text":
            # the same once more, as secrets
            sent.update({f"s{n:02}": value for n, value in enumerate(batch)})
        body = ", ".join(f'"{name}": {value}' for name, value in sent.items())
        response = door.post(action, f"{{{body}}}")

        assert response.status_code == 400, response.text
        problems = response.json()["problems"]
        assert {problem["argument"] for problem in problems} == set(sent)
        assert len(problems) == len(sent)
        for problem in problems:
            assert re.match(MESSAGES[kind], problem["message"]), problem
        first = problems[0]
        assert response.json()["error"] == f'"{first["argument"]}" {first["message"]}'
        if kind == "text":
            # what was not taken may be a secret all the same
            assert "yyyyy" not in response.text
    assert door.got() is None
    assert door.last_run(action) == before


NOT_ARGUMENTS = [
    "PATH",
    "LD_PRELOAD",
    "IFS",
    "SC_V00",
    "V00",
    "v00 ",
    " v00",
    "v00\n",
    "v0０",
    "v00\x00",
    "__proto__",
    "constructor",
    "",
    "\ud800",
    "$(touch canary)",
    "OCTOPRINT_RUN_ID",
    "<b>",
]


def test_unknown_names_are_refused(door):
    before = door.last_run("texts")
    for name in NOT_ARGUMENTS:
        response = door.post("texts", json.dumps({"v00": "x", name: "x"}))
        assert response.status_code == 400, name
        (problem,) = response.json()["problems"]
        assert problem["argument"] is None
        assert repr(name) in problem["message"]
    assert door.got() is None
    assert door.last_run("texts") == before


def test_thousands_of_names_are_answered_shortly(door):
    response = door.post("texts", json.dumps({f"x{n}": "" for n in range(5000)}))
    assert response.status_code == 400
    assert len(response.content) < 5000
    assert len(response.json()["problems"]) == 10
    assert door.got() is None


##~~ Bodies


def test_the_last_of_two_values_counts(door):
    response = door.post("texts", '{"v00": "first", "v00": "last"}')
    assert door.passed(response)
    assert door.got()[0] == "last"
    assert door.last_run("texts")["arguments"]["v00"] == "last"

    assert door.post("texts", '{"v00": "first", "v00": 5}').status_code == 400
    assert door.got() is None


def test_encodings_of_json(door):
    """Clients may send UTF-16 and UTF-32, which Python reads; the value is the same then."""
    definition = next(c for c in COMMANDS if c["action"] == "texts")
    body = {
        "source": "custom",
        "action": "texts",
        "definition": definition,
        "arguments": {"v00": "ä€\U0001f511"},
    }
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32-le"):
        text = json.dumps(body, ensure_ascii=False).encode(encoding)
        door.got_file.unlink(missing_ok=True)
        response = door.post_body("texts", text)
        if door.passed(response):
            assert door.got()[0] == "ä€\U0001f511"
        else:
            assert response.status_code == 400
            assert encoding != "utf-8"


GOOD = b'{"source": "custom", "action": "texts", "arguments": {"v00": "x"}}'
BODIES = {
    "invalid UTF-8": GOOD.replace(b'"x"', b'"\xff\xfe\xfa"'),
    "an overlong slash": GOOD.replace(b'"x"', b'"\xc0\xaf"'),
    "a surrogate in UTF-8": GOOD.replace(b'"x"', b'"\xed\xa0\x80"'),
    "a raw NUL": GOOD.replace(b'"x"', b'"\x00"'),
    "a raw newline": GOOD.replace(b'"x"', b'"\n"'),
    "nested deeply": GOOD.replace(b'"x"', b"[" * 90_000),
    "nested deeply and closed": GOOD.replace(b'"x"', b"[" * 40_000 + b"]" * 40_000),
    "objects in objects": GOOD.replace(b'"x"', b'{"a":' * 15_000 + b"1" + b"}" * 15_000),
    "a number without end": GOOD.replace(b'"x"', b"9" * 90_000),
    "cut off": GOOD[:-3],
    "two of them": GOOD + GOOD,
    "something behind it": GOOD + b"; touch canary",
    "a list": b"[" + GOOD + b"]",
    "a text": b'"texts"',
    "arguments as a list": GOOD.replace(b'{"v00": "x"}', b'["x"]'),
    "arguments as a text": GOOD.replace(b'{"v00": "x"}', b'"v00=x"'),
    "arguments as a number": GOOD.replace(b'{"v00": "x"}', b"1e999"),
    "arguments as false": GOOD.replace(b'{"v00": "x"}', b"false"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_that_are_refused(door, body):
    before = door.last_run("texts")
    door.got_file.unlink(missing_ok=True)
    if door.name == "test":
        definition = json.dumps(next(c for c in COMMANDS if c["action"] == "texts"))
        body = body.replace(
            b'"custom"', b'"custom", "definition": ' + definition.encode()
        )
    response = door.post_body("texts", body)
    assert response.status_code == 400, response.text
    assert isinstance(response.json()["error"], str)
    assert "Traceback" not in response.text
    assert door.got() is None
    assert door.last_run("texts") == before


TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "application/json; charset=utf-7",
    "application/json; charset=../../etc",
    "application/vnd.api+json",
    "nonsense",
    "",
    "application/xml",
]


@pytest.mark.parametrize("content_type", TYPES)
def test_content_types(door, content_type):
    """JSON that calls itself something else is JSON, or is refused; it is not read as
    something else."""
    body = GOOD
    if door.name == "test":
        definition = json.dumps(next(c for c in COMMANDS if c["action"] == "texts"))
        body = body.replace(
            b'"custom"', b'"custom", "definition": ' + definition.encode()
        )
    door.got_file.unlink(missing_ok=True)
    response = door.post_body("texts", body, content_type)
    if door.passed(response):
        # what calls itself a form has nothing in it for a command
        wanted = "" if "form" in content_type else "x"
        assert door.got() == [wanted] + [""] * 19
    else:
        assert response.status_code == 400
        assert isinstance(response.json()["error"], str)
        assert door.got() is None


@pytest.mark.parametrize("door", DOORS[1:5], indirect=True)
@pytest.mark.parametrize("way", ["data", "files"])
def test_forms_bring_no_values(door, operator, way):
    """OctoPrint takes API keys, and its old address the action, from forms."""
    fields = {"action": "texts", "v00": "x", "arguments": '{"v00": "x"}'}
    if way == "files":
        fields = {name: (None, value) for name, value in fields.items()}
    path = door.name.removesuffix(" (old)")
    if not door.is_old:
        path += "/commands/custom/texts"
    door.got_file.unlink(missing_ok=True)
    response = operator.post(path, **{way: fields})
    assert response.status_code == 204, response.text
    assert door.got() == [""] * 20


def test_a_body_that_is_too_large_is_not_read(door):
    response = None
    with contextlib.suppress(OSError):
        # OctoPrint may hang up instead of answering
        response = door.post("texts", json.dumps({"v00": "x" * 5_000_000}))
    assert response is None or response.status_code in (400, 413)
    assert door.got() is None


##~~ Files

UPLOADED = [
    "part.gcode",
    "sub/part.gcode",
    "-rf.gcode",
    "--help.gcode",
    "a  b.gcode",
    "it's.gcode",
    "`touch canary`.gcode",
    "(touch canary).gcode",
    "!touch canary.gcode",
    "~.gcode",
    "%s%n.gcode",
    "[a-z]{1,2}.gcode",
    "%2e%2e%2f.gcode",
    "a..b.gcode",
    "üñ☃\U0001f511.gcode",
    "sub/`touch canary`/-x.gcode",
]
NOT_UPLOADED = [
    "nowhere.gcode",
    "../config.yaml",
    "../../etc/passwd",
    "sub/../../config.yaml",
    "sub/../part.gcode",
    "..",
    ".",
    "...",
    "./part.gcode",
    "sub/./part.gcode",
    "sub//part.gcode",
    "/part.gcode",
    "//part.gcode",
    "part.gcode/",
    "sub",
    "sub/",
    "/etc/passwd",
    "%2e%2e/config.yaml",
    "..%2fconfig.yaml",
    "..\\config.yaml",
    "sub\\part.gcode",
    "..／config.yaml",
    "．．/config.yaml",
    "..\u2215config.yaml",
    ".hidden.gcode",
    "sub/.hidden.gcode",
    ".metadata.json",
    ".hidden/part.gcode",
    "pa?rt.gcode",
    "part.gcode.",
    "part.gcode ",
    "part.gcode\u200b",
    "PART.GCODE",
    # OctoPrint itself takes these for other names
    "$(touch canary).gcode",
    "; touch canary;.gcode",
    "part.gcode:",
    "part.gcode::$DATA",
    "*.gcode",
    "*",
    "?????gcode",
    "sdcard/part.gcode",
    "local/part.gcode",
    "local:part.gcode",
    "printer/part.gcode",
    "file:///etc/passwd",
    "~/.ssh/id_rsa",
    "$HOME/.ssh/id_rsa",
    "C:\\windows",
    "\\\\server\\share",
    "to-a-file.gcode",
    "to-a-folder/passwd",
    "to-the-base/config.yaml",
    "to-nothing.gcode",
    "to-itself.gcode",
    "pipe.gcode",
    "x" * 300,
    "/".join("x" * 1000),
]


@pytest.fixture(scope="module")
def uploads(octoprint):
    folder = octoprint.basedir / "uploads"
    hidden = [".hidden.gcode", "sub/.hidden.gcode", ".hidden/part.gcode"]
    for name in [*UPLOADED, *hidden]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("G28\n")
    for name, target in {
        "to-a-file.gcode": "/etc/passwd",
        "to-a-folder": "/etc",
        "to-the-base": "..",
        "to-nothing.gcode": "/nowhere",
        "to-itself.gcode": "to-itself.gcode",
    }.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.gcode")
    return folder


def test_a_file_arrives_as_the_path_on_the_disk(door, uploads):
    values = {f"v{number:02}": name for number, name in enumerate(UPLOADED)}
    sent = {name: json.dumps(value) for name, value in values.items()}
    expected = {name: str(uploads / value) for name, value in values.items()}
    assert run_with(door, "files", sent, expected) == values


def test_what_is_not_among_the_uploads_is_refused(door, uploads, octoprint):
    before = door.last_run("files")
    values = [*NOT_UPLOADED, str(octoprint.basedir / "config.yaml")]
    values.append(str(uploads / "part.gcode"))
    for batch in batches(values, 20):
        sent = {f"v{number:02}": value for number, value in enumerate(batch)}
        response = door.post("files", json.dumps(sent))
        assert response.status_code == 400, response.text
        problems = response.json()["problems"]
        assert {problem["argument"] for problem in problems} == set(sent)
        # and whether there is something else of that name is nobody's business
        assert {problem["message"] for problem in problems} <= {
            "is not among the uploaded files",
            "has to be the path of an uploaded file",
            "must not contain control characters",
            "must not be longer than 4096 characters",
        }
    for kind in ("text", "number"):
        for batch in batches(REFUSED[kind], 20):
            body = ", ".join(f'"v{n:02}": {value}' for n, value in enumerate(batch))
            assert door.post("files", f"{{{body}}}").status_code == 400
    assert door.got() is None
    assert door.last_run("files") == before
