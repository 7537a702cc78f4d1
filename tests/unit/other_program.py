"""Another program that has the file of the history, such as a backup."""

import contextlib
import subprocess
import sys
import textwrap

# It holds the file as hard as a program can: nobody else reads it. That takes a file that
# nobody has open.
PROGRAM = """
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1])
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("UPDATE runs SET name = name")
    print("has it", flush=True)
    sys.stdin.read()
    connection.rollback()
"""


@contextlib.contextmanager
def another_program(path):
    """Nobody else can read or write the file meanwhile."""
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert program.stdout.readline() == "has it\n"
        yield
    finally:
        program.communicate()
