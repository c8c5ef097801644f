"""Dropped files: kept inside the folder, bounded, never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.desk.inbox import EARLIER, keep, safe_name
from analysis.errors import LedgerError
from analysis.paths import DATA
from analysis.runs.sources import ledger_files


@given(st.text(max_size=300), st.sampled_from([".xlsx", ".CSV", ".parquet"]))
def test_any_name_stays_in_its_folder(stem, suffix):
    try:
        made = safe_name(stem + suffix)
    except LedgerError:
        return
    assert Path(made).name == made and made not in (".", "..") and not made.startswith((".", "~$")) and len(made.encode()) <= 220
    assert safe_name(made) == made and not set(made) & set('<>:"/\\|?*\0')


@pytest.mark.parametrize("name", ["甲区.xls", "甲区.xlsx.exe", ".xlsx", "", "../", "甲区", "...xlsx.", "a\x00.html"])
def test_other_files_are_not_taken(name):
    with pytest.raises(LedgerError, match=r"没有收下“.*”：只收 .xlsx、.csv、.parquet 文件。"):
        safe_name(name)


def test_an_old_workbook_is_told_how_to_save_it():
    with pytest.raises(LedgerError, match=r"请用 Excel 或 WPS 另存为 \.xlsx 后再放进来。"):
        safe_name("甲区.XLS")


def test_a_second_file_of_a_name_sets_the_first_aside(drawn):
    first = keep(drawn, "2022Q1", "..\\甲区.xlsx", b"one")
    assert first.path == drawn.ledgers / "2022Q1" / "甲区.xlsx" and first.sentence == "甲区.xlsx：已收到。"
    assert keep(drawn, "2022Q1", "甲区.xlsx", b"one").sentence == "甲区.xlsx：和已有的一样，没有变化。"
    second = keep(drawn, "2022Q1", "甲区.xlsx", memoryview(b"two"))
    assert second.sentence == "甲区.xlsx：已收到，替换了原来的（原件留在 .earlier 里）。"
    assert (first.path.read_bytes(), second.replaced.read_bytes()) == (b"two", b"one")
    assert [p.name for p in ledger_files(drawn.ledgers / "2022Q1")] == ["甲区.xlsx"] and second.replaced.parent.name == EARLIER


def test_sizes_are_bounded(drawn):
    small = replace(drawn, max_upload_mb=1)
    with pytest.raises(LedgerError, match=r"没有收下“甲区.xlsx”：1.0 兆字节，超过上限 1 兆。请拆开再报，或直接复制到台账文件夹"):
        keep(small, "2022Q1", "甲区.xlsx", bytes(1024 * 1024 + 1))
    with pytest.raises(LedgerError, match="文件是空的"):
        keep(small, "2022Q1", "甲区.xlsx", b"")
    assert not (drawn.ledgers / "2022Q1").exists()


def test_a_link_out_of_the_folder_is_not_followed(drawn, tmp_path):
    folder = drawn.ledgers / "2022Q1"
    folder.mkdir()
    outside = tmp_path / "outside.xlsx"
    outside.write_bytes(b"kept")
    (folder / "甲区.xlsx").symlink_to(outside)
    with pytest.raises(LedgerError, match="同名文件指向别处"):
        keep(drawn, "2022Q1", "甲区.xlsx", b"new")
    assert outside.read_bytes() == b"kept"


def test_the_demo_takes_no_files(drawn):
    with pytest.raises(LedgerError, match="现在用的是演示台账，不收真实报表。"):
        keep(replace(drawn, ledgers=DATA / "demo" / "ledgers"), "2021Q3", "甲区.xlsx", b"x")
