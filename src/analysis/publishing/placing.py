"""Putting finished files in their place: whole or not at all, also where the power fails the moment after."""

from __future__ import annotations

import os
from pathlib import Path


def settle(path: Path) -> None:
    """See that a file, or every file below a folder, is on the disk and not only in the system's memory."""
    if path.is_dir():
        for child in path.iterdir():
            settle(child)
    if os.name != "nt" or path.is_file():  # folders cannot be opened on Windows; its file systems keep the order of renames themselves
        _settle_one(path)


def _settle_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(unfinished: Path, target: Path) -> Path:
    """Move a finished file or folder to its place in one step: a reader finds the old one or the new one, never half of it."""
    settle(unfinished)
    os.replace(unfinished, target)
    if os.name != "nt":
        _settle_one(target.parent)
    return target
