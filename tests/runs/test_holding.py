"""One run at a time in a folder: another one waits or is refused by name; what a killed one left is told and taken away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from analysis.errors import DISK_FULL, BusyError, ExportError, is_disk_full, locked
from analysis.publishing.placing import put_in_place
from analysis.runs.holding import QUARTER_NOTE, held

HOLDER = """
import sys, time
from pathlib import Path
from analysis.runs.holding import held
with held(Path(sys.argv[1]), "x"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(note, seconds: float) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(note), str(seconds)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_refused_with_the_name_of_the_first(tmp_path):
    note = tmp_path / QUARTER_NOTE
    first = holder(note, 60)
    with pytest.raises(BusyError) as caught, held(note, "2021Q3 的成果文件夹"):
        pass
    assert caught.value.sentence.startswith("2021Q3 的成果文件夹正由另一个运行使用（")
    assert f"，进程 {first.pid}，自 " in caught.value.sentence and caught.value.sentence.endswith(" 起）。请等它做完后重试。")
    assert note.is_file() and caught.value.exit_code == 2
    first.kill()
    first.communicate()


def test_the_second_waits_and_says_for_whom(tmp_path):
    note, said = tmp_path / QUARTER_NOTE, []
    first = holder(note, 1.0)
    with held(note, "文件夹", said.append, patience=60):
        assert f"，进程 {os.getpid()}，" in note.read_text(encoding="utf-8").splitlines()[0]
    assert len(said) == 1 and f"进程 {first.pid}" in said[0] and said[0].endswith("，等它做完。")
    assert not note.exists() and first.communicate() and first.returncode == 0


def test_a_killed_holder_keeps_nobody_out_and_its_leftovers_go(tmp_path):
    note, said = tmp_path / QUARTER_NOTE, []
    first = holder(note, 60)
    first.kill()
    first.communicate()
    assert "如果没有程序在运行，说明上次中途断了" in note.read_text(encoding="utf-8")
    (tmp_path / "city").mkdir()
    left = [tmp_path / "city" / ".unfinished-7.csv", tmp_path / ".index.html.7.part", tmp_path / ".unfinished-x" / "city.html"]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    (tmp_path / "city" / "speech.html").write_text("whole")
    with held(note, "文件夹", said.append):
        assert not any(path.exists() for path in left)
        (tmp_path / ".unfinished-y").mkdir()  # of a worker of ours that was killed
    assert not (tmp_path / ".unfinished-y").exists()
    assert len(said) == 1 and said[0].startswith("上次在这里的运行没有做完（") and f"进程 {first.pid}" in said[0] and said[0].endswith("），现在接着做。")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["speech.html"]


def test_a_holder_that_fails_leaves_the_folder_free(tmp_path):
    note = tmp_path / QUARTER_NOTE
    with pytest.raises(ZeroDivisionError), held(note, "文件夹"):
        _ = 1 / 0
    assert not note.exists()


def test_what_is_put_in_place_is_on_the_disk_first(tmp_path, monkeypatch):
    order, replace, fsync = [], os.replace, os.fsync
    monkeypatch.setattr(os, "fsync", lambda d: (order.append(os.fstat(d).st_ino), fsync(d)))
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append("moved"), replace(a, b)))
    (tmp_path / "unfinished" / "inner").mkdir(parents=True)
    for name in ("a", "inner/b"):
        (tmp_path / "unfinished" / name).write_text("1")
    inodes = {p.stat().st_ino for p in (tmp_path / "unfinished").rglob("*") if p.is_file()}
    put_in_place(tmp_path / "unfinished", tmp_path / "whole")
    assert inodes <= set(order[: order.index("moved")]) and order[-1] == tmp_path.stat().st_ino
    assert (tmp_path / "whole" / "inner" / "b").read_text() == "1"


def test_a_full_disk_is_known_also_as_a_cause():
    try:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise ValueError("x") from error
    except ValueError as error:
        assert is_disk_full(error)
    assert not is_disk_full(OSError(2, "x")) and DISK_FULL.startswith("磁盘空间不足")


def windows(monkeypatch):
    """Let locking and taking away go the way of Windows: ``msvcrt`` locks one byte, and a file that anyone here has open cannot be taken away."""
    import fcntl
    from pathlib import Path
    from types import SimpleNamespace

    from analysis.runs import holding

    def locking(descriptor, mode, count):
        assert (mode, count, os.lseek(descriptor, 0, os.SEEK_CUR)) == ("once", 1, 1 << 30)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def unlink(path, missing_ok=False):
        for own in Path("/proc/self/fd").iterdir():
            try:
                if own.exists() and path.exists() and own.samefile(path):
                    raise PermissionError(13, "in use", str(path))
            except FileNotFoundError:
                continue
        if path.exists() or not missing_ok:
            os.unlink(path)

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK="once", locking=locking))
    monkeypatch.setattr(holding, "WINDOWS", True)
    monkeypatch.setattr(Path, "unlink", unlink)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks into /proc for open files")
def test_on_windows_the_note_is_locked_behind_its_words_and_let_go_before_it_is_taken_away(tmp_path, monkeypatch):
    windows(monkeypatch)
    note = tmp_path / QUARTER_NOTE
    with held(note, "文件夹"):
        with pytest.raises(BusyError, match=f"^文件夹正由另一个运行使用（.+，进程 {os.getpid()}，自 .+ 起）。请等它做完后重试。$"), held(note, "文件夹"):
            pass
        assert f"，进程 {os.getpid()}，" in note.read_text(encoding="utf-8")
    assert not note.exists()
    with held(note, "文件夹"):  # one that waits has the note open while its holder ends: the note stays, and tells of nothing
        waiting = os.open(note, os.O_RDWR)
    os.close(waiting)
    assert note.read_bytes() == b""
    said = []
    with held(note, "文件夹", said.append):
        pass
    assert said == [] and not note.exists()


def test_on_windows_a_file_that_is_looked_at_for_a_moment_is_waited_for(tmp_path, monkeypatch):
    from analysis.publishing import placing

    refusals, replace = [], os.replace
    (tmp_path / "new").write_text("new")
    monkeypatch.setattr(placing, "WINDOWS", True)
    monkeypatch.setattr(placing.time, "sleep", lambda _: None)

    def busy(times):
        def move(a, b):
            if len(refusals) < times:
                refusals.append(1)
                raise PermissionError(13, "in use", str(a), None, str(b))
            replace(a, b)

        return move

    monkeypatch.setattr(os, "replace", busy(3))
    assert put_in_place(tmp_path / "new", tmp_path / "x.docx").read_text() == "new" and len(refusals) == 3
    (tmp_path / "new").write_text("newer")
    monkeypatch.setattr(os, "replace", busy(99))
    with pytest.raises(PermissionError) as caught:
        put_in_place(tmp_path / "new", tmp_path / "x.docx")
    assert locked(caught.value) == "写不进 x.docx，它可能正在 Word、WPS 或浏览器中打开，或者没有写入权限。请关闭它后重试。"
    assert (tmp_path / "x.docx").read_text() == "new"


def test_an_unfinished_folder_is_not_packed(tmp_path):
    note = tmp_path / QUARTER_NOTE
    note.write_text("甲，电脑 乙，进程 7，自 2021-10-08 09:00:00 起\n\n……", encoding="utf-8")
    with pytest.raises(ExportError) as caught, held(note, "2021Q3 的成果文件夹", is_finishing=False):
        pass
    assert caught.value.sentence == (
        "2021Q3 的成果文件夹里上次的运行没有做完（甲，电脑 乙，进程 7，自 2021-10-08 09:00:00 起）。请先再运行一次 workbench run，做完后重试。"
    )
    assert note.read_text(encoding="utf-8").startswith("甲，")


def test_a_folder_that_went_comes_back_and_one_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    with held(tmp_path / "quarter" / QUARTER_NOTE, "文件夹"):
        assert (tmp_path / "quarter" / QUARTER_NOTE).is_file()

    def refused(path, *_):
        raise PermissionError(13, "denied", str(path))

    monkeypatch.setattr(os, "open", refused)
    with (
        pytest.raises(ExportError, match=rf"^文件夹 {tmp_path} 写不进去（没有写入权限，或“正在生成.txt”被设为只读）。请换一个文件夹，或改好权限后重试。$"),
        held(tmp_path / QUARTER_NOTE, "x"),
    ):
        pass
