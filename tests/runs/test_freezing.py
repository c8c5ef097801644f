"""A sealed quarter: its figures stay, a later change becomes an erratum that says what, by how much and why."""

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from test_versions import code, write

from analysis.briefings import bulletin
from analysis.errors import LedgerError
from analysis.runs import prepare
from analysis.runs.lists.building import read_building
from analysis.runs.package import open_package
from analysis.runs.packing import build_package
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.causes import attribute, stored_side, today
from analysis.runs.sealing.errata import read_errata
from analysis.runs.sealing.freezing import freeze, own_errata
from analysis.runs.sealing.seals import made_of, seal_folder, seal_of
from analysis.runs.sources import choose_settings

RATE = "unit_coverage_rate"


@pytest.fixture
def world(tmp_path):
    (tmp_path / "crosswalk.csv").write_text("代码,名称,并入代码\n970101,甲区,\n", encoding="utf-8")
    write(tmp_path / "ledgers" / "2021Q2")
    write(tmp_path / "ledgers" / "2021Q3", covered=6)
    settings = choose_settings(ledgers=str(tmp_path / "ledgers"), store=str(tmp_path / "store"), sealed=str(tmp_path / "sealed"), out=str(tmp_path / "out"),
                               crosswalk=str(tmp_path / "crosswalk.csv"))  # fmt: skip
    return tmp_path, settings


def figure(folder, quarter, indicator, region="970101"):
    frame = pd.read_parquet(folder / "indicators.parquet")
    frame = frame[(frame["quarter"] == quarter) & (frame["segment"] == "all") & (frame["indicator"] == indicator) & (frame["region_code"] == region)]
    return frame["value"].item()


def corrected(errata, indicator, region="970101"):
    frame = errata.figures
    return frame[(frame["indicator"] == indicator) & (frame["region_code"] == region) & (frame["segment"] == "all")].to_dict("records")


def test_a_late_correction_leaves_the_sealed_figures_and_surfaces_as_an_erratum_with_its_cause(world):
    folder, settings = world
    made = freeze(settings, "2021Q2")
    assert made.is_new and made.said[0].startswith("2021Q2 已封存在 ")
    write(folder / "ledgers" / "2021Q2", covered=5)  # the late correction: one unit more is covered
    sealed = build_package(settings, "2021Q2")
    assert figure(sealed, "2021Q2", RATE) == 0.4
    now = build_package(settings, "2021Q3")
    assert figure(now, "2021Q2", RATE) == 0.4 and figure(now, "2021Q3", f"{RATE}_qoq") == pytest.approx(20)
    [row] = corrected(read_errata(now), RATE)
    assert (row["quarter"], row["value_before"], row["value_after"], row["cause"]) == ("2021Q2", 0.4, 0.5, "台账")
    assert row["why"] == "甲区“覆盖关系”表新增1行；甲区“工会”表新增1行"
    changed = read_errata(now).rows.set_index("table")
    assert changed.loc["covers", ["change", "key", "source_file", "source_row"]].tolist() == ["新增", code("91", 4), "甲区_覆盖关系.csv", "6"]


def test_newly_covered_is_counted_from_the_sealed_set(world):
    folder, settings = world
    freeze(settings, "2021Q2")
    assert figure(build_package(settings, "2021Q3"), "2021Q3", "newly_covered_unit_count") == 2
    write(folder / "ledgers" / "2021Q2", covered=5)
    assert figure(build_package(settings, "2021Q3"), "2021Q3", "newly_covered_unit_count") == 2


def test_the_union_building_figures_of_a_sealed_quarter_are_the_sealed_ones(world):
    folder, settings = world
    freeze(settings, "2021Q2")
    write(folder / "ledgers" / "2021Q2", covered=5)  # a fifth union, too late
    figures = read_building(build_package(settings, "2021Q3")).figures
    whole = figures[(figures["indicator"] == "led_employee_count") & (figures["region_code"] == "970101")].set_index("quarter")["value"]
    assert whole.to_dict() == {"2021Q3": 30, "2021Q2": 20}


def test_freezing_again_changes_nothing_and_tells_what_differs(world):
    folder, settings = world
    first = freeze(settings, "2021Q2").seal.record
    assert freeze(settings, "2021Q2").said == [f"2021Q2 已在 {first['sealed_at'][:10]} 封存，没有改动。"]
    write(folder / "ledgers" / "2021Q2", covered=5)
    again = freeze(settings, "2021Q2")
    assert seal_of(settings, "2021Q2").record == first and not again.is_new
    assert again.said[1] == (
        "2021Q2 封存以后台账有变化，55 个数字会不同（主要指标 38 个、工会建设分析 4 个、行动推进情况 1 个、台账质量核对 12 个；原因：台账），封存的数字不变，下期通报会写明更正。"
    )


def test_another_order_of_the_rows_is_a_change_of_the_file_and_no_erratum(world):
    folder, settings = world
    freeze(settings, "2021Q2")
    file = folder / "ledgers" / "2021Q2" / "甲区_单位.csv"
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([head, *reversed(rows)]), encoding="utf-8")
    assert own_errata(settings, "2021Q2").figures.empty
    assert freeze(settings, "2021Q2").said[1] == "2021Q2 封存以后台账有变化，数字没有不同，不用更正。"


def test_a_changed_rule_is_told_from_a_changed_ledger_figure_by_figure(world):
    folder, settings = world
    freeze(settings, "2021Q2")
    other = replace(settings, mandatory_minimum=5)
    write(folder / "ledgers" / "2021Q2", covered=5)
    errata = own_errata(other, "2021Q2")
    assert corrected(errata, "mandatory_unit_count")[0]["cause"] == "设置"
    assert corrected(errata, RATE)[0]["cause"] == "台账"
    both = corrected(errata, "mandatory_covered_unit_count")[0]
    assert (both["value_before"], both["value_after"], both["cause"]) == (0, 5, "设置、台账")


def test_a_changed_program_is_told_from_a_changed_ledger_figure_by_figure(world, monkeypatch):
    folder, settings = world
    freeze(settings, "2021Q2")
    counted = prepare.indicators

    def other(*given, **named):  # the program of tomorrow: ten blind units more everywhere
        frame = counted(*given, **named)
        return frame.assign(value=frame["value"].mask(frame["indicator"] == "blind_unit_count", frame["value"] + 10))

    monkeypatch.setattr(prepare, "indicators", other)
    monkeypatch.setattr(fingerprint, "data_code", lambda: "tomorrow")
    [row] = corrected(own_errata(settings, "2021Q2"), "blind_unit_count")
    assert (row["value_before"], row["value_after"], row["cause"], row["why"]) == (6, 16, "程序", "程序有更新")
    write(folder / "ledgers" / "2021Q2", covered=5)
    errata = own_errata(settings, "2021Q2")
    assert corrected(errata, RATE)[0]["cause"] == "台账"
    [both] = corrected(errata, "blind_unit_count")
    assert (both["value_before"], both["value_after"], both["cause"]) == (6, 15, "程序、台账")


def test_the_steps_add_up_to_the_difference(world):
    folder, settings = world
    seal = freeze(settings, "2021Q2").seal
    other = replace(settings, mandatory_minimum=5)
    write(folder / "ledgers" / "2021Q2", covered=5)
    before = stored_side(seal.package, "封存")
    after = today(other, "2021Q2", made_of(other, "2021Q2"))
    frame = attribute(before, after, other)
    row = frame[(frame["indicator"] == "mandatory_covered_unit_count") & (frame["region_code"] == "970101") & (frame["segment"] == "all")].iloc[0]
    assert (row["by_settings"], row["by_ledger"], row["value_after"] - row["value_before"]) == (4, 1, 5)


def test_a_correction_named_in_a_sealed_issue_is_not_named_again(world):
    folder, settings = world
    freeze(settings, "2021Q2")
    write(folder / "ledgers" / "2021Q2", covered=5)
    freeze(settings, "2021Q3")
    write(folder / "ledgers" / "2021Q4", covered=7)
    [row] = [r for r in corrected(read_errata(build_package(settings, "2021Q4")), RATE) if r["quarter"] == "2021Q2"]
    assert (row["announced_in"], row["told_before"]) == ("2021Q3", "")
    write(folder / "ledgers" / "2021Q2", covered=6)  # corrected once more
    [row] = [r for r in corrected(read_errata(build_package(settings, "2021Q4")), RATE) if r["quarter"] == "2021Q2"]
    assert (row["value_after"], row["announced_in"], row["told_before"]) == (0.6, "", "2021Q3")


def test_a_lost_store_is_put_back_and_a_damaged_seal_is_refused(world):
    _, settings = world
    seal = freeze(settings, "2021Q2").seal
    shutil.rmtree(settings.store)
    assert figure(build_package(settings, "2021Q2"), "2021Q2", RATE) == 0.4
    frame = pd.read_parquet(seal.package / "indicators.parquet")
    frame.assign(value=0.9).to_parquet(seal.package / "indicators.parquet", index=False)
    with pytest.raises(LedgerError, match=r"封存的 2021Q2（.*）的数字与封存时不同，可能被改动过。请从备份恢复这个文件夹后重试。"):
        build_package(settings, "2021Q2")


def outside(folder, settings, covered, units=30):
    """Seal a quarter of 30 units, 10 of them covered; return the next one's package for readers outside after the late correction."""
    write(folder / "ledgers" / "2021Q2", units=30, covered=10)
    write(folder / "ledgers" / "2021Q3", units=30, covered=20)
    freeze(settings, "2021Q2")
    write(folder / "ledgers" / "2021Q2", units=units, covered=covered)
    return open_package(str(build_package(settings, "2021Q3")), "2021Q3", "city", "shared")


def test_readers_outside_see_the_corrected_whole_and_no_rows(world):
    package = outside(*world, covered=15)
    found = package.errata
    assert set(found.figures["region_level"]) == {"city"} and found.rows.empty and set(found.figures["why"]) == {""}
    assert set(found.figures["indicator"]) >= {RATE, "covered_unit_count", "blind_unit_count"}
    assert not set(found.figures["indicator"]) & {"employee_coverage_rate", "member_count"}  # a difference of persons may be one unit's


def test_readers_outside_see_no_number_where_the_correction_is_of_a_few_units(world):
    package = outside(*world, covered=13)
    assert package.errata.figures.empty and package.errata_untold == ("2021Q2",)
    inside = open_package(str(package.folder), "2021Q3", "city", "internal")
    assert not inside.errata.figures.empty and inside.errata_untold == ()


def test_two_corrections_that_tell_a_small_one_by_their_difference_are_both_without_numbers(world):
    package = outside(*world, covered=16, units=37)  # six more covered of seven more units: one more in the dark
    assert package.errata.figures.empty and package.errata_untold == ("2021Q2",)


def test_bulletins_for_readers_outside_say_that_there_are_corrections_without_their_numbers(world):
    text = bulletin_text(outside(*world, covered=13))
    assert "对2021年第二季度通报有更正，为保护单个单位和区县的数字，更正的数只在内部版列出。" in text
    assert "没有需要更正" not in text and "由33.3%更正为" not in text


def bulletin_text(package):
    return "".join(run["text"] for block in bulletin.write(package).blocks for run in block.get("runs", []))


def test_the_seal_names_all_that_it_is_made_of(world):
    _, settings = world
    freeze(settings, "2021Q3")
    record = json.loads((seal_folder(settings, "2021Q3") / "seal.json").read_text(encoding="utf-8"))
    assert set(record["made_of"]) == {"ledger", "code", "settings", "places"}
    assert sorted({name.partition("/")[0] for name in record["made_of"]["ledger"]}) == ["2021Q2", "2021Q3"]
