"""One run at a time in a folder: a note that names who works there, locked by the system as long as that process lives.

The note is for people too: where a run was killed or the power failed, it stays behind and says that the folder is not finished. The lock
itself ends with its process, whatever way that ends, so that a left-over note never keeps anyone out.
"""

from __future__ import annotations

import getpass
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from shutil import rmtree

from analysis.errors import BusyError, ExportError

Say = Callable[[str], None]
WINDOWS = os.name == "nt"
QUARTER_NOTE, STORE_NOTE = "正在生成.txt", "正在入库.txt"
_LEFT = (".unfinished-*", ".*.part", ".*.partial")
_TEXT = "{who}\n\n程序正在这个文件夹里生成文件，做完后会删去本文件。如果没有程序在运行，说明上次中途断了：各个文件各自完整，但可能新旧不一，请再运行一次，会接着做完。\n"
_LOCKED_BYTE = 1 << 30  # far behind the note's words, so that others can read them on systems whose locks keep readers out


@contextmanager
def held(note: Path, what: str, say: Say = lambda _: None, patience: float = 0.0, is_finishing: bool = True) -> Iterator[None]:
    """Hold a folder for this process while the block runs; takes away what an interrupted run, or a killed process of this one, left there.

    Parameters
    ----------
    note : the file that says who works there; its folder must exist
    patience : seconds to wait for another run before giving up
    is_finishing : whether the block does again what an interrupted run left undone; where it does not, an unfinished folder is refused

    Raises
    ------
    BusyError
        Where another run holds the folder; names it.
    ExportError
        Where nothing can be written there, or what is there is unfinished.
    """
    descriptor = _wait_for(note, what, say, patience)
    before = _read(descriptor)
    if before and not is_finishing:
        os.close(descriptor)
        raise ExportError(f"{what}里上次的运行没有做完（{before}）。请先再运行一次 workbench run，做完后重试。")
    try:
        if before:
            say(f"上次在这里的运行没有做完（{before}），现在接着做。")
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, _TEXT.format(who=_me()).encode())
        clear_leftovers(note.parent)
        yield
        clear_leftovers(note.parent)  # of own processes that were killed: what they began, another one has done
    finally:
        _let_go(note, descriptor)


def _let_go(note: Path, descriptor: int) -> None:
    if not WINDOWS:
        note.unlink(missing_ok=True)
        os.close(descriptor)
        return
    os.ftruncate(descriptor, 0)  # should the note have to stay, it tells of no unfinished run
    os.close(descriptor)  # an open file cannot be taken away there
    with suppress(PermissionError):  # another run waits and has it open, or holds it already: it is that one's note now
        note.unlink(missing_ok=True)


def clear_leftovers(folder: Path) -> None:
    """Take away the unfinished files of runs that ended early; only whoever holds the folder may."""
    for pattern in _LEFT:
        for left in folder.rglob(pattern):
            if left.is_dir():
                rmtree(left, ignore_errors=True)
            else:
                with suppress(OSError):  # another program may look at it; it is hidden and harms nobody
                    left.unlink(missing_ok=True)


def _me() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        user = "未知用户"
    return f"{user}，电脑 {socket.gethostname()}，进程 {os.getpid()}，自 {datetime.now().astimezone():%Y-%m-%d %H:%M:%S} 起"


def _wait_for(note: Path, what: str, say: Say, patience: float) -> int:
    until, told = time.monotonic() + patience, False
    while True:
        descriptor = _opened(note)
        if _lock(descriptor):
            if _is_still(note, descriptor):
                return descriptor
            os.close(descriptor)  # its holder finished and took the note away while we waited
            continue
        owner = _read(descriptor) or "刚开始的一个运行"
        os.close(descriptor)
        if time.monotonic() >= until:
            raise BusyError(f"{what}正由另一个运行使用（{owner}）。请等它做完后重试。")
        if not told:
            say(f"{what}正由另一个运行使用（{owner}），等它做完。")
            told = True
        time.sleep(0.3)


def _opened(note: Path) -> int:
    tries = 10 if WINDOWS else 1
    while True:
        try:
            return os.open(note, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:  # another run could not start, and took the empty folder away with it
            note.parent.mkdir(exist_ok=True)
        except PermissionError as error:
            tries -= 1
            if tries:  # Windows: its holder is just taking it away
                time.sleep(0.1)
                continue
            raise ExportError(f"文件夹 {note.parent} 写不进去（没有写入权限，或“{note.name}”被设为只读）。请换一个文件夹，或改好权限后重试。") from error


def _is_still(note: Path, descriptor: int) -> bool:
    try:
        there, own = note.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return WINDOWS or (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino)


def _read(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 4096).decode("utf-8", errors="replace").partition("\n")[0].strip()


def _lock(descriptor: int) -> bool:
    """Try to lock; True where it is ours, or where the file system knows no locks."""
    if WINDOWS:
        import msvcrt

        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import errno
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)
    return True
