"""What can wake a rule: the names of what people mean, beside those of OctoPrint's events."""

# in the order in which they are offered, with the group that they are offered in
MEANINGS = {
    "print_started": "print",
    "print_ended": "print",
    "print_done": "print",
    "print_cancelled": "print",
    "print_failed": "print",
    "print_paused": "print",
    "print_resumed": "print",
    "connected": "printer",
    "disconnected": "printer",
    "error": "printer",
    "before_connect": "printer",
    "upload_to_print": "printer",
    "startup": "server",
    "stop": "server",
    "snapshot_before": "timelapse",
    "snapshot_after": "timelapse",
}

# OctoPrint's own, by their names
OCTOPRINTS = "octoprint"

# the connection is made when the command has ended
CONNECTING = frozenset({"before_connect", "upload_to_print"})

# something waits for the command, so the command cannot wait itself
IMMEDIATE = CONNECTING | {"stop", "snapshot_before"}
