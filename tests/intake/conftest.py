"""A made-up city of three districts and a few lines to write its ledgers in any form."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis import intake
from analysis.settings import Settings

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HEADERS = ["统一社会信用代码", "单位名称", "区县代码", "职工数", "会员数"]


def code(number: int, prefix: str = "91") -> str:
    """A synthetic USCC of region 000000 with its check digit."""
    body = f"{prefix}000000{number:09d}"
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[-total % 31]


def unit(number: int, **changes: object) -> list[object]:
    row = dict(zip(HEADERS, [code(number), f"单位{number}", "990101", 10, 5], strict=True))
    return list((row | changes).values())


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


def found(result: intake.Intake, table: str = "units") -> list[tuple[int, str]]:
    """(row, rule) of every line of one table's report."""
    lines = result.rows[result.rows["table"] == table]
    return [(int(r), rule) for r, rule in zip(lines["row"], lines["rule"], strict=True)]


def status(result: intake.Intake) -> dict[str, str]:
    return dict(zip(result.files["file"], result.files["status"], strict=True))


def reason(result: intake.Intake, file: str) -> str:
    return result.files.set_index("file")["reason"][file]
