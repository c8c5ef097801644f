"""The record of what was handed out."""

from __future__ import annotations

import csv

import pandas as pd
import xlsxwriter

from analysis.runs.handing.export_log import COLUMNS, log_exports, log_files, rows_in


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_each_file_is_a_line_with_its_rows(tmp_path):
    folder = tmp_path / "2021Q3"
    (folder / "970101").mkdir(parents=True)
    (folder / "indicators.csv").write_text('a,b\n1,"x\ny"\n2,z\n', encoding="utf-8-sig")
    pd.DataFrame({"a": [1, 2, 3]}).to_parquet(folder / "indicators.parquet")
    with xlsxwriter.Workbook(folder / "970101" / "visits.xlsx") as book:
        for rows in (5, 2):
            sheet = book.add_worksheet()
            for row in range(rows):
                sheet.write(row, 0, row)
    (folder / "970101" / "brief.pdf").write_bytes(b"%PDF")
    files = [folder / name for name in ("indicators.csv", "indicators.parquet", "970101/visits.xlsx", "970101/brief.pdf", "indicators.csv")]
    path = log_files(tmp_path, "run", "2021Q3", "shared", folder, files)
    lines = read(path)
    assert tuple(lines[0]) == COLUMNS
    assert [line[1:] for line in lines[1:]] == [
        ["run", "2021Q3", "city", "indicators.csv", "2", "shared"], ["run", "2021Q3", "city", "indicators.parquet", "3", "shared"],
        ["run", "2021Q3", "970101", "970101/visits.xlsx", "5", "shared"], ["run", "2021Q3", "970101", "970101/brief.pdf", "", "shared"],
    ]  # fmt: skip
    assert rows_in(folder / "970101" / "none.csv") is None


def test_the_record_only_grows_and_runs_no_formula(tmp_path):
    log_exports(tmp_path, "open", "2021Q3", "internal", [("city", "=1+1", None)])
    before = (tmp_path / "exports.csv").read_bytes()
    log_exports(tmp_path, "open", "2021Q3", "internal", [])
    log_exports(tmp_path, "trace", "2021Q3", "internal", [("970101", "b.xlsx", 4)])
    after = (tmp_path / "exports.csv").read_bytes()
    assert after.startswith(before) and len(read(tmp_path / "exports.csv")) == 3 and "'=1+1" in before.decode("utf-8-sig")
