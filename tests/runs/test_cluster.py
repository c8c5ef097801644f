"""A real scheduler and two real workers: a worker that is killed costs nothing, without any the run ends with a sentence. That they give the same bytes: tests/interruption/test_same_bytes.py."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from machines import Machines

from analysis.errors import ExportError
from analysis.paths import ROOT
from analysis.runs import cluster, workers
from analysis.runs.cluster import Cluster
from analysis.runs.executor import Lost

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # distributed's own, about its loops


@pytest.fixture
def machines(tmp_path):
    with Machines(tmp_path, modules=(Path(__file__).parent,)) as made:
        yield made


def die_once(marker: str, number: int) -> int:
    """Take the worker along the first time."""
    path = Path(marker)
    if number == 1 and not path.exists():
        path.write_text("", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_the_tasks_of_a_worker_that_is_gone_run_on_another_and_without_any_they_are_given_up(machines, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "_ALONE", 1)
    monkeypatch.setattr(cluster, "_LOOK", 0.2)
    with Cluster(machines.address) as there:
        machines.await_both(there)
        answers = dict(there.each([(die_once, (str(tmp_path / "died"), number)) for number in range(6)]))
        assert answers == {number: number * number for number in range(6)}
        assert (tmp_path / "died").exists() and there.workers == 1
        for worker in machines.processes[1:]:
            worker.kill()
        lost = dict(there.each([(int, ("1",)), (int, ("2",))]))
        assert lost == dict.fromkeys((0, 1), Lost("工作进程都没有了，等了1秒也没有新的。请检查各台机器上的 dask worker，重新启动后再运行一次，会接着做完。"))
        running = there.each([(int, ("1",))])
        machines.processes[0].kill()
        [(_, lost)] = running
        assert lost == Lost("与调度程序的联系中断了。请检查 dask scheduler 和网络，重新启动后再运行一次，会接着做完。")


def test_what_a_worker_has_not_is_told_before_anything_is_sent(machines, tmp_path, monkeypatch):
    with Cluster(machines.address, [tmp_path / "out"], [tmp_path]) as there:
        assert list((tmp_path / "out").iterdir()) == []
        [(_, answer)] = there.each([(os.listdir, (str(tmp_path / "nowhere"),))])
        assert answer.reason.startswith("工作进程读写共享磁盘出错（No such file")
    with pytest.raises(ExportError, match=r"工作进程 tcp://\S+ 看不到或写不进 .*nowhere。成果、store 和设置用到的文件要放在各台机器路径相同的共享磁盘上"):
        Cluster(machines.address, needed=[tmp_path / "nowhere"]).__enter__()
    here = workers.program()
    for other, words in (
        ({"versions": here["versions"] | {"pandas": "0.1"}}, r"的程序库与本机不同：pandas（\S+，本机 0\.1），结果会不一致"),
        ({"code": "another"}, r"的程序与本机不是同一个版本，结果会不一致"),
    ):
        monkeypatch.setattr(cluster, "program", lambda other=other: here | other)
        with pytest.raises(ExportError, match=words):
            Cluster(machines.address).__enter__()


def test_a_worker_takes_over_the_surroundings_of_each_run(monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", "/theirs")
    monkeypatch.setenv("WORKBENCH_SETTINGS", "/theirs")
    monkeypatch.setenv("WORKBENCH_INSTALLED_FONTS", "0")
    run = {"environment": workers.environment_of_run() | {"WORKBENCH_SETTINGS": "/ours", "WORKBENCH_INSTALLED_FONTS": None}, "has_nursery": False}
    code = workers.program()["code"]
    told = workers.do_here(run | {"code": code}, os.environ.copy, ())
    assert (told["WORKBENCH_HOME"], told["WORKBENCH_SETTINGS"]) == (str(ROOT), "/ours") and "WORKBENCH_INSTALLED_FONTS" not in told
    assert "不是同一个版本" in workers.do_here(run | {"code": "another"}, os.environ.copy, ()).reason


def test_an_address_where_nobody_answers_is_told_in_a_sentence(monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    with pytest.raises(ExportError, match=r"调度程序 tcp://127\.0\.0\.1:9 连不上。请按 docs/province\.md 启动"):
        Cluster("tcp://127.0.0.1:9").__enter__()
