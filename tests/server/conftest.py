"""Fixtures of the tests that talk HTTP to a real server; most are in tests/conftest.py."""

import shutil
import time
from pathlib import Path

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


@pytest.fixture(scope="session")
def observed():
    """observed(server): gives a server that is not started yet the plugin observer.py."""

    def observed(server):
        folder = server.basedir / "plugins"
        folder.mkdir(exist_ok=True)
        shutil.copy(Path(__file__).with_name("observer.py"), folder)
        return server

    return observed
