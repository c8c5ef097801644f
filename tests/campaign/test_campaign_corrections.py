"""Corrections of all that a sealed quarter told: union building, the campaign and the ledger's quality beside the indicators, each with its own cause."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from campaign_world import SHEET, code, send, settings_of

from analysis.briefings import bulletin
from analysis.runs.lists.scoring import assessment, sheet_in
from analysis.runs.package import open_package
from analysis.runs.packing import build_package
from analysis.runs.prepare import open_workshop
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing import errata as corrections
from analysis.runs.sealing.causes import attribute, of_tables, stored_side, today
from analysis.runs.sealing.differing import difference
from analysis.runs.sealing.errata import errata_of, read_errata, write_errata, write_errata_table
from analysis.runs.sealing.freezing import freeze, sentence
from analysis.runs.sealing.outside import shown_outside
from analysis.runs.sealing.published import KEYS, counted, stored
from analysis.runs.sealing.scores import RANK, TOTAL, scores_of_package
from analysis.runs.sealing.seals import made_of

CITY, SOUTH = "970100", "970101"
CAUSE = "这一更正来自台账的变化"


def change(folder, table, old, new, quarter="2021Q2", place="0甲区"):
    """Change one place of a district's file."""
    file = folder / "ledgers" / quarter / f"{place}_{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """The second quarter sealed, then two rows of 甲区 corrected: a problem that was not rectified, a union that has its systems; the third quarter's package,
    in which one unit's headcount has jumped."""
    folder = tmp_path_factory.mktemp("late")
    send(folder)
    settings = settings_of(folder)
    seal = freeze(settings, "2021Q2").seal
    change(folder, "督察", "2021-06-20", "")
    union = f"{code('81', SOUTH, 0)},工会0,单独,{SOUTH},2021-05-20,,是,是"
    change(folder, "工会", f"{union},0,2,1", f"{union},5,2,1")
    change(folder, "单位", f"单位0,{SOUTH},20,", f"单位0,{SOUTH},60,", "2021Q3")
    return settings, seal, build_package(settings, "2021Q3")


@pytest.fixture(scope="module")
def now(late):
    """The second quarter as its ledger stands after the late correction."""
    return today(late[0], "2021Q2", made_of(late[0], "2021Q2"))


def growing(settings):
    """Return the sheet with an item that asks for a change against the quarter before."""
    return sheet_in(written(settings.score.parent / "growing.toml", SHEET.replace('"unit_coverage_rate"', '"covered_unit_count_qoq"')))


def written(file, text):
    file.write_text(text, encoding="utf-8")
    return file


def told(errata, part, indicator, region=CITY):
    figures = errata.figures
    chosen = (figures["part"] == part) & (figures["indicator"] == indicator) & (figures["region_code"] == region) & (figures["segment"] == "all")
    return figures[chosen].to_dict("records")


def value(row):
    return row["value_before"], row["value_after"], row["cause"], row["why"]


def text(blocks):
    return "".join(run["text"] for block in blocks for run in block.get("runs", []))


def test_a_quarter_counted_again_tells_what_it_told(late):
    settings, _, package = late
    workshop = open_workshop(settings, lambda _: None)
    workshop.ledger("2021Q3")  # read beside another quarter: without the headcounts that its own run holds it against
    now, then = (frame.set_index(KEYS).sort_index() for frame in (counted(workshop, "2021Q3", (CITY, "九七市")), stored(package, "2021Q3")))
    columns = ["region_name", "unit", "numerator", "denominator", "value", "status", "reason"]
    pd.testing.assert_frame_equal(now[columns], then[columns])
    assert set(now.index.get_level_values("part")) == {"indicators", "building", "campaign", "quality"}
    assert "signal_members_frozen_count" not in now.index.get_level_values("indicator")
    scored = counted(workshop, "2021Q3", (CITY, "九七市"), sheet := growing(settings))
    scored = scored[scored["indicator"].isin([TOTAL, RANK])].set_index(KEYS).sort_index()
    pd.testing.assert_frame_equal(scored[columns], scores_of_package(package, sheet).set_index(KEYS).sort_index()[columns])
    assert set(scored["region_level"]) == {"district", "body", "force"}
    assert now.at[("quality", CITY, "all", "rule_headcount_jump_count"), "value"] == 1


def test_kept_tables_give_the_figures_again(late):
    settings, _, package = late
    side = stored_side(package, "本季")
    again, then = (frame.set_index(KEYS)["value"].sort_index() for frame in (of_tables(side, settings), side.figures))
    left = then.index.difference(again.index)
    assert set(left.get_level_values("part")) == {"building", "quality"}
    before = set(left[left.get_level_values("part") == "building"].get_level_values("indicator"))
    assert "union_standard_gained_count" in before and "union_one_short_count" not in before  # the quarter before was sealed from other files
    pd.testing.assert_series_equal(again, then.reindex(again.index))
    sealed = of_tables(stored_side(late[1].package, "封存"), settings)  # there was no quarter before it, and that is known
    assert "union_standard_gained_count" in set(sealed["indicator"])


def test_a_late_correction_is_told_of_every_document_with_the_table_it_came_from(late):
    _, _, package = late
    errata = read_errata(package)
    unions, problems = "甲区“工会”表改动1行（建制项数）", "甲区“督察”表改动1行（整改日期）"
    assert value(told(errata, "indicators", "shell_rate")[0]) == (5 / 9, 4 / 9, "台账", unions)
    assert value(told(errata, "building", "union_level_2_rate")[0])[2:] == ("台账", unions)
    assert value(told(errata, "campaign", "rectify_rate")[0]) == (1.0, 0.5, "台账", problems)
    assert value(told(errata, "campaign", "rectify_rate", SOUTH)[0]) == (1.0, 0.0, "台账", problems)
    assert not errata.figures["region_code"].isin(["970102", "970103"]).any()
    [total] = told(errata, "campaign", TOTAL, SOUTH)
    assert value(total)[:3] == (44.0, 54.0, "台账") and told(errata, "campaign", RANK, SOUTH) == []
    changed = errata.rows.set_index("table")
    assert changed.loc["inspections", ["change", "column", "name", "source_file", "source_row"]].tolist() == [
        "改动",
        "rectified_on",
        "没有活动",
        "0甲区_督察.csv",
        "2",
    ]


def test_the_bulletin_names_the_document_of_each_correction(late):
    _, _, package = late
    document = bulletin.write(open_package(str(package), "2021Q3"))
    said = text(document.blocks)
    assert f"2021年第二季度通报的九七市挂牌、空壳工会占比由55.6%更正为44.4%，{CAUSE}（甲区“工会”表改动1行（建制项数））" in said
    assert f"2021年第二季度工会建设分析的九七市挂牌、空壳工会覆盖职工占比由54.7%更正为44.2%，{CAUSE}（甲区“工会”表改动1行（建制项数））" in said
    assert f"2021年第二季度行动推进情况的九七市整改率由100.0%更正为50.0%，{CAUSE}（甲区“督察”表改动1行（整改日期））" in said
    assert "没有需要更正" not in said
    rows = [["".join(run["text"] for run in cell["runs"]) for cell in row] for row in [b for b in document.blocks if b["type"] == "table"][-1]["rows"]]
    assert ["2021年第二季度行动推进情况", "甲区", "考核总分", "44.00分", "54.00分", "+10.00", "台账"] in rows
    assert ["2021年第二季度行动推进情况", "甲区", "整改率", "100.0%", "0.0%", "-100.0个百分点", "台账"] in rows


def test_the_written_table_says_in_which_document_a_figure_stood(late, tmp_path):
    made = write_errata_table(read_errata(late[2]), tmp_path, True)[0].read_text(encoding="utf-8-sig").splitlines()
    assert made[0].endswith(",已在哪一季度的通报更正,所在文稿")
    assert "2021Q2,九七市,all,整改率,1.0,0.5,台账,甲区“督察”表改动1行（整改日期）,ok,ok,,行动推进情况" in made


def test_a_sealed_quarter_keeps_the_sheet_it_was_assessed_by(late):
    settings, seal, package = late
    other = replace(settings, score=written(settings.score.parent / "other.toml", SHEET.replace("full = 1\nzero = 0", "full = 0.5\nzero = 0", 1)))
    sealed = open_package(str(settings.store / seal.name), "2021Q2")
    made = [assessment(replace(sealed, settings=s)).cards["district"].of(SOUTH).total for s in (settings, other)]
    assert made == [44, 44] and assessment(replace(open_package(str(package), "2021Q3"), settings=other)).cards["district"].of(SOUTH).total > 54


def test_diff_compares_scores_that_one_sheet_gave(late):
    settings, _, package = late
    frame = difference(settings, "2021Q2", str(package)).frame
    row = frame[(frame["indicator"] == TOTAL) & (frame["region_code"] == SOUTH)].iloc[0]
    assert (row["value_before"], row["cause"]) == (44.0, "台账") and row["value_after"] == 56.0
    other = replace(settings, score=written(settings.score.parent / "other.toml", SHEET + "\n"))
    assert TOTAL not in set(difference(other, "2021Q2", str(package)).frame["indicator"])


def test_what_cannot_be_worked_out_again_says_that_its_causes_are_not_told_apart(late, now, monkeypatch):
    settings, seal, _ = late
    monkeypatch.setattr(fingerprint, "data_code", lambda: "tomorrow")  # a program that counts the same, and the late rows
    before = stored_side(seal.package, "封存")
    quality = before.figures["part"] == "quality"
    before = replace(before, figures=before.figures.assign(value=before.figures["value"].where(~quality, 1)))
    frame = attribute(before, replace(now, made_of=now.made_of | {"code": "tomorrow"}), settings)
    city = frame[(frame["region_code"] == CITY) & (frame["segment"] == "all")].set_index("indicator")
    assert (city.at["rectify_rate", "cause"], city.at["union_level_2_rate", "cause"]) == ("台账", "台账")
    assert set(frame.loc[(frame["part"] == "quality") & frame["differs"], "cause"]) == {"台账、程序（几样都变了，分不开）"}


def test_a_changed_setting_is_told_from_the_late_rows_in_the_union_building_figures(late):
    settings, seal, _ = late
    other = replace(settings, excluded_prefixes=(*settings.excluded_prefixes, "91"))  # no enterprise has to have a union any more
    workshop = open_workshop(other, lambda _: None)
    workshop.ledger("2021Q2")
    errata = errata_of(seal, workshop, made_of(other, "2021Q2"))
    assert told(errata, "building", "union_level_2_rate")[0]["cause"] == "台账"
    assert told(errata, "building", "shell_employee_share")[0]["cause"] == "设置"
    assert told(errata, "campaign", "rectify_rate")[0]["cause"] == "台账"


def test_a_seal_that_lacks_a_part_says_so_and_is_compared_in_the_others(late, now, tmp_path, monkeypatch):
    settings, seal, _ = late
    monkeypatch.setattr(corrections, "today", lambda *_: now)
    shutil.copytree(seal.folder, tmp_path / "old")
    shutil.rmtree(tmp_path / "old" / "package" / "campaign")
    (tmp_path / "old" / "scores.parquet").unlink()
    workshop = open_workshop(settings, lambda _: None)
    workshop.ledger("2021Q2")
    errata = errata_of(replace(seal, folder=tmp_path / "old"), workshop, made_of(settings, "2021Q2"))
    assert errata.lacking.to_dict("records") == [{"quarter": "2021Q2", "part": "campaign"}] and set(errata.figures["part"]) == {"indicators", "building"}
    assert sentence("2021Q2", errata, ["ledger"]).endswith("下期通报会写明更正。封存时没有保存行动推进情况的数，要不要更正无法核对。")
    write_errata(errata, tmp_path)
    assert read_errata(tmp_path).lacking.equals(errata.lacking)


def test_readers_outside_hear_nothing_of_the_campaign_and_no_number_of_union_building(late):
    _, _, package = late
    outside = open_package(str(package), "2021Q3", "city", "shared")
    assert outside.errata.figures.empty and outside.errata.rows.empty and outside.errata_untold == ("2021Q2",)
    errata = read_errata(package)
    campaign = replace(errata, figures=errata.figures[errata.figures["part"] == "campaign"])
    assert shown(campaign, outside) == ([], ()) and len(campaign.figures)
    below = replace(errata, figures=errata.figures[(errata.figures["part"] == "building") & (errata.figures["region_level"] == "district")])
    assert shown(below, outside) == ([], ()) and len(below.figures)
    whole = replace(errata, figures=errata.figures[errata.figures["part"] == "building"])
    assert shown(whole, outside) == ([], ("2021Q2",))


def shown(errata, outside):
    found, untold = shown_outside(errata, outside.register.frame, outside.settings)
    return found.figures.to_dict("records"), untold
