"""For what happens a moment later, in the tests and elsewhere."""

import time


def wait_until(condition, timeout=30, interval=0.02):
    """Call `condition` until it returns something true, and return that; AssertionError when
    it does not within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(interval)
    return result
