"""What happens in a worker process of a cluster: it tells what it is, and does the tasks of a run as the run itself would."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from analysis.errors import ExportError
from analysis.paths import ROOT, SETTINGS_FILE
from analysis.runs.executor import Lost
from analysis.runs.kernels.nursery import Nursery
from analysis.runs.rerun import fingerprint
from analysis.runs.rerun.records import versions

_FONTS = "WORKBENCH_INSTALLED_FONTS"
_ONE_AT_A_TIME = threading.Lock()  # notebooks and exports of one worker process: their libraries know one thread
_nurseries: dict[tuple[tuple[str, str | None], ...], Nursery] = {}


def environment_of_run() -> dict[str, str | None]:
    """Return what the workers must know of this run's surroundings, whatever their own are; None: not set."""
    settings = os.environ.get("WORKBENCH_SETTINGS") or str(ROOT / SETTINGS_FILE)
    return {"WORKBENCH_HOME": str(ROOT), "WORKBENCH_SETTINGS": settings, _FONTS: os.environ.get(_FONTS)}


@lru_cache(maxsize=1)
def program() -> dict[str, Any]:
    """Return what this process runs: a digest of the program, the versions of its libraries."""
    return {"code": fingerprint.source_code(), "versions": {k: v for k, v in versions().items() if k != "platform"}}


@contextmanager
def seen(folders: Sequence[Path]) -> Iterator[list[str]]:
    """Lay a sign into each folder while the block runs, to be looked for from other machines; yields the signs' paths.

    Raises
    ------
    ExportError
        Where this process itself cannot write there.
    """
    signs = [folder / f".unfinished-{uuid4().hex}" for folder in folders]
    try:
        for sign in signs:
            sign.parent.mkdir(parents=True, exist_ok=True)
            sign.write_bytes(b"")
        yield [str(sign) for sign in signs]
    except OSError as error:
        raise ExportError(f"文件夹 {Path(error.filename or folders[0]).parent} 写不进去。请换一个文件夹，或改好权限后重试。") from error
    finally:
        for sign in signs:
            with suppress(OSError):
                sign.unlink(missing_ok=True)


def found_here(signs: Sequence[str], needed: Sequence[str]) -> dict[str, Any]:
    """Tell the run what this worker is and which of its folders it does not see, or cannot write into."""
    blind = [str(Path(sign).parent) for sign in signs if not Path(sign).is_file() or not os.access(Path(sign).parent, os.W_OK | os.X_OK)]
    return program() | {"unseen": blind + [path for path in needed if not os.access(path, os.R_OK)]}


def do_here(run: Mapping[str, Any], function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Do a task: in the run's surroundings, one at a time, kernels forked from the worker's own warm parent."""
    if run["code"] != program()["code"]:  # it came after the others were asked
        return Lost("承担它的工作进程与本机不是同一个版本的程序。请在各台机器上安装同一版本、重新启动工作进程后重试。")
    with _ONE_AT_A_TIME:
        _surround(run)
        return function(*arguments)


async def warm_here(run: Mapping[str, Any]) -> None:
    """Start the warm parent beside the worker's loop; Dask lets only coroutines run without being waited for."""
    await asyncio.to_thread(_in_turn, run)


def _in_turn(run: Mapping[str, Any]) -> None:
    with _ONE_AT_A_TIME:  # a task that comes meanwhile finds it started
        _surround(run)


def _surround(run: Mapping[str, Any]) -> None:
    """Take over the run's surroundings; a warm parent that was started in others has read the wrong project folder and is ended."""
    environment = run["environment"]
    for name, value in environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    key = tuple(sorted(environment.items()))
    if run["has_nursery"] and key in _nurseries:
        return
    _end()
    if run["has_nursery"]:
        _nurseries[key] = Nursery()
        _nurseries[key].start()


def _end() -> None:
    for nursery in _nurseries.values():
        nursery.__exit__()
    _nurseries.clear()


atexit.register(_end)
