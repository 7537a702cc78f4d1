"""For what happens a moment later, in the tests and elsewhere."""

import time

# How long between two looks at most, unless somebody wants more, in seconds: most of what is
# waited for is there after a few, and each look takes time of a processor.
_LONGEST = 0.1


def wait_until(condition, timeout=30, interval=0.02):
    """Call `condition` until it returns something true, and return that; AssertionError when
    it does not within `timeout` seconds. It is called less often after a while."""
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(interval)
        interval = max(interval, min(interval * 1.1, _LONGEST))
    return result
