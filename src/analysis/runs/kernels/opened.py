"""What this process has read of an immutable package: read once, shared by every document that is made here.

The run hands its own readings to the warm parent of kernels (:mod:`analysis.runs.kernels.nursery`), so that no notebook reads the quarter again.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Read = TypeVar("Read")
_READ: dict[tuple[str, ...], object] = {}


def once(folder: Path, make: Callable[[], Read], *key: object) -> Read:
    """Return what ``make`` returns, made at most once for a package's folder and key; a new folder's readings replace another's.

    Only for what nobody changes: a package's files never change, and neither may what was read of them.
    """
    whose = str(folder.resolve())
    if any(known[0] != whose for known in _READ):
        _READ.clear()
    name = (whose, *map(str, key))
    if name not in _READ:
        _READ[name] = make()
    return _READ[name]


def hand_over(path: Path) -> None:
    """Write this process's readings for :func:`take_over`, into a folder of the user's own."""
    path.write_bytes(pickle.dumps(_READ, protocol=5))


def take_over(path: Path) -> None:
    """Start from the readings of another process of this very run. Starts no thread, as reading Parquet would."""
    _READ.update(pickle.loads(path.read_bytes()))
