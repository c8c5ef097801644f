"""Return workbooks of the sample's messy files: unmended the same verdicts, mended by their marks none."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from mending import Clerk

from analysis.intake import take_in
from analysis.intake.returns import read_reports, return_names, write_return
from analysis.intake.store import write_reports
from analysis.periods import Quarter
from analysis.runs.sources import choose_settings, read_geography

SAMPLE = os.environ.get("WORKBENCH_SAMPLE")

pytestmark = pytest.mark.skipif(not SAMPLE, reason="WORKBENCH_SAMPLE is not set: give it the path of the sample folder to send its ledgers back and forth")


@pytest.fixture(scope="module")
def city():
    folder = Path(str(SAMPLE)).resolve()
    settings = choose_settings(ledgers=str(folder / "ledgers"), boundaries=str(folder / "boundaries.geojson"))
    geography = read_geography(settings)

    def take(ledgers: Path, quarter: str, previous=None):
        return take_in(ledgers, quarter, geography.regions, settings, previous_headcounts=previous, locate=geography.locate)

    return folder / "ledgers", settings, take


def headcounts(ledgers: Path, take) -> pd.Series:
    return take(ledgers / "2021Q2", "2021Q2").tables["units"].set_index("uscc")["employee_count"]


def give_back(result, folder: Path, reports_in: Path, quarter: str, settings) -> dict[str, str]:
    """Replace every file that needs it by its return; return new name -> old name."""
    write_reports(result, reports_in)
    reports = [r for r in read_reports(reports_in, sorted(p.name for p in folder.iterdir())) if r.needs_return]
    names = return_names([r.file for r in reports])
    for report in reports:
        write_return(folder / report.file, reports_in / names[report.file], report, quarter, settings)
    for report in reports:
        (folder / report.file).unlink()
        (reports_in / names[report.file]).rename(folder / names[report.file])
    return {new: old for old, new in names.items()}


@pytest.mark.parametrize("quarter", ["2020Q3", "2021Q2", "2021Q3"])
def test_unmended_every_row_gets_the_same_verdict_and_every_table_is_the_same(city, tmp_path, quarter):
    ledgers, settings, take = city
    folder = tmp_path / quarter
    shutil.copytree(ledgers / quarter, folder)
    first = take(folder, quarter)
    back = give_back(first, folder, tmp_path / "reports", quarter, settings)
    again = take(folder, quarter)
    keys = ["file", "table", "row", "rule", "verdict", "column", "value"]
    rows = again.rows.assign(file=again.rows["file"].replace(back))
    pd.testing.assert_frame_equal(rows[keys].sort_values(keys, ignore_index=True), first.rows[keys].sort_values(keys, ignore_index=True))
    for table, frame in again.tables.items():
        sources = ["source_file", "source_row"]
        order = [
            f.assign(source_file=f["source_file"].replace(back)).sort_values(sources, ignore_index=True).drop(columns=["source_file", "source_sheet"])
            for f in (frame, first.tables[table])
        ]
        pd.testing.assert_frame_equal(*order)


def test_mended_by_its_marks_the_whole_quarter_reads_clean(city, tmp_path):
    ledgers, settings, take = city
    folder = tmp_path / "2021Q3"
    shutil.copytree(ledgers / "2021Q3", folder)
    previous = headcounts(ledgers, take)
    result = first = take(folder, "2021Q3", previous)
    kept = {
        t: f[k].iloc[0]
        for t, f, k in (
            ("单位", first.tables["units"], "uscc"),
            ("工会", first.tables["unions"], "union_id"),
            ("集体合同", first.tables["contracts"], "contract_id"),
        )
    }
    clerk = Clerk(first.tables["units"]["district_code"].iloc[0], Quarter("2021Q3").as_of, kept)
    for turn in range(5):
        if result.rows.empty:
            break
        for name in give_back(result, folder, tmp_path / f"reports{turn}", "2021Q3", settings):
            clerk.mend(folder / name)
        result = take(folder, "2021Q3", previous)
    assert result.rows.drop(columns="advice").to_dict("records") == []
    assert result.summary["quarantined"].sum() == 0
    # every unit that was accepted at once is there as it was
    troubled = set(zip(first.rows["file"], first.rows["table"], first.rows["row"], strict=True))
    units = first.tables["units"]
    fine = units[[(f, "units", r) not in troubled for f, r in zip(units["source_file"], units["source_row"], strict=True)]]
    now = result.tables["units"].set_index("uscc", drop=False).loc[fine["uscc"]].reset_index(drop=True)
    columns = [c for c in fine.columns if not c.startswith("source_")]
    pd.testing.assert_frame_equal(now[columns], fine[columns].reset_index(drop=True))
