"""A warm parent of kernels: imports and draws once, then forks a ready kernel for each notebook (POSIX only).

Started as ``python -m analysis.runs.kernels.nursery DESCRIPTOR`` with a listening socket, which lies in a folder that only the user can open. It ends with the process
that started it (its standard input closes). For each request it forks a keeper, and the keeper the kernel: the keeper tells the
kernel's number and, later, how it ended; where the asking process dies, the keeper takes the kernel with it.

The parent only imports and draws, in one thread: a fork of a process that runs threads can hang (docs/decisions/0003).
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from analysis.runs.kernels import opened

ADDRESS = "WORKBENCH_NURSERY"  # environment: where the provisioner finds the socket
PROVISIONER = "workbench-forked"  # entry point in pyproject.toml
_CHOSEN = "JUPYTER_DEFAULT_PROVISIONER_NAME"  # jupyter_client's own name
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


def is_possible() -> bool:
    """Tell whether kernels can be forked here: a system with fork, and the provisioner installed as an entry point."""
    from importlib.metadata import entry_points

    return hasattr(os, "fork") and sys.platform != "darwin" and any(e.name == PROVISIONER for e in entry_points(group="jupyter_client.kernel_provisioners"))


class Nursery:
    """The warm parent of one run, for a ``with``; started on demand. Where it cannot be had, notebooks get ordinary kernels."""

    def __init__(self, is_wanted: bool = True) -> None:
        self._is_wanted = is_wanted
        self._parent: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> Nursery:
        return self

    def start(self) -> bool:
        """Start warming up, unless that has been done; from now on kernels of this process and its children are forked. Tells whether it runs."""
        if self._parent is None and self._is_wanted and is_possible():
            self._folder = tempfile.TemporaryDirectory(prefix="workbench-")  # made with mode 0700
            address = str(Path(self._folder.name) / "nursery")
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
                listener.bind(address)  # here and not in the child: who asks while it still loads waits in line instead of being refused
                listener.listen(64)
                self._parent = subprocess.Popen(
                    [sys.executable, "-m", "analysis.runs.kernels.nursery", str(listener.fileno())],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, **_ONE_THREAD},
                    pass_fds=(listener.fileno(),),
                )
            self._before = {name: os.environ.get(name) for name in (ADDRESS, _CHOSEN)}
            os.environ |= {ADDRESS: address, _CHOSEN: PROVISIONER}
        return self._parent is not None

    def hand_over(self) -> None:
        """Let the kernels that are forked from now on start with what this process has read of the package."""
        if self._parent is not None and self._folder is not None:
            path = Path(self._folder.name) / "readings"
            opened.hand_over(path)
            with contextlib.suppress(BrokenPipeError):  # it has ended: the kernels will be ordinary ones
                self._parent.stdin.write(f"{path}\n".encode())
                self._parent.stdin.flush()

    def __exit__(self, *_: object) -> None:
        if self._parent is None:
            return
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        with contextlib.suppress(BrokenPipeError):
            self._parent.stdin.close()
        self._parent.kill()  # it holds nothing that must be put in order; its kernels end with those who asked for them
        self._parent.wait()
        self._folder.cleanup()


def ask(address: str, connection_file: str, env: dict[str, str], cwd: str | None, patience: float = 180.0) -> socket.socket:
    """Ask for a kernel; the answer comes on the returned socket as JSON lines ``{"pid": …}`` and, when it has ended, ``{"code": …}``.

    Raises
    ------
    OSError
        Where nobody answers.
    """
    asked = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    asked.settimeout(patience)
    try:
        asked.connect(address)
        asked.sendall(json.dumps({"connection_file": connection_file, "env": env, "cwd": cwd}).encode() + b"\n")
    except OSError:
        asked.close()
        raise
    return asked


def serve(listener: socket.socket, warm: Callable[[], None]) -> None:
    """Warm up, then fork a kernel a request until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for the run, which ends us by closing our input
    warm()
    if threading.active_count() > 1:
        raise RuntimeError(f"the warm parent runs threads: {threading.enumerate()}")
    gc.collect()
    gc.freeze()  # the children do not copy pages only because the collector looked at them
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are nobody's to wait for
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            path = os.fsdecode(_line(0)).strip()
            if not path:
                return
            opened.take_over(Path(path))
            gc.freeze()
            continue
        asked, _ = listener.accept()
        if os.fork() == 0:
            _in_child(lambda asked=asked: _keep(asked, listener))
        asked.close()


def _line(descriptor: int) -> bytes:
    """Read one line without buffering ahead, so that ``select`` sees all that is still to come."""
    read = b""
    while not read.endswith(b"\n") and (more := os.read(descriptor, 1)):
        read += more
    return read


def _in_child(act: Callable[[], None]) -> None:
    """Run in a forked child and never return into the parent's loop."""
    code = 1
    try:
        act()
        code = 0
    finally:
        os._exit(code)


def _keep(asked: socket.socket, listener: socket.socket) -> None:
    """Fork the kernel, tell its number, wait for its end or for the asker's."""
    listener.close()
    request = json.loads(asked.makefile("rb").readline())
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    keeper = os.getpid()
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    kernel = os.fork()
    if kernel == 0:
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(name, signal.SIG_DFL if name == signal.SIGCHLD else signal.default_int_handler)
        asked.close()
        os.close(woken), os.close(wake)
        _in_child(lambda: _become_kernel(request, keeper))
    asked.sendall(json.dumps({"pid": kernel}).encode() + b"\n")
    while True:
        ready, _, _ = select.select([asked, woken], [], [])
        if woken in ready:
            os.read(woken, 64)
            done, status = os.waitpid(kernel, os.WNOHANG)
            if done:
                with contextlib.suppress(OSError):  # the asker may be gone before it is told
                    asked.sendall(json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
                return
        if asked in ready and not asked.recv(64):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(kernel, signal.SIGKILL)
            os.waitpid(kernel, 0)
            return


def _become_kernel(request: dict, keeper: int) -> None:
    """Go on as an ordinary IPython kernel of the connection file that was asked for; ends when its keeper does."""
    if os.getppid() != keeper:  # killed already: the kernel would take whoever adopted it for its keeper, and stay for ever
        return
    os.setsid()
    os.environ.clear()
    os.environ.update(request["env"])
    if request["cwd"]:
        os.chdir(request["cwd"])
    from ipykernel.kernelapp import IPKernelApp

    arguments = ["-f", request["connection_file"], f"--IPKernelApp.parent_handle={keeper}", "--HistoryManager.enabled=False"]
    sys.argv = ["ipykernel_launcher", *arguments[:2]]
    IPKernelApp.launch_instance(argv=arguments)


def main() -> None:
    from analysis.runs.kernels.warming import warm

    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.set_inheritable(False)
    serve(listener, warm)


if __name__ == "__main__":
    main()
