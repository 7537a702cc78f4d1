"""OctoPrint's own commands and other plugins' at both addresses."""

import pytest

from harness.waiting import wait_until

CONFIG = {
    "server": {
        "commands": {
            "systemShutdownCommand": "touch shutdown",
            "systemRestartCommand": "touch reboot",
            "serverRestartCommand": "touch restart",
        }
    }
}
OTHER_PLUGIN = """
__plugin_name__ = "Other"
__plugin_pythoncompat__ = ">=3"


def additional_commands(*args, **kwargs):
    return [
        {"action": "touch", "name": "Other", "command": "touch other", "confirm": "Sure?"}
    ]


__plugin_hooks__ = {"octoprint.system.additional_commands": additional_commands}
"""
ADDRESSES = ["/api/system", "/plugin/systemcommands/api/system"]


@pytest.fixture(scope="module")
def octoprint(make_octoprint):
    server = make_octoprint(CONFIG, start=False)
    plugins = server.basedir / "plugins"
    plugins.mkdir()
    (plugins / "other.py").write_text(OTHER_PLUGIN)
    return server.start()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("action", ["shutdown", "reboot", "restart"])
def test_runs(octoprint, operator, address, action):
    flag = octoprint.basedir / action
    flag.unlink(missing_ok=True)

    assert operator.post(f"{address}/commands/core/{action}").status_code == 204
    wait_until(flag.exists)


@pytest.mark.parametrize("address", ADDRESSES)
def test_restart_in_safe_mode_sets_the_flag(octoprint, operator, address):
    assert octoprint.read_config()["server"].get("startOnceInSafeMode") is None
    flag = octoprint.basedir / "restart"
    flag.unlink(missing_ok=True)

    assert operator.post(f"{address}/commands/core/restart_safe").status_code == 204
    wait_until(flag.exists)
    assert octoprint.read_config()["server"]["startOnceInSafeMode"] is True

    # a restart would have taken it back
    octoprint.stop()
    config = octoprint.read_config()
    del config["server"]["startOnceInSafeMode"]
    octoprint.write_config(config)
    octoprint.start()


def test_core_commands_cannot_be_called_like_custom_ones(operator):
    for address in ADDRESSES:
        response = operator.post(f"{address}/commands/custom/restart")
        assert response.status_code == 404


def test_texts_are_translated_as_octoprint_does(operator):
    german = {"Accept-Language": "de"}
    ours, octoprints = (
        operator.get(f"{address}/commands/core", headers=german).json()
        for address in reversed(ADDRESSES)
    )

    assert [entry["name"] for entry in ours] == [entry["name"] for entry in octoprints]
    assert [entry["confirm"] for entry in ours] == [
        entry["confirm"] for entry in octoprints
    ]
    assert "OctoPrint im Sicherheitsmodus neustarten" in [e["name"] for e in ours]


def test_other_plugins_stay_where_they_were(octoprint, operator):
    entry = {
        "action": "other:touch",
        "name": "Other",
        "confirm": "Sure?",
        "source": "plugin",
        "resource": f"{octoprint.url}/api/system/commands/plugin/other:touch",
    }

    assert operator.get("/api/system/commands").json()["plugin"] == [entry]
    assert operator.get("/api/system/commands/plugin").json() == [entry]
    assert operator.post("/api/system/commands/plugin/other:touch").status_code == 204
    assert (octoprint.basedir / "other").exists()
    # the documented sources are core and custom
    assert operator.get(f"{ADDRESSES[1]}/commands/plugin").status_code == 404
