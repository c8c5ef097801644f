"""Where a run's work is done: one interface, whether by processes of this machine or by the workers of a cluster (:mod:`analysis.runs.cluster`).

A task is a function of a module and its arguments, all of which travel by pickle; what it returns travels back. A task whose worker ended is run
again elsewhere; where that does not help either, its answer is ``Lost`` and the others are not touched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from analysis.runs.kernels.nursery import Nursery

Task = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True)
class Lost:
    """The answer of a task that no worker lived to finish; ``reason`` is a Chinese sentence."""

    reason: str


class Executor(Protocol):
    """Does tasks somewhere; for a ``with``, at whose end nothing of it is left. ``is_shared``: its workers may be on other machines."""

    is_shared: bool

    @property
    def workers(self) -> int: ...

    def __enter__(self) -> Executor: ...

    def __exit__(self, *_: object) -> None: ...

    def warm(self) -> None:
        """Get ready while the ledgers are being read."""

    def share(self) -> None:
        """Let tasks start from what this process has read of the package, where they can."""

    def each(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        """Start all tasks now and yield (place in ``tasks``, answer) as they end; an exception that a task raised is raised here."""


class LocalPool:
    """Processes of this machine, started on first use; their notebooks' kernels come from one warm parent, where that can be had."""

    is_shared = False

    def __init__(self, workers: int = 0, has_nursery: bool = True) -> None:
        self.workers = workers or max(1, min(4, os.cpu_count() or 1))
        self._pool: ProcessPoolExecutor | None = None
        self._nursery = Nursery(has_nursery)

    def __enter__(self) -> LocalPool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._nursery.__exit__()

    def warm(self) -> None:
        self._nursery.start()

    def share(self) -> None:
        if self._nursery.start():
            self._nursery.hand_over()

    def _start(self, task: Task) -> Future:
        if self._pool is None:
            # spawn everywhere: the same behaviour on Windows, and no fork of a process that has used threads
            self._pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=_begin_worker)
        function, arguments = task
        try:
            return self._pool.submit(function, *arguments)
        except BrokenProcessPool as error:
            broken: Future = Future()
            broken.set_exception(error)
            return broken

    def each(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        return self._answers(list(tasks), {self._start(task): place for place, task in enumerate(tasks)})

    def _answers(self, tasks: list[Task], running: dict[Future, int]) -> Iterator[tuple[int, Any]]:
        ended: list[int] = []
        for future in as_completed(running):
            try:
                yield running[future], future.result()
            except BrokenProcessPool:  # one process ended, and the pool with it: whose fault it was is not told
                ended.append(running[future])
        for place in sorted(ended):  # again, one by one: what ends its process now ends nothing else
            if _is_unguarded():
                yield place, Lost(why_ended())
                continue
            self._forget()
            try:
                yield place, self._start(tasks[place]).result()
            except BrokenProcessPool:
                yield place, Lost(why_ended())

    def _forget(self) -> None:
        """Leave a pool that a process has died of."""
        if self._pool is not None and self._is_broken():
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _is_broken(self) -> bool:
        try:
            self._pool.submit(int).cancel()
        except BrokenProcessPool:
            return True
        return False


def why_ended() -> str:
    """Say why a process of the pool ended: where the run was started by a script without a main guard, every one ends at once."""
    if _is_unguarded():
        script = Path(sys.modules["__main__"].__file__)
        return f'运行进程没有启动：脚本 {script.name} 没有主程序保护。请把调用写在 if __name__ == "__main__": 之下后重试。'
    return "运行进程意外结束（可能是内存不足）。请关闭其他程序，或用 --jobs 1 重试。"


def _is_unguarded() -> bool:
    """Whether the run was started by a script whose processes would start it again."""
    script = Path(getattr(sys.modules["__main__"], "__file__", None) or "")
    return script.suffix == ".py" and script.is_file() and "__name__" not in script.read_text(encoding="utf-8", errors="replace")


def _begin_worker() -> None:
    """Keep the kernels' start-up remarks off the user's screen (what goes wrong travels as an exception), and end with the run, whatever way it ends."""
    # nbformat brings jsonschema along, which would build the grammar of internationalised addresses: nearly a second, for a check that no notebook is put to
    sys.modules.setdefault("rfc3987_syntax", None)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run() -> None:
    # a worker that outlived its run would put files into a folder that the next run already works in
    parent_process().join()
    os._exit(1)
