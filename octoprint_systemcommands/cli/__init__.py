"""``octoprint plugins systemcommands:…``: commands from a shell, by the API of the server."""
