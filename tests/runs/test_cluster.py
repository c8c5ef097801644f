"""A real scheduler and two real workers: a worker that is killed costs nothing. That they give the same bytes: tests/interruption/test_same_bytes.py."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from machines import PATIENCE, Machines

from analysis.errors import ExportError
from analysis.runs.cluster import Cluster

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # distributed's own, about its loops


def die_once(marker: str, number: int) -> int:
    """Take the worker along the first time."""
    path = Path(marker)
    if number == 1 and not path.exists():
        path.write_text("", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_the_tasks_of_a_worker_that_is_gone_run_on_another(tmp_path):
    with Machines(tmp_path, modules=(Path(__file__).parent,)) as machines, Cluster(machines.address) as cluster:
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
