"""Starts OctoPrint servers in processes that have its modules already.

Most of the time that a server takes to start goes into the import of OctoPrint and its
libraries. A `PreloadedStarter` has a process that has imported them. For each server it forks,
and the fork goes on as `python -m octoprint` would. It has imported no plugins: each server
finds and loads them as ever.

What acts when Python itself starts is as it was for the first server: the interpreter, and the
part of the environment that Python reads then. `/proc/PID/cmdline` and `environ` are those of
the process that forks. A server that depends on these is to be started by `subprocess.Popen`.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys

# What servers import before they answer. `octoprint.server.api` and `octoprint.server.views`
# take over the application, so they cannot be imported before there is one.
MODULES = [
    "octoprint.cli.server",
    "octoprint.server",
    "octoprint.util.jinja",
    "flask_limiter",
    "sqlite3",
]

# how long the process that forks may take for its imports and a fork, in seconds
PATIENCE = 90

# an order is one message
LONGEST_ORDER = 1024 * 1024


class PreloadedStarter:
    """Starts servers; its process is made for the first one.

    The process ends, and its servers with it, at `close()` or when nobody is left who could
    call that.

    Arguments:
        modules: are imported once for all
        program: is run as `python -m` would
    """

    def __init__(self, modules=MODULES, program="octoprint"):
        self._modules = modules
        self._program = program
        self._process = None

    @staticmethod
    def is_possible():
        """Whether this system has what it needs; Linux has it from 5.3 on."""
        try:
            os.close(os.pidfd_open(os.getpid()))
        except (AttributeError, OSError):
            return False
        return True

    def start(self, arguments, cwd, env, output):
        """Start a server.

        Arguments:
            arguments: of the program
            cwd: its working directory
            env: its environment, all of it
            output: the open file for stdout and stderr

        Returns:
            a `ForkedProcess`
        """
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._launch(env)
        order = {"arguments": arguments, "cwd": str(cwd), "env": env}
        ours, theirs = socketpair()
        with theirs:
            descriptors = [theirs.fileno(), output.fileno()]
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
        return ForkedProcess(ours)

    def _launch(self, env):
        self._control, theirs = socketpair()
        command = [sys.executable, __file__, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                [*command, self._program, *self._modules],
                env=env,
                stdin=subprocess.DEVNULL,
                # not a terminal, like the file that servers write into
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # Ctrl-C in a terminal is for the caller
                start_new_session=True,
            )

    def close(self):
        """Kill the servers that are left, and end."""
        if self._process is not None:
            self._control.close()
            self._process.wait()
            self._process = None


class ForkedProcess:
    """A server: what is needed of `subprocess.Popen`, for a process that is no child.

    Arguments:
        teller: the socket that its pid comes from, and its exit code when it has ended
    """

    def __init__(self, teller):
        self._teller = teller
        self.returncode = None
        teller.settimeout(PATIENCE)
        text = teller.recv(100)
        if not text:
            teller.close()
            raise ChildProcessError("the process that starts servers has ended")
        self.pid = int(text)

    def poll(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._teller, selectors.EVENT_READ)
                if not selector.select(timeout):
                    raise subprocess.TimeoutExpired(f"server {self.pid}", timeout)
            self.returncode = self._receive_exit_code()
            self._teller.close()
        return self.returncode

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number):
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _receive_exit_code(self):
        text = self._teller.recv(100)
        if text:
            return int(text)
        # nobody is left who could tell how it ends
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return -signal.SIGKILL


##~~ In the process that forks


class Forks:
    """The servers that run, and the way to new ones.

    Arguments:
        control: the socket that orders come from
    """

    def __init__(self, control):
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        # by the descriptor that can be read when it has ended: its pid, and who is told
        self._running = {}

    def serve(self):
        """Fork as often as it is asked for.

        Returns:
            In a fork its order, and the descriptor for its output. Otherwise None, when nobody
            is left who could ask.
        """
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is not self._control:
                    self._tell_end(key.fd)
                    continue
                order, descriptors, _, _ = socket.recv_fds(
                    self._control, LONGEST_ORDER, 2
                )
                if not order:
                    self._kill_all()
                    return None
                teller, output = descriptors
                if self._fork(socket.socket(fileno=teller)):
                    return json.loads(order), output
                os.close(output)

    def _fork(self, teller):
        """Returns: whether this is the fork"""
        pid = os.fork()
        if pid == 0:
            teller.close()
            self._close()
            return True
        ended = os.pidfd_open(pid)
        self._running[ended] = pid, teller
        self._selector.register(ended, selectors.EVENT_READ)
        tell(teller, pid)
        return False

    def _close(self):
        """Let go of everything that is none of a server's business."""
        self._selector.close()
        self._control.close()
        for ended, (_, teller) in self._running.items():
            os.close(ended)
            teller.close()

    def _tell_end(self, ended):
        self._selector.unregister(ended)
        os.close(ended)
        pid, teller = self._running.pop(ended)
        with teller:
            tell(teller, exit_code(os.waitpid(pid, 0)[1]))

    def _kill_all(self):
        for ended, (pid, _) in list(self._running.items()):
            os.kill(pid, signal.SIGKILL)
            self._tell_end(ended)


def tell(teller, number):
    # who asked for the server may be gone
    with contextlib.suppress(BrokenPipeError):
        teller.send(str(number).encode())


def exit_code(status):
    """As `Popen` has it: that of a signal is negative."""
    if os.WIFSIGNALED(status):
        return -os.WTERMSIG(status)
    return os.WEXITSTATUS(status)


def socketpair():
    """Two sockets that keep messages apart."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def become(order, output):
    """Make this fork what a process of its own would be."""
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.path.insert(0, os.getcwd())
    sys.argv[1:] = order["arguments"]


def main():
    # nothing is imported because it lies beside this file
    del sys.path[0]
    _, control, program, *modules = sys.argv
    for name in modules:
        importlib.import_module(name)
    # no fork looks through what is there already, which would copy it
    gc.collect()
    gc.freeze()
    wanted = Forks(socket.socket(fileno=int(control))).serve()
    if wanted:
        become(*wanted)
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
