"""Run the benchmarks and print a Markdown table with the goal beside every figure.

The exit code is 0 when everything could be measured, whether or not the goals are met.
"""

import argparse
import os
import platform
import sys
import time
import traceback
from importlib.metadata import version

from benchmarks.figures import HEADER, line
from benchmarks.scenarios import ROWS
from benchmarks.servers import Servers


def main():
    names = [row.__name__.rpartition(".")[2] for row in ROWS]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"only these: {names}")
    args = parser.parse_args()
    unknown = set(args.rows) - set(names)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there is {names}")
    rows = [row for row, name in zip(ROWS, names) if not args.rows or name in args.rows]

    load = os.getloadavg()[0]
    print(
        f"OctoPrint {version('OctoPrint')}, Python {platform.python_version()}, ", end=""
    )
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, load {load:.1f} at the start\n"
    )

    failed = False
    lines = []
    started = time.monotonic()
    with Servers([command for row in rows for command in row.COMMANDS]) as servers:
        for row in rows:
            title = row.__doc__.splitlines()[0]
            seconds = time.monotonic() - started
            print(f"{seconds:4.0f} s  {title}", file=sys.stderr, flush=True)
            try:
                lines += row.measure(servers)
            except Exception:
                traceback.print_exc()
                lines.append(line(title, "", "", "could not be measured"))
                failed = True

    print("\n".join([HEADER, *lines]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
