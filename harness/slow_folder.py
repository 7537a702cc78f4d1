"""A folder that is there, but takes its time to let anybody in, as on a share of a server
that does not answer. It is a file system of its own, which takes root and FUSE.

As a program it mounts one, says so in a line, and serves it until it is unmounted:

    python slow_folder.py FOLDER SECONDS
"""

import contextlib
import ctypes
import os
import struct
import subprocess
import sys
import time

# what the kernel asks, and how it says that a question is not known
_FORGET, _GETATTR, _INIT, _ACCESS, _BATCH_FORGET = 2, 3, 26, 34, 42
_NOT_KNOWN = -38

_QUESTION = struct.Struct("<IIQQIIII")
_ANSWER = struct.Struct("<IiQ")
_ATTRIBUTES = struct.pack(
    "<QII 6Q 10I", 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 512, 0
)
_PROTOCOL = struct.pack("<IIIIHHIIHHI7I", 7, 31, 0, 0, 1, 1, 4096, 1, 0, 0, 0, *[0] * 7)


_DETACH = 2


class Unavailable(Exception):
    """This machine, or this user, cannot have such a folder."""


@contextlib.contextmanager
def slow_folder(folder, seconds):
    """Makes a folder slow for as long as a block takes.

    Arguments:
        folder: its path; it is there already
        seconds: how long it takes to enter it

    Raises:
        Unavailable
    """
    server = subprocess.Popen(
        [sys.executable, __file__, folder, str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if server.stdout.readline() != "mounted\n":
            raise Unavailable
        yield folder
        ctypes.CDLL(None).umount2(os.fsencode(folder), _DETACH)
    finally:
        # who waits for it gets an error
        server.kill()
        server.wait()
        server.stdout.close()


def mount(folder):
    """Mounts it; returns the file descriptor of the kernel's questions."""
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
    libc = ctypes.CDLL(None, use_errno=True)
    names = [os.fsencode(name) for name in ("slow", folder, "fuse")]
    if libc.mount(*names, 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "no such file systems here")
    return device


def serve(device, seconds):
    """Answers at once what the folder is, and late that one may enter it."""
    while True:
        try:
            question = os.read(device, 1024 * 1024)
        except OSError:
            # it was unmounted
            return
        _, code, number, *_ = _QUESTION.unpack_from(question)
        if code in (_FORGET, _BATCH_FORGET):
            continue
        error, body = 0, b""
        if code == _INIT:
            body = _PROTOCOL
        elif code == _GETATTR:
            body = _ATTRIBUTES
        elif code == _ACCESS:
            time.sleep(seconds)
        else:
            error = _NOT_KNOWN
        os.write(device, _ANSWER.pack(_ANSWER.size + len(body), error, number) + body)


if __name__ == "__main__":
    device = mount(sys.argv[1])
    print("mounted", flush=True)
    serve(device, float(sys.argv[2]))
