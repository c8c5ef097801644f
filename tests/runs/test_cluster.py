"""A real scheduler and two real workers: a worker that is killed costs nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from drawn_city import HERE

from analysis.errors import ExportError
from analysis.runs.cluster import Cluster

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # distributed's own, about its loops
PATIENCE = 120


class Machines:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes = folder, []
        self.start("scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", str(folder / "scheduler.json"))
        end = time.monotonic() + PATIENCE
        while not (folder / "scheduler.json").is_file() and time.monotonic() < end:
            time.sleep(0.1)
        for _ in range(2):
            self.start("worker", "--scheduler-file", str(folder / "scheduler.json"), "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))

    def start(self, *arguments: str) -> None:
        log = open(self.folder / f"{len(self.processes)}.log", "wb")  # noqa: SIM115 — the process writes to it as long as it lives
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
        known = os.pathsep.join([str(Path(__file__).parent), str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])  # workers import the tasks below
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=os.environ | {"PYTHONPATH": known}))

    @property
    def address(self) -> str:
        return json.loads((self.folder / "scheduler.json").read_text(encoding="utf-8"))["address"]

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def machines(tmp_path):
    made = Machines(tmp_path)
    yield made
    made.stop()


def die_once(marker: str, number: int) -> int:
    """Take the worker along the first time."""
    path = Path(marker)
    if number == 1 and not path.exists():
        path.write_text("", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_the_tasks_of_a_worker_that_is_gone_run_on_another(machines, tmp_path):
    with Cluster(machines.address) as cluster:
        end = time.monotonic() + PATIENCE
        while cluster.workers < 2 and time.monotonic() < end:
            time.sleep(0.1)
        assert cluster.workers == 2
        answers = dict(cluster.each([(die_once, (str(tmp_path / "died"), number)) for number in range(6)]))
        assert answers == {number: number * number for number in range(6)}
        assert (tmp_path / "died").exists() and cluster.workers == 1


def test_an_address_where_nobody_answers_is_told_in_a_sentence(monkeypatch):
    from analysis.runs import cluster

    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    with pytest.raises(ExportError, match=r"调度程序 tcp://127\.0\.0\.1:9 连不上。请按 docs/province\.md 启动"):
        Cluster("tcp://127.0.0.1:9").__enter__()
