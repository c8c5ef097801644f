"""A new quarter: folders, what is carried over, who has not handed in."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from analysis.cli import main
from analysis.desk.new_quarter import changed_settings, last_report, prepare_quarter
from analysis.desk.submissions import lines, overview
from analysis.errors import SettingsError
from analysis.paths import DATA
from analysis.runs.breaks import as_texts, breaks_file, carry_breaks, districts_key, keep_breaks, read_breaks


def test_a_new_quarter_lists_everybody_with_the_file_of_last_time(drawn):
    made = prepare_quarter(drawn, "2022Q1")
    assert made.folder.is_dir() and made.folder.name == "2022Q1"
    assert made.said[1:3] == ["还没有定过地图分级断点，第一次出报告时按当季数据定下，以后沿用。", "以前没有出过报告，设置按 workbench.toml。"]
    assert made.said[3] == "2022Q1：4 个区县，已报送 0 个，未报送 4 个。"
    assert made.said[4:] == [
        "  未报送　东山区（上次报的是 东山区.xlsx）",
        "  未报送　西河区（上次报的是 西河区_单位.csv）",
        "  未报送　南原县（上次报的是 南原县.xlsx）",
        "  未报送　北岭县（上次报的是 北岭县.xlsx）",
    ]


def test_again_changes_nothing_and_sees_what_has_come(drawn):
    prepare_quarter(drawn, "2022Q1")
    shutil.copy(drawn.ledgers / "2021Q4" / "东山区.xlsx", drawn.ledgers / "2022Q1" / "东山区.xlsx")
    made = prepare_quarter(drawn, "2022Q1")
    assert [d.name for d in made.overview.missing] == ["西河区", "南原县", "北岭县"]
    assert [p.name for p in made.folder.iterdir()] == ["东山区.xlsx"]


def test_an_overview_tells_files_rows_and_lacking_tables(drawn):
    folder = drawn.ledgers / "2022Q2"
    folder.mkdir()
    shutil.copy(drawn.ledgers / "2021Q4" / "西河区_单位.csv", folder)
    (folder / "北岭县.xlsx").write_bytes(b"no workbook")
    made = overview(drawn, "2022Q2")
    assert [(d.name, d.state) for d in made.districts][1] == ("西河区", "缺工会、覆盖关系表")
    assert any("北岭县.xlsx：" in f.sentence and f.status == "unreadable" for f in made.files)
    (read,) = [f for f in made.files if f.file == "西河区_单位.csv"]
    assert read.rows_read == read.accepted + read.flagged + read.quarantined and read.rows_read > 0
    assert not made.is_complete and "  缺工会、覆盖关系表　西河区（西河区_单位.csv）" in lines(made)


def test_a_whole_quarter_is_complete(drawn):
    made = overview(drawn, "2021Q3")
    assert made.missing == [] and lines(made)[0] == "2021Q3：4 个区县，已报送 4 个，未报送 0 个。"


def test_pinned_breaks_come_back_from_the_last_report_when_the_store_is_gone(drawn):
    import pandas as pd

    from analysis.runs.packing import build_package

    package = build_package(drawn, "2021Q4")
    file, key = breaks_file(drawn, drawn.store), districts_key(["东山区", "西河区", "南原县", "北岭县"])
    keep_breaks(file, "970100", key, pd.read_parquet(package / "indicators.parquet"), "2021Q4")
    pinned = read_breaks(file, "970100", key)
    assert pinned
    report = drawn.out / "2021Q4"
    report.mkdir(parents=True)
    (report / "manifest.json").write_text(json.dumps({"city": ["970100", "九七市"], "class_breaks": as_texts(pinned), "settings": {}}), encoding="utf-8")
    assert prepare_quarter(drawn, "2022Q1").breaks == f"地图分级断点沿用 {file}，各季度同值同色。"
    shutil.rmtree(drawn.store)
    assert prepare_quarter(drawn, "2022Q1").breaks == f"地图分级断点表不在了，已按 2021Q4 报告的记录补回 {file}，各季度同值同色。"
    assert read_breaks(file, "970100", key) == pinned
    assert not carry_breaks(file, "970100", key, {}, "2021Q4")


def test_settings_that_decide_figures_are_held_against_the_last_report(drawn):
    then = {"settings": {"suppress_below": 5, "two_new_self_employed": True, "excluded_prefixes": ["11"], "jobs": 9}}
    now = replace(drawn, suppress_below=3, excluded_prefixes=("11",))
    assert changed_settings(now, "2021Q3", then) == [
        "设置与 2021Q3 出报告时不同：suppress_below 由 5 改为 3。口径变了的数字不能直接相比；不是有意改的，请在 workbench.toml 改回。"
    ]
    assert changed_settings(replace(now, suppress_below=5), "2021Q3", then) == ["设置沿用 2021Q3 出报告时的，没有改动。"]
    for quarter in ("2021Q3", "2022Q2"):
        (drawn.out / quarter).mkdir(parents=True)
        (drawn.out / quarter / "manifest.json").write_text("{}", encoding="utf-8")
    assert last_report(drawn.out, "2022Q1") == "2021Q3"


def test_templates_are_written_once_for_every_district(drawn):
    first = prepare_quarter(drawn, "2022Q1", with_templates=True).templates
    stamps = [p.stat().st_mtime_ns for p in first]
    assert [p.name for p in first] == [f"{code}_2022Q1_台账模板.xlsx" for code in ("970101", "970102", "970103", "970104")]
    assert [p.stat().st_mtime_ns for p in prepare_quarter(drawn, "2022Q1", with_templates=True).templates] == stamps


def test_the_demo_takes_no_real_ledgers(drawn, capsys):
    with pytest.raises(SettingsError, match=r"是演示数据，不宜放入真实报表。请先把 workbench.toml 的 ledgers 改为 data/ledgers"):
        prepare_quarter(replace(drawn, ledgers=DATA / "demo" / "ledgers"), "2022Q1")
    with pytest.raises(SystemExit) as done:
        main(["new-quarter", "2022-1"])
    assert done.value.code == 2 and "季度写作“2022-1”" in capsys.readouterr().err
