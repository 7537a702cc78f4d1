"""OctoPrint's communication with a printer, as far as lines of G-code and holds see it."""

import itertools
import threading

from octoprint.util import CountedEvent

from octoprint_systemcommands.runs.record import Record, Status


class Comm:
    """Counts its holds as OctoPrint does, and what is done to them."""

    def __init__(self, state="PRINTING"):
        self.state = state
        self.is_sd = False
        self.hold = CountedEvent()
        self.taken = 0
        self.released = 0
        # how often somebody has asked what it is doing
        self.asked = 0
        # called when the last hold is released, in the thread that releases
        self.goes_on = lambda: None

    def set_job_on_hold(self, value, blocking=True):
        if not self.hold.acquire(blocking=blocking):
            return False
        try:
            if value:
                self.taken += 1
                self.hold.set()
            else:
                assert self.hold.counter > 0, "released once too often"
                self.released += 1
                self.hold.clear()
        finally:
            self.hold.release()
        if not value and self.hold.counter == 0:
            self.goes_on()
        return True

    def isCancelling(self):
        self.asked += 1
        return self.state == "CANCELLING"

    def isPausing(self):
        return self.state == "PAUSING"

    def isPrinting(self):
        return self.state in ("STARTING", "PRINTING", "CANCELLING", "PAUSING", "RESUMING")

    def isSdPrinting(self):
        return self.is_sd and self.isPrinting()

    def isClosedOrError(self):
        return self.state in ("CLOSED", "ERROR")


class Lock:
    """Another plugin that holds the job by `with printer.job_on_hold()`."""

    def __init__(self, comm):
        self._comm = comm
        self._end = threading.Event()
        self._has_it = threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self):
        self._comm.hold.acquire()
        self._has_it.set()
        self._end.wait(30)
        self._comm.hold.release()

    def __enter__(self):
        self._thread.start()
        assert self._has_it.wait(30)

    def __exit__(self, *exc_info):
        self._end.set()
        self._thread.join()


class FakeRun:
    def __init__(self, run_id, request):
        self.id = run_id
        self.request = request
        self.status = Status.RUNNING
        self.exit_code = None

    def record(self):
        return Record(
            seq=1,
            id=self.id,
            source=self.request.source,
            action=self.request.action,
            name=self.request.action,
            status=self.status,
            exit_code=self.exit_code,
            trigger=self.request.requester.trigger,
        )


class House:
    """The launcher and the runner."""

    def __init__(self):
        self._numbers = itertools.count(1)
        self.runs = []
        self.stopped = {}
        self.error = None
        # called with each run when it was launched, before anybody knows of it
        self.on_launch = lambda run: None

    def launch(self, request):
        if self.error is not None:
            raise self.error
        run = FakeRun(f"run{next(self._numbers)}", request)
        self.runs.append(run)
        self.on_launch(run)
        return run

    def stop(self, run_id, user=None, reason=None):
        self.stopped[run_id] = str(reason)


class Job:
    """Whose print it is, and the Terminal tab."""

    def __init__(self):
        self.user = "operator"
        self.said = []

    def job(self):
        return self.user, "folder/a.gcode"

    def log(self, text):
        assert text.isprintable(), text
        self.said.append(text.removeprefix("System Commands: "))
