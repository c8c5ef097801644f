"""A run that is broken off leaves whole files or none; the next one finishes it; another quarter is never touched."""

from __future__ import annotations

import json
import os
import random
import re

import pytest
from harness import FAULTS, OPTIONS, WAYS, Broken, Undisturbed
from small_run import QUARTER, finish, small_city, start

FUZZ = os.environ.get("WORKBENCH_PROPERTIES") == "fuzz"
FIRST = int(os.environ.get("WORKBENCH_SEED", random.SystemRandom().randint(0, 10**6) if FUZZ else 20))
SEEDS = range(FIRST, FIRST + (60 if FUZZ else 5))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return Undisturbed(tmp_path_factory.mktemp("undisturbed") / "city")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_broken_off_anywhere_is_finished_by_the_next(tmp_path, undisturbed, seed):
    broken = Broken(tmp_path / "city", undisturbed, seed)
    broken.break_off(WAYS[seed % len(WAYS)])
    broken.check_whole()
    broken.run_again()


def test_two_runs_at_once_do_not_meet(tmp_path):
    settings = small_city(tmp_path / "city")
    first = start(settings, *OPTIONS)
    note = settings.parent / "out" / QUARTER / "正在生成.txt"
    while not note.is_file() and first.poll() is None:
        pass
    code, said = finish(settings, *OPTIONS)
    assert code == 2
    assert re.fullmatch(rf"{QUARTER} 的成果文件夹正由另一个运行使用（.+，电脑 .+，进程 {first.pid}，自 .+ 起），等它做完。\n"
                        rf"{QUARTER} 的成果文件夹正由另一个运行使用（.+，进程 {first.pid}，自 .+ 起）。请等它做完后重试。\n", said)  # fmt: skip
    assert first.communicate(timeout=600) and first.returncode == 0
    assert not note.exists()


def test_a_hung_export_is_ended_and_the_next_run_makes_it(tmp_path):
    settings = small_city(tmp_path / "city")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + "\n[limits]\nexport_timeout_seconds = 4\n", encoding="utf-8")
    options, out = ("--scope", "city", "--documents", "speech", "--formats", "docx", "--jobs", "1"), settings.parent / "out" / QUARTER
    hung = settings.parent / "hung"
    code, said = finish(settings, *options, PYTHONPATH=os.pathsep.join([str(FAULTS), *filter(None, [os.environ.get("PYTHONPATH")])]), FAULT_HANG=str(hung))
    assert hung.exists() and code == 1 and "Traceback" not in said, said
    reason = "导出 DOCX 超过 4 秒没有做完，已停止。请重试；仍然超时的，请把 export_timeout_seconds 调大，或用 --formats 先做其他格式。"
    assert f"[1/1] 九七市讲话稿　没有做成：{reason}" in said
    (job,) = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["jobs"]
    assert (job["status"], job["reason"]) == ("failed", reason)
    assert (out / "notebooks" / "city" / "speech.failed.ipynb").is_file() and not list(out.rglob(".unfinished*")) and not list(out.rglob("*.docx"))
    settings.write_text(text, encoding="utf-8")
    code, said = finish(settings, *options)
    assert code == 0, said
    assert (out / "city" / "speech.docx").is_file() and not list(out.rglob("*.failed.ipynb"))
