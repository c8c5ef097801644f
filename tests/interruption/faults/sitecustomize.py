"""Python reads this file at its start in every process of a run under test: it makes the power fail, or the disk full, at a chosen moment.

``FAULT_POWER=n``: just before the n-th file or folder of a process is moved into place or just after (odd, even), all processes of the run die
at once, and every file that was moved without having been put on the disk (fsync) loses its contents, as a machine may do that loses power.
``FAULT_FULL=n``: no file may grow past n bytes.
``FAULT_LAST=1``: all processes of the run are killed when it is about to take its note away, the last thing that it does.
``FAULT_HANG=path``: the first process of the run's pool that makes a Word document hangs for ever, in machine code that lets go of nothing.
"""

import os
import signal
import sys

_REPLACE, _FSYNC = os.replace, os.fsync
_settled: set[int] = set()
_risked: list[str] = []
_moves = 0


def _fsync(descriptor):
    _FSYNC(descriptor)
    _settled.add(os.fstat(descriptor).st_ino)


def _files(path):
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]


def _power_fails():
    for path in _risked:
        if os.path.exists(path):
            os.truncate(path, 0)
    os.killpg(0, signal.SIGKILL)


def _replace(source, target, **options):
    global _moves
    _moves += 1
    chosen = int(os.environ["FAULT_POWER"])
    if 2 * _moves - 1 == chosen:
        _power_fails()
    unsettled = [path for path in _files(source) if os.stat(path).st_ino not in _settled]
    _REPLACE(source, target, **options)
    _risked.extend(os.path.join(target, os.path.relpath(path, source)) if os.path.isdir(target) else os.fspath(target) for path in unsettled)
    if 2 * _moves == chosen:
        _power_fails()


if os.environ.get("FAULT_POWER"):
    os.replace, os.fsync = _replace, _fsync
if os.environ.get("FAULT_FULL"):
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["FAULT_FULL"]), resource.RLIM_INFINITY))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _last_moment(event, arguments):
    if event == "os.remove" and os.fspath(arguments[0]).endswith("正在生成.txt"):
        os.killpg(0, signal.SIGKILL)


def _hang(event, arguments):
    if event == "import" and arguments[0] == "docx" and "spawn_main" in " ".join(sys.orig_argv):
        try:
            os.close(os.open(os.environ["FAULT_HANG"], os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        import ctypes

        ctypes.PyDLL(None).sleep(3600)  # PyDLL: no other thread of the process comes to a turn meanwhile


if os.environ.get("FAULT_LAST"):
    sys.addaudithook(_last_moment)
if os.environ.get("FAULT_HANG"):
    sys.addaudithook(_hang)
