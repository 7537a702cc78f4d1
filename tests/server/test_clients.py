"""API clients that people use, pointed at both addresses."""

import asyncio
from urllib.parse import urlsplit

import aiohttp
import pytest
from octorest import OctoRest
from pyoctoprintapi import OctoprintClient

from harness import coroutines

COMMANDS = [
    {"action": "touch", "name": "Touch", "command": "touch touched"},
    {"action": "divider"},
    {"action": "fail", "name": "Fail", "command": "exit 1"},
]
SETTINGS = {
    "server": {
        "commands": {
            "serverRestartCommand": "touch restarted",
            "systemShutdownCommand": "touch shut-down",
            "systemRestartCommand": "touch rebooted",
        }
    }
}
ADDRESSES = pytest.mark.parametrize(
    "path", ["", "/plugin/systemcommands"], ids=["octoprint", "plugin"]
)


@pytest.fixture
def flags(octoprint):
    """What the commands leave behind, gone before each test."""

    def flag(name):
        path = octoprint.basedir / name
        path.unlink(missing_ok=True)
        return path

    return flag


@pytest.fixture
def octorest(octoprint):
    client = OctoRest(url=octoprint.url, apikey=octoprint.admin.api_key)
    # for the proxies that the environment may name
    client.session.trust_env = False
    return client


@ADDRESSES
def test_octorest(octoprint, octorest, path, flags):
    # the client asks for the version first, which only the server itself has
    octorest.url = octoprint.url + path
    touched = flags("touched")

    listed = octorest.system_commands()
    assert [entry["action"] for entry in listed["custom"]] == ["touch", "divider", "fail"]
    assert octorest.source_system_commands("core") == listed["core"]

    octorest.execute_system_command("custom", "touch")
    assert touched.exists()

    with pytest.raises(RuntimeError, match="500"):
        octorest.execute_system_command("custom", "fail")
    with pytest.raises(RuntimeError, match="404"):
        octorest.execute_system_command("custom", "unknown")
    with pytest.raises(RuntimeError, match="400"):
        octorest.execute_system_command("custom", "divider")


@ADDRESSES
def test_pyoctoprintapi_as_home_assistant_uses_it(octoprint, path, flags):
    # it posts to "//api/…"
    expected = [flags("restarted"), flags("rebooted"), flags("shut-down")]
    touched = flags("touched")

    async def scenario():
        async with aiohttp.ClientSession() as session:
            server = urlsplit(octoprint.url)
            client = OctoprintClient(
                server.hostname, session, server.port, path=f"{path}/"
            )
            client.set_api_key(octoprint.operator.api_key)
            await client.restart()
            await client.reboot_system()
            await client.shutdown()
            await client._api.issue_system_command("custom", "touch")
            for action in ("fail", "unknown"):
                with pytest.raises(Exception, match=r"500|404"):
                    await client._api.issue_system_command("custom", action)
            for _ in range(100):
                if all(flag.exists() for flag in expected):
                    break
                await asyncio.sleep(0.1)

    coroutines.run(scenario())
    assert [flag.name for flag in expected if not flag.exists()] == []
    assert touched.exists()
