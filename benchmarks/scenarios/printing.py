"""How long a print takes while commands flood their output.

6,000 moves go to OctoPrint's virtual printer, as fast as OctoPrint can: the moves take no
time, so the print lasts as long as the communication does. Its time is OctoPrint's own, the one
that the event PrintDone has and that is kept with the file; nobody looks on while it prints.

The commands repeat a line of 64 bytes as fast as they can be read, from before the
print until after its end. Prints with and without them take turns. OctoPrint keeps all of
the output in its memory, so its part is ended when that gets short.
"""

import contextlib
import http.client
import time
import uuid

import psutil

from ..client import Client
from ..figures import line, median
from ..servers import settle

LINES = 6000

# they end by themselves should anything go wrong here
LONGEST_FLOOD = 120
COMMANDS = [
    {
        "action": f"bench-flood-{number}",
        "name": f"Flood {number}",
        "command": f"timeout {LONGEST_FLOOD} yes {'0123456789' * 6}012",
        "async": True,
    }
    for number in (1, 2)
]

ROUNDS = 9
# OctoPrint's own way takes long, and a start of the server each time
THEIR_ROUNDS = 2
LONGEST_PRINT = 75

MEGABYTE = 1024 * 1024
MOST_MEMORY = 4000 * MEGABYTE
THEIR_NEED = MOST_MEMORY + 1000 * MEGABYTE

FILE = "bench.gcode"


def measure(servers):
    ours = Prints(servers.ours, ROUNDS)
    theirs = None
    if psutil.virtual_memory().available >= THEIR_NEED:
        theirs = Prints(servers.theirs, THEIR_ROUNDS)

    goal = 1.05
    lines = []
    for floods, title in (
        (1, f"print of {LINES:,} lines while a command floods its output ÷ undisturbed"),
        (2, "the same while two commands do"),
    ):
        ratio = ours.ratio(floods)
        lines.append(
            line(
                title,
                theirs.describe_ratio(floods) if theirs else "needs 5 GB of memory",
                f"{ratio:.3f} ×",
                f"≤ {goal} ×",
                ratio <= goal,
            )
        )
    lines.append(
        line(
            f"– print time undisturbed / one / two, medians of {ROUNDS} rounds "
            f"(OctoPrint's: of {THEIR_ROUNDS})",
            theirs.describe_times() if theirs else "",
            ours.describe_times(),
        )
    )
    lines.append(
        line(
            "– output read meanwhile by one / two; growth of the server's memory",
            theirs.describe_output() if theirs else "",
            ours.describe_output(),
        )
    )
    return lines


class Prints:
    """Prints on one server, by the number of commands that flood meanwhile."""

    def __init__(self, server, rounds):
        self._server = server
        self.seconds = {0: [], 1: [], 2: []}
        self.rates = {1: [], 2: []}
        self.growths = {1: [], 2: []}
        # the number of floods that the server could not bear until the end of the print
        self.cut_short = set()
        server.connect_virtual_printer()
        upload(server)
        settle(server)
        print_file(server)  # the first one is slower
        for _ in range(rounds):
            for floods in self.seconds:
                self._print(floods)
        # what is over must not be in the way of what else is measured
        server.restart()
        settle(server)

    def _print(self, floods):
        if not floods:
            self.seconds[0].append(print_file(self._server))
            return
        with Floods(self._server, floods) as flood:
            try:
                seconds = print_file(self._server, flood.check)
            except TooMuch as error:
                seconds = error.seconds
                self.cut_short.add(floods)
        self.seconds[floods].append(seconds)
        self.rates[floods].append(flood.rate)
        self.growths[floods].append(flood.growth)
        if floods in self.cut_short or flood.growth > 100 * MEGABYTE:
            # it has a lot to digest
            self._server.kill()
            self._server.start()
            self._server.connect_virtual_printer()
            settle(self._server)
            print_file(self._server)

    def ratio(self, floods):
        return median(self.seconds[floods]) / median(self.seconds[0])

    def describe_ratio(self, floods):
        more = "> " if floods in self.cut_short else ""
        return f"{more}{self.ratio(floods):.1f} ×"

    def describe_times(self):
        return " / ".join(
            ("> " if floods in self.cut_short else "") + f"{median(seconds):.2f} s"
            for floods, seconds in self.seconds.items()
        )

    def describe_output(self):
        rates = " / ".join(f"{median(r) / 1e6:.0f} MB/s" for r in self.rates.values())
        growths = " / ".join(
            f"{max(growths) / MEGABYTE:.0f} MB" for growths in self.growths.values()
        )
        return f"{rates}; {growths}"


class TooMuch(Exception):
    """The server needs too much memory or time."""

    seconds = None


class Floods:
    """Commands that flood their output, while the `with` block lasts."""

    def __init__(self, server, number):
        self._server = server
        self._number = number
        self._process = psutil.Process(server.pid)
        self._before = self._process.memory_info().rss
        self.growth = 0
        self.rate = 0.0

    def __enter__(self):
        with Client(self._server) as client:
            for command in COMMANDS[: self._number]:
                client.run(command["action"])
        # it has to be in full flow, and the processes are those of the commands only then
        time.sleep(0.5)
        self._processes = [
            process
            for process in self._process.children(recursive=True)
            if process.name() == "yes"
        ]
        if len(self._processes) != self._number:
            raise RuntimeError(
                f"{len(self._processes)} commands flood, not {self._number}"
            )
        self._started = time.monotonic()
        self._written = self._bytes_written()
        return self

    def __exit__(self, *exc_info):
        with contextlib.suppress(psutil.Error):
            seconds = time.monotonic() - self._started
            self.rate = (self._bytes_written() - self._written) / seconds
            self.check()
        for process in self._processes:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(self._processes, timeout=10)
        time.sleep(0.5)

    def _bytes_written(self):
        return sum(process.io_counters().write_chars for process in self._processes)

    def check(self):
        """Look whether the server's memory grows too much."""
        memory = self._process.memory_info().rss
        self.growth = max(self.growth, memory - self._before)
        if memory > MOST_MEMORY:
            raise TooMuch
        if any(not process.is_running() for process in self._processes):
            raise RuntimeError("a command has ended before the print")


def upload(server, name=FILE, text=None):
    """Puts a file that is printed onto a server."""
    text = gcode() if text is None else text
    boundary = uuid.uuid4().hex
    body = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n{text}\r\n"
        f"--{boundary}--\r\n"
    )
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with contextlib.closing(connection):
        content_type = f"multipart/form-data; boundary={boundary}"
        headers = {**server.admin.headers, "Content-Type": content_type}
        connection.request("POST", "/api/files/local", body.encode(), headers)
        status = connection.getresponse().status
    if status != 201:
        raise RuntimeError(f"the upload was answered with {status}")


def gcode():
    """A zigzag as a slicer writes it, but at the speed at which the virtual printer's moves
    take no time."""
    lines = ["G90", "M82", "G92 E0", "G1 F0"]
    for number in range(LINES - len(lines)):
        x, y = 20 + 0.05 * (number % 3000), 20 + 160 * (number % 2)
        lines.append(f"G1 X{x:.3f} Y{y:.3f} E{0.03456 * number:.5f}")
    return "\n".join(lines) + "\n"


def print_file(server, check=lambda: None, name=FILE):
    """Prints a file and returns how many seconds OctoPrint says that it took.

    Arguments:
        check: called a few times a second; raises TooMuch when the server should not go on
    """
    # OctoPrint writes this file when a print is over: no need to ask the server meanwhile
    metadata = server.basedir / "uploads" / ".metadata.json"
    stamp, before = modified(metadata), prints(server, name)
    body = {"command": "select", "print": True}
    started = time.monotonic()
    server.request("POST", f"/api/files/local/{name}", body)
    try:
        while time.monotonic() - started < LONGEST_PRINT:
            check()
            time.sleep(0.1)
            if modified(metadata) == stamp:
                continue
            stamp, after = modified(metadata), prints(server, name)
            if after.get("success", 0) > before.get("success", 0):
                return after["last"]["printTime"]
        raise TooMuch
    except TooMuch as error:
        error.seconds = time.monotonic() - started
        raise


def prints(server, name=FILE):
    """What OctoPrint knows of the prints of a file."""
    return server.request("GET", f"/api/files/local/{name}").get("prints", {})


def modified(path):
    return path.stat().st_mtime_ns if path.exists() else None
