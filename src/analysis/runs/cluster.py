"""A Dask cluster as the place of work: the same tasks as on this machine, sent to the workers of a scheduler (extra ``[cluster]``).

The workers see the same folders under the same paths (store and reports lie on a shared disk) and run the same program; both are asked before anything
is sent (:mod:`analysis.runs.workers`). Dask itself sends the tasks of a worker that is gone to another one; where none is left, or the scheduler is gone,
what is not done yet is given up.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from analysis.errors import ExportError
from analysis.runs.executor import Lost, Task
from analysis.runs.workers import do_here, environment_of_run, found_here, program, seen, warm_here

if TYPE_CHECKING:
    from distributed import Client, Future

_PATIENCE = 20  # seconds to reach the scheduler, and to wait for a first worker
_ALONE = 30  # seconds without any worker before a run gives up; a nanny has started a new one long before
_LOOK = 2  # seconds between two looks at who is left
_NO_WORKER = "工作进程都没有了，等了{seconds}秒也没有新的。请检查各台机器上的 dask worker，重新启动后再运行一次，会接着做完。"
_NO_SCHEDULER = "与调度程序的联系中断了。请检查 dask scheduler 和网络，重新启动后再运行一次，会接着做完。"
_KILLED = "承担它的工作进程接连意外结束（可能是内存不足）。请给工作进程多留内存，或减少每台机器的进程数后重试。"
_DISK = "工作进程读写共享磁盘出错（{what}）。请检查那台机器上的共享磁盘后再运行一次。"


class Cluster:
    """The workers of a Dask scheduler; for a ``with``.

    Parameters
    ----------
    shared : folders that the workers must be able to write into
    needed : files and folders that they must be able to read
    has_nursery : whether a worker forks kernels from a warm parent of its own
    """

    is_shared = True  # partitions of large ledgers are worth sending

    def __init__(self, scheduler: str, shared: Sequence[Path] = (), needed: Sequence[Path] = (), has_nursery: bool = True) -> None:
        self._address, self._shared, self._needed = scheduler, shared, needed
        self._run = {"environment": environment_of_run(), "has_nursery": has_nursery}
        self._client: Client | None = None

    def __enter__(self) -> Cluster:
        """Connect.

        Raises
        ------
        ExportError
            Where dask is not installed, nobody answers, no worker is there, or a worker runs another program or does not see the folders.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise ExportError(
                '没有安装 Dask，不能使用 --scheduler。请用 pip install "union-coverage-workbench[cluster]" 安装，或不带 --scheduler 在本机运行。'
            ) from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is said in a sentence
        try:
            self._client = Client(self._address, timeout=_PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            what = "没有工作进程" if isinstance(error, TimeoutError) and self._client is not None else "连不上"
            self.__exit__()
            raise ExportError(
                f"调度程序 {self._address} {what}。请按 docs/province.md 启动 dask scheduler 和 dask worker 后重试，或不带 --scheduler 在本机运行。"
            ) from error
        try:
            self._check()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _check(self) -> None:
        """Ask every worker for its program and its sight of the folders."""
        here = program()
        with seen(self._shared) as signs:
            told = self._client.run(found_here, signs, [str(path) for path in self._needed], on_error="return")
        for address, answer in sorted(told.items()):
            if isinstance(answer, BaseException) or answer["code"] != here["code"]:
                raise ExportError(f"工作进程 {address} 的程序与本机不是同一个版本，结果会不一致。请在各台机器上安装同一版本、重新启动工作进程后重试。")
            other = [
                f"{name}（{answer['versions'].get(name, '没有')}，本机 {own}）" for name, own in here["versions"].items() if answer["versions"].get(name) != own
            ]
            if other:
                raise ExportError(
                    f"工作进程 {address} 的程序库与本机不同：{'、'.join(other[:3])}，结果会不一致。请在各台机器上按同一份 requirements.lock 安装后重试。"
                )
            if answer["unseen"]:
                raise ExportError(
                    f"工作进程 {address} 看不到或写不进 {answer['unseen'][0]}。成果、store 和设置用到的文件要放在各台机器路径相同的共享磁盘上，请按 docs/province.md 放好后重试。"
                )

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close(timeout=5)
            self._client = None

    @property
    def workers(self) -> int:
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def warm(self) -> None:
        """Let every worker start its warm parent of kernels."""
        self._client.run(warm_here, self._run, wait=False)

    def share(self) -> None:
        """Nothing: a worker reads the package from the shared disk, once a process."""

    def each(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        run = f"workbench-{uuid4().hex}"  # two runs on one cluster must not take each other's answers
        told = self._run | {"code": program()["code"]}
        sent = {
            self._client.submit(functools.partial(do_here, told), *task, pure=False, retries=0, key=f"{run}-{place}"): place for place, task in enumerate(tasks)
        }
        return self._answers(sent)

    def _answers(self, sent: dict[Future, int]) -> Iterator[tuple[int, Any]]:
        waiting, alone_since = set(sent), 0.0
        while waiting:
            try:
                done = self._ended(waiting)
                is_alone = not done and self.workers == 0
            except (CancelledError, OSError):
                yield from ((sent[future], Lost(_NO_SCHEDULER)) for future in waiting)
                return
            alone_since = (alone_since or time.monotonic()) if is_alone else 0.0
            if is_alone and time.monotonic() - alone_since > _ALONE:
                self._client.cancel(list(waiting))
                yield from ((sent[future], Lost(_NO_WORKER.format(seconds=_ALONE))) for future in waiting)
                return
            waiting -= done
            for future in done:
                yield sent[future], _answer(future)
                future.release()

    def _ended(self, waiting: set[Future]) -> set[Future]:
        """Return those that ended within a short while; an error where the scheduler is gone."""
        from distributed import wait

        if self._client.status != "running":
            raise ConnectionError(self._client.status)
        try:
            with self._client.as_current():
                return set(wait(waiting, timeout=_LOOK, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            return set()


def _answer(future: Future) -> Any:
    from distributed import KilledWorker

    try:
        return future.result(timeout=_PATIENCE)
    except KilledWorker:
        return Lost(_KILLED)
    except (CancelledError, TimeoutError):
        return Lost(_NO_SCHEDULER)
    except OSError as error:
        return Lost(_DISK.format(what=error.strerror or type(error).__name__))
