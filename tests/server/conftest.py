"""Fixtures of the tests that talk HTTP to a real server; most are in tests/conftest.py."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def observed():
    """observed(server): gives a server that is not started yet the plugin observer.py."""

    def observed(server):
        folder = server.basedir / "plugins"
        folder.mkdir(exist_ok=True)
        shutil.copy(Path(__file__).with_name("observer.py"), folder)
        return server

    return observed
