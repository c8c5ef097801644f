"""A made-up city of three districts and a few lines to write its ledgers in any form."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis import intake
from analysis.settings import Settings


@pytest.fixture
def regions() -> pd.DataFrame:
    return pd.DataFrame({"code": ["990101", "990102", "990171"], "name": ["东明区", "西坝县", "高新区"], "host_code": ["", "", "990101"]})


@pytest.fixture
def workbook(tmp_path: Path):
    """Write ``{sheet: rows}`` as a workbook; ``change`` may touch it before it is saved."""

    def write(sheets: dict[str, list[list[object]]], name: str = "东明区.xlsx", change=None) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if change:
            change(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def take(tmp_path: Path, regions: pd.DataFrame):
    def run(quarter: str = "2021Q3", **options: object) -> intake.Intake:
        settings = options.pop("settings", Settings())
        return intake.take_in(tmp_path, quarter, options.pop("regions", regions), settings, **options)

    return run
