"""Fixtures of the tests that talk HTTP to a real server; most are in tests/conftest.py."""

import time

import pytest


@pytest.fixture(scope="session")
def wait_until():
    """wait_until(condition, timeout=30): returns its result as soon as it is true."""

    def wait_until(condition, timeout=30):
        deadline = time.monotonic() + timeout
        while not (result := condition()):
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.05)
        return result

    return wait_until
