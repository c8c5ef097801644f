"""Putting finished files in their place: whole or not at all, also where the power fails the moment after."""

from __future__ import annotations

import os
import time
from pathlib import Path

WINDOWS = os.name == "nt"
_TRIES, _PAUSE = 20, 0.1  # two seconds


def settle(path: Path) -> None:
    """See that a file, or every file below a folder, is on the disk and not only in the system's memory."""
    if path.is_dir():
        for child in path.iterdir():
            settle(child)
    if not WINDOWS or path.is_file():  # folders cannot be opened on Windows; its file systems keep the order of renames themselves
        _settle_one(path)


def _settle_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if WINDOWS else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(unfinished: Path, target: Path) -> Path:
    """Move a finished file or folder to its place in one step: a reader finds the old one or the new one, never half of it.

    Raises
    ------
    PermissionError
        Where the target is open in another program (Windows), or may not be written.
    """
    settle(unfinished)
    for left in reversed(range(_TRIES if WINDOWS else 1)):
        try:
            os.replace(unfinished, target)
            break
        except PermissionError:  # a virus scanner or the search index looks at a new file for a moment; Word holds it until it is closed
            if not left:
                raise
            time.sleep(_PAUSE)
    if not WINDOWS:
        _settle_one(target.parent)
    return target
