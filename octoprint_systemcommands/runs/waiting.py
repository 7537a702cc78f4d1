"""How many requests may wait for the end of a command."""

import os


def places_for_waiting() -> int:
    """Half of the threads in which OctoPrint answers requests, so that the other half is
    there for everyone else."""
    return max(1, request_threads() // 2)


def request_threads() -> int:
    """How many threads OctoPrint has for answering requests.

    It uses the default of ``concurrent.futures.ThreadPoolExecutor``.
    """
    # what it asks as of Python 3.13, and what it asked before
    cpus = getattr(os, "process_cpu_count", os.cpu_count)()
    return min(32, (cpus or 1) + 4)
