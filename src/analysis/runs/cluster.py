"""A Dask cluster as the place of work: the same tasks as on this machine, sent to the workers of a scheduler (extra ``[cluster]``).

The workers see the same folders under the same paths (store and reports lie on a shared disk) and run the same program; both are asked before anything
is sent. Dask itself sends the tasks of a worker that is gone to another one.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from analysis.errors import ExportError
from analysis.runs.executor import Lost, Task
from analysis.runs.rerun import fingerprint

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 20  # seconds to reach the scheduler, and to wait for a first worker
_DEATHS = 3  # workers that a task may take with it before it is given up
_ONE_AT_A_TIME = threading.Lock()  # notebooks and exports of one worker process: their libraries know one thread


class Cluster:
    """The workers of a Dask scheduler; for a ``with``."""

    is_shared = True  # partitions of large ledgers are worth sending

    def __init__(self, scheduler: str) -> None:
        self._address = scheduler
        self._client: Client | None = None

    def __enter__(self) -> Cluster:
        """Connect.

        Raises
        ------
        ExportError
            Where dask is not installed, nobody answers, no worker is there, or a worker runs another program.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise ExportError(
                '没有安装 Dask，不能使用 --scheduler。请用 pip install "union-coverage-workbench[cluster]" 安装，或不带 --scheduler 在本机运行。'
            ) from error
        try:
            self._client = Client(self._address, timeout=_PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            self.__exit__()
            what = "没有工作进程" if isinstance(error, TimeoutError) and self._is_connected else "连不上"
            raise ExportError(
                f"调度程序 {self._address} {what}。请按 docs/province.md 启动 dask scheduler 和 dask worker 后重试，或不带 --scheduler 在本机运行。"
            ) from error
        self._check_program()
        return self

    _is_connected = property(lambda self: self._client is not None)

    def _check_program(self) -> None:
        told = self._client.run(fingerprint.all_code)
        other = sorted(address for address, code in told.items() if code != fingerprint.all_code())
        if other:
            self.__exit__()
            raise ExportError(f"工作进程 {'、'.join(other[:3])} 的程序与本机不是同一个版本，结果会不一致。请在各台机器上安装同一版本后重试。")

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def workers(self) -> int:
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def warm(self) -> None:
        """Let every worker start its warm parent of kernels."""
        self._client.run(_warm, wait=False)

    def share(self) -> None:
        """Nothing: a worker reads the package from the shared disk, once a process."""

    def each(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        environment = {key: os.environ[key] for key in ("WORKBENCH_HOME", "WORKBENCH_SETTINGS") if key in os.environ}
        sent = {
            self._client.submit(functools.partial(do_here, environment), *task, pure=False, retries=0, key=f"workbench-{id(tasks)}-{place}"): place
            for place, task in enumerate(tasks)
        }
        return self._answers(sent)

    def _answers(self, sent: dict[Any, int]) -> Iterator[tuple[int, Any]]:
        from distributed import KilledWorker, as_completed

        for future in as_completed(sent, loop=self._client.loop):
            try:
                yield sent[future], future.result()
            except KilledWorker:
                yield sent[future], Lost("承担它的工作进程接连意外结束（可能是内存不足）。请给工作进程多留内存，或减少每台机器的进程数后重试。")
            future.release()


def do_here(environment: dict[str, str], function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Do a task in a worker process: with the run's settings, one at a time, kernels forked from the worker's own warm parent."""
    with _ONE_AT_A_TIME:
        os.environ.update(environment)
        _nursery()
        return function(*arguments)


async def _warm() -> None:
    """Start the warm parent beside the worker's loop; Dask lets only coroutines run without being waited for."""
    await asyncio.to_thread(_nursery_in_turn)


def _nursery_in_turn() -> None:
    with _ONE_AT_A_TIME:  # a task that comes meanwhile finds it started
        _nursery()


@functools.lru_cache(maxsize=1)
def _nursery() -> None:
    """Start the worker's warm parent of kernels; it ends with the worker."""
    import atexit

    from analysis.runs.kernels.nursery import Nursery

    nursery = Nursery()
    nursery.start()
    atexit.register(nursery.__exit__)
