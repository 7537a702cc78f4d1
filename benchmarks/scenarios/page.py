"""What the plugin adds to the page, as a browser gets it.

Both servers are asked for the page, and for the scripts and style sheets that it names.
OctoPrint puts those of all plugins together and sends them compressed. It does not minify
them; `make dist` does.
"""

import gzip
import http.client
import re
from typing import NamedTuple

from ..figures import line

COMMANDS = []

GOAL = 85_000  # bytes
ASSETS = re.compile(r'(?:src|href)="(/static/webassets/[^"]+\.(?:js|css)[^"]*)"')


class Size(NamedTuple):
    """Bytes of some files."""

    sent: int
    unpacked: int

    def minus(self, other):
        return Size(self.sent - other.sent, self.unpacked - other.unpacked)

    def __str__(self):
        return f"{self.sent / 1000:.1f} KB ({self.unpacked / 1000:.1f} KB)"


def measure(servers):
    their_page, their_assets = page_of(servers.theirs)
    our_page, our_assets = page_of(servers.ours)
    added = our_assets.minus(their_assets)
    return [
        line(
            "added to the page: scripts and style sheets, as they are sent (unpacked)",
            "–",
            added,
            f"≤ {GOAL // 1000} KB",
            added.sent <= GOAL,
        ),
        line("– and HTML", "–", our_page.minus(their_page)),
        line("– all scripts and style sheets of the page", their_assets, our_assets),
    ]


def page_of(server):
    """The sizes of the page and of its scripts and style sheets."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def get(path):
        headers = {**server.admin.headers, "Accept-Encoding": "gzip"}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200 or not body:
            raise RuntimeError(f"{path} was answered with {response.status}")
        packed = response.getheader("Content-Encoding") == "gzip"
        content = gzip.decompress(body) if packed else body
        return content, Size(len(body), len(content))

    try:
        page, size = get("/")
        # those that are loaded early are named twice
        paths = set(ASSETS.findall(page.decode()))
        if not paths:
            raise RuntimeError("the page has no scripts and style sheets")
        assets = [get(path)[1] for path in sorted(paths)]
    finally:
        connection.close()
    return size, Size(*(sum(sizes) for sizes in zip(*assets)))
