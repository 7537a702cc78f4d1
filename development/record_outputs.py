"""Record what programs print, for the terminal's tests (tests/js/recordings).

    python -m development.record_outputs            all that are installed
    python -m development.record_outputs rsync top  only these

Each runs in a terminal of 80 columns and 24 rows, or into a pipe, in a folder of its own and
with almost no environment, so that nothing of the machine gets into the files.
"""

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "js" / "recordings"
FOLDER = Path("/tmp/demo")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": str(FOLDER),
    "TERM": "xterm-256color",
    "LANG": "C.UTF-8",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
    "NO_UPDATE_NOTIFIER": "1",
}
# in seconds; what draws on the screen for ever is interrupted
PATIENCE = 60
MAX_BYTES = 30_000

SERVE = "python3 -m http.server 8765 --bind 127.0.0.1 >/dev/null 2>&1 & sleep 1; "
GAUGE = "for n in 0 20 40 60 80 100; do echo $n; sleep 0.2; done"
MANY_FILES = "mkdir -p many && for n in $(seq 60); do echo $n >many/$n; done; "

# name: (program, in a terminal, shell command); {python} has the packages of PYTHON
PROGRAMS = {
    "apt": (
        "apt-get",
        True,
        "apt-get install -y --reinstall -o Dpkg::Progress-Fancy=1 dialog rsync",
    ),
    "apt_update": ("apt", True, "apt update"),
    "dpkg": ("dpkg", False, "dpkg -i $(ls *.deb) || true"),
    "pip": ("python3", True, "{python} -m pip download --no-cache-dir --no-deps babel"),
    "npm": ("npm", True, "npm install --no-audit --no-fund is-number is-odd is-even"),
    "rsync": (
        "rsync",
        True,
        "rsync --progress --bwlimit=9000 big.bin one.bin;"
        " rsync -a --info=progress2 --bwlimit=9000 big.bin two.bin",
    ),
    "wget": (
        "wget",
        True,
        SERVE + "wget -O a --limit-rate=8M http://127.0.0.1:8765/big.bin",
    ),
    "wget_pipe": (
        "wget",
        False,
        SERVE + "wget -O a --limit-rate=20M http://127.0.0.1:8765/big.bin",
    ),
    "curl": (
        "curl",
        True,
        SERVE + "curl -o a --limit-rate 8M http://127.0.0.1:8765/big.bin;"
        " curl -# -o a --limit-rate 8M http://127.0.0.1:8765/big.bin",
    ),
    "dd": ("dd", True, "dd if=/dev/zero of=zero bs=1M count=600 status=progress"),
    "tqdm": (
        "python3",
        True,
        '{python} -c \'import time, tqdm\nfor n in tqdm.tqdm(range(40), desc="Printing"):'
        " time.sleep(0.05)'",
    ),
    "rclone": (
        "rclone",
        True,
        "rclone copy --progress --stats 200ms --bwlimit 8M big.bin copied",
    ),
    "git": (
        "git",
        True,
        "git init -q source; cd source; " + MANY_FILES + "git add .;"
        " git -c user.name=Demo -c user.email=demo@localhost commit -qm Files; cd ..;"
        " git clone --progress file://$PWD/source clone",
    ),
    "top_batch": ("top", False, "sleep 30 & top -b -n 2 -d 1 -w 80 -p $!"),
    "top": ("top", True, "sleep 30 & top -n 3 -d 1 -p $!"),
    "watch": (
        "watch",
        True,
        "echo before; timeout 4 watch -n 1 'seq 3; cat /proc/uptime'",
    ),
    "dialog": (
        "dialog",
        True,
        f"echo before; ({GAUGE}) | dialog --gauge 'Copying the files' 8 50; echo after",
    ),
    "ls_colors": ("ls", True, MANY_FILES + "ls --color=always -C many; ls -l many"),
}


def size_of(descriptor, rows, columns):
    ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def run(command, in_terminal):
    """What the command prints, as bytes."""
    ours, theirs = pty.openpty() if in_terminal else os.pipe()
    if in_terminal:
        size_of(theirs, 24, 80)
    process = subprocess.Popen(
        ["sh", "-c", command],
        stdin=theirs if in_terminal else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=FOLDER,
        env=ENVIRONMENT,
        start_new_session=True,
    )
    os.close(theirs)
    output = b""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            output += piece
        elif process.poll() is not None:
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()
    os.close(ours)
    return output


def tidy(output):
    """Without what is about this machine, and cut at a line when it is too long."""
    output = output.replace(socket.gethostname().encode(), b"octopi")
    # apt's, about files that it was not asked for
    output = re.sub(rb"(?m)^[^\n]*Ignoring file[^\n]*\n", b"", output)
    if len(output) > MAX_BYTES:
        output = output[: output.rfind(b"\n", 0, MAX_BYTES) + 1]
    return output


def prepare():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    (FOLDER / "big.bin").write_bytes(bytes(12_000_000))
    subprocess.run(["apt-get", "download", "-q", "dialog"], cwd=FOLDER, check=False)


def main(names):
    prepare()
    RECORDINGS.mkdir(exist_ok=True)
    for name, (program, in_terminal, command) in PROGRAMS.items():
        if names and name not in names:
            continue
        if not shutil.which(program):
            print(f"{name}: {program} is not installed", file=sys.stderr)
            continue
        output = tidy(run(command.replace("{python}", sys.executable), in_terminal))
        (RECORDINGS / f"{name}.txt").write_bytes(output)
        print(f"{name}: {len(output)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
