"""A real scheduler and two real workers: the same bytes as on this machine, and a worker that is killed costs nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from drawn_city import CITY, HERE, drawn_world, write_places

from analysis.errors import ExportError
from analysis.runs.cluster import Cluster
from analysis.runs.inputs import choose_settings
from analysis.runs.quarter import run_quarter

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
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
        known = os.pathsep.join([str(Path(__file__).parent), str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])  # workers import the tasks below
        with open(self.folder / f"{len(self.processes)}.log", "wb") as log:  # the process keeps its own hold on it
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


def settings_of(folder: Path, out: str, **more):
    return choose_settings(ledgers=str(folder / "ledgers"), boundaries=str(folder / "boundaries.geojson"), townships=str(folder / "townships.geojson"),
                           crosswalk=str(HERE / "crosswalk.csv"), store=str(folder / f"store-{out}"), out=str(folder / out), city_code=CITY, city_name="九七市", jobs=2, **more)  # fmt: skip


def finished(folder: Path) -> dict[str, bytes]:
    kinds = (".html", ".pdf", ".docx", ".csv")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.suffix in kinds and "notebooks" not in p.parts}


def test_a_quarter_on_two_workers_is_byte_for_byte_that_of_this_machine(machines, tmp_path):
    world = drawn_world()
    world.keep_quarters("2021Q3", "2021Q4")
    world.send(tmp_path)
    write_places(tmp_path)
    choice = {"documents": "coverage_map"}
    here = run_quarter(settings_of(tmp_path, "here"), "2021Q4", **choice)
    there = run_quarter(settings_of(tmp_path, "there", scheduler=machines.address), "2021Q4", **choice)
    assert [o.reason for o in there.outcomes if o.status != "made"] == [] and len(there.outcomes) == len(here.outcomes) > 3
    made = finished(there.folder)
    assert made.keys() == finished(here.folder).keys() and len(made) > 10
    assert [name for name, data in finished(here.folder).items() if data != made[name]] == []
    assert [p.name for p in (tmp_path / "store-there").iterdir() if p.name.startswith(".")] == []


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
