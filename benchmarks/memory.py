"""How much memory a process takes at its worst while something happens."""

import threading
from pathlib import Path

POLL_INTERVAL = 0.01


class PeakMemory:
    """`with PeakMemory(pid) as peak: …` and then `peak.growth`, in bytes.

    The kernel remembers the highest use (VmHWM) and lets that mark be set back. Where it
    does not, the memory is looked at every 10 ms.
    """

    def __init__(self, pid):
        self._proc = Path("/proc") / str(pid)
        self.growth = None

    def __enter__(self):
        self._before = self._status("VmRSS")
        self._polled = self._before
        self._end = threading.Event()
        self._thread = None
        try:
            (self._proc / "clear_refs").write_text("5")
            self._marked = self._status("VmHWM") <= self._before + 1024 * 1024
        except OSError:
            self._marked = False
        if not self._marked:
            self._thread = threading.Thread(target=self._poll, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._end.set()
        if self._thread is not None:
            self._thread.join()
        peak = self._status("VmHWM") if self._marked else self._polled
        self.growth = max(0, peak - self._before)

    def _poll(self):
        while not self._end.wait(POLL_INTERVAL):
            self._polled = max(self._polled, self._status("VmRSS"))

    def _status(self, key):
        for line in (self._proc / "status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == key:
                return int(value.split()[0]) * 1024
        raise KeyError(key)
