"""Watching a folder: files that lie still are taken in, one that is still being copied is not."""

from __future__ import annotations

import os
import shutil

from analysis.desk.watch import Watch, moved, state_of, watch


def test_a_file_is_taken_in_once_it_lies_still(tmp_path):
    told = []
    looking = Watch(tmp_path, lambda what: told.append(what) or False, print)
    looking.round()
    file = tmp_path / "甲区.xlsx"
    file.write_bytes(b"half")
    looking.round()
    file.write_bytes(b"half and more")
    looking.round()
    assert told == []
    looking.round()
    looking.round()
    assert told == ["收到 甲区.xlsx"]
    (tmp_path / "~$甲区.xlsx").write_bytes(b"lock")
    (tmp_path / ".hidden").write_bytes(b"x")
    looking.round()
    looking.round()
    assert told == ["收到 甲区.xlsx"]
    file.unlink()
    looking.round()
    looking.round()
    assert told[1:] == ["移走 甲区.xlsx"]


def test_a_changed_time_is_a_change(tmp_path):
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    before = state_of(tmp_path)
    os.utime(tmp_path / "a.csv", (1, 1))
    assert moved(before, state_of(tmp_path)) == "更新 a.csv"


def test_the_watch_ends_when_all_districts_are_in(drawn):
    said, waiting = [], sorted((drawn.ledgers / "2021Q4").iterdir())

    def arrive(_seconds):
        for path in waiting[:30]:
            shutil.copy(path, drawn.ledgers / "2022Q1" / path.name)
        del waiting[:30]

    drawn.ledgers.joinpath("2022Q1").mkdir()
    made = watch(drawn, "2022Q1", said.append, seconds=0, rounds=9, until_complete=True, pause=arrive)
    assert made is not None and made.missing == []
    assert said[0].startswith("正在看着 ") and any(line.startswith("  东山区.xlsx：读入 ") for line in said)
    assert "2022Q1：4 个区县，已报送 4 个，未报送 0 个。" in said


def test_a_file_that_cannot_be_read_does_not_end_the_watch(drawn):
    said = []
    folder = drawn.ledgers / "2022Q1"
    folder.mkdir()
    (folder / "东山区.xlsx").write_bytes(b"no workbook")
    assert watch(drawn, "2022Q1", said.append, seconds=0, rounds=3, pause=lambda _: None) is None
    assert any("没有读成一张“单位”表" in line for line in said)
