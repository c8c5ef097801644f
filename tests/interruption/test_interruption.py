"""A run that is broken off leaves whole files or none; the next one finishes it; another quarter is never touched."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness import FAULTS, OPTIONS, WAYS, Broken, Undisturbed, tree
from small_run import QUARTER, finish, small_city, start

from analysis.desk.making import Making, outcome_sentence
from analysis.errors import DISK_FULL
from analysis.runs.holding import QUARTER_NOTE, held

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


@contextmanager
def small_disk(folder: Path):
    """Give a folder a file system of its own in memory, which can be filled."""
    folder.mkdir()
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(folder)], capture_output=True, check=False) if shutil.which("mount") else None
    )
    if mounted is None or mounted.returncode:
        pytest.skip("a small file system can only be mounted by root on Linux; without it the full disk is only simulated (way 'disk full')")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("seed", SEEDS[:: len(WAYS) if FUZZ else len(SEEDS)])
def test_a_disk_that_fills_up_leaves_whole_files_and_says_so(tmp_path, undisturbed, seed):
    lot = random.Random(seed)
    with small_disk(tmp_path / "disk") as disk:
        broken = Broken(disk / "city", undisturbed, seed)
        needed = sum(len(data) for part in ("store", "out") for data in tree(undisturbed.home / part).values())
        left = int(needed * lot.uniform(0.02, 0.9))
        filler = disk / "other people's files"
        with open(filler, "wb") as stream:
            stream.write(bytes(max(0, shutil.disk_usage(disk).free - left)))
        elsewhere = {"TMPDIR": str(disk)} if lot.random() < 0.3 else {}  # the system's own folder for passing things may be full, too
        code, said = finish(broken.settings, *OPTIONS, **elsewhere)
        broken.told = f"{left} of {needed} bytes were left, {elsewhere}\n{said}"
        assert code in (1, 2) and DISK_FULL in said and "Traceback" not in said, broken.told
        broken.check_whole()
        filler.unlink()
        broken.run_again()


def test_whoever_comes_second_waits_or_is_told_who_works_there(tmp_path):
    settings = small_city(tmp_path / "city", quarters=(QUARTER,))
    folder, told, ended = settings.parent / "out" / QUARTER, [], []
    folder.mkdir(parents=True)
    other_folder = str(settings.parent / "elsewhere")
    with held(folder / QUARTER_NOTE, "x"):
        again = start(settings, *OPTIONS)
        page = Making(["run", "--settings", str(settings), "--quarter", QUARTER, *OPTIONS], told.append, lambda code, progress: ended.append((code, progress)))
        page.start()
        check = start(settings, "--quarter", QUARTER, command="check")
        beside = start(settings, *OPTIONS, "--out", other_folder)  # another folder of results, the same store
        said, _ = again.communicate(timeout=600)
        page.wait(600)
    owner = rf"（.+，电脑 .+，进程 {os.getpid()}，自 .+ 起）"
    refused = rf"{QUARTER} 的成果文件夹正由另一个运行使用{owner}。请等它做完后重试。"
    assert again.returncode == 2
    assert re.fullmatch(rf"{QUARTER} 的成果文件夹正由另一个运行使用{owner}，等它做完。\n{refused}\n", said)
    ((code, progress),) = ended
    assert code == 2 and re.fullmatch(refused, outcome_sentence(code, progress))
    said, _ = check.communicate(timeout=600)
    assert check.returncode == 1 and re.search(rf"^{QUARTER} 的成果文件夹正由另一个运行使用{owner}，等它做完。$", said, re.MULTILINE) and "共退回" in said, said
    said, _ = beside.communicate(timeout=600)
    assert beside.returncode == 0, said
    assert len(list((settings.parent / "store").glob(f"{QUARTER}-*"))) == 1 and not list(settings.parent.rglob("正在*.txt"))


def test_a_hung_export_is_ended_and_the_next_run_makes_it(tmp_path):
    settings = small_city(tmp_path / "city", quarters=(QUARTER,))
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
