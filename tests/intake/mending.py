"""A clerk who mends a return workbook by what is marked and advised in it, knowing nothing else of the program."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import openpyxl
from ledger_world import code

from analysis import tables
from analysis.intake.schema import RETURN_HEADERS

MARKS = {"FFF8CBAD", "FFFFE699"}
RULES = {r.meaning: r.rule for r in tables.load("rules").itertuples()}
_EXPECTED = re.compile(r"应为(.+?)(?:、.*)?(?: 之一)?。")


@dataclass
class Clerk:
    """Mends with the district's code, keys that the ledgers hold and a supply of new ones."""

    district: str
    as_of: date
    keys: dict[str, str] = field(default_factory=dict)  # target table -> a key that is there
    fresh: count = field(default_factory=lambda: count(900_000))

    def mend(self, path: Path) -> int:
        """Mend every marked row of a workbook in place; return how many rows were touched."""
        book = openpyxl.load_workbook(path)
        touched = sum(self._mend_sheet(sheet) for sheet in book.worksheets[1:])
        book.save(path)
        return touched

    def _mend_sheet(self, sheet) -> int:
        at = next(((c.row, c.column) for row in sheet.iter_rows(max_row=45) for c in row if c.value == RETURN_HEADERS[0]), None)
        if at is None:
            return 0
        top, first = at
        touched = 0
        for row in sheet.iter_rows(min_row=top + 1):
            if row[first - 1].value is None:
                continue
            touched += 1
            problems, advices = (_listed(row[first + i].value) for i in (0, 1))
            for problem, advice in zip(problems, advices, strict=True):
                rule = RULES[problem.split("：", 1)[-1]]
                cells = [c for c in row[: first - 1] if c.comment and c.comment.text == advice]
                assert cells, f"{sheet.title} 第 {row[0].row} 行：{problem} 没有标出来"
                assert all(c.fill.fgColor.rgb in MARKS for c in cells)
                self._mend_cells(rule, advice, cells, row[: first - 1])
        return touched

    def _mend_cells(self, rule: str, advice: str, cells: list, row: tuple) -> None:
        cell = cells[0]
        if rule in ("uscc_is_union", "uscc_duplicate", "key_duplicate"):
            for c in row:
                c.value = None
        elif rule in ("count_invalid", "count_missing"):
            cell.value = 3
        elif rule in ("district_unknown", "boundary_unmatched"):
            for c in cells:
                c.value = self.district
        elif rule == "district_name_mismatch":
            cell.value = None
        elif rule == "date_invalid":
            cell.value = self.as_of - timedelta(days=30)
        elif rule == "value_unknown":
            cell.value = _EXPECTED.search(advice)[1].strip("“”").split("”或")[0].split(" 至 ")[0]
        elif rule == "uscc_invalid":
            cell.value = code(next(self.fresh), "81" if "工会" in str(cell.value) else "91")
        elif rule == "key_missing":
            kind = next(iter(re.findall("“(.+?)”", advice)))
            cell.value = self.keys[kind] if kind in self.keys else code(next(self.fresh), "81" if kind == "工会代码" else "91")
        elif rule == "reference_unknown":
            cell.value = self.keys[re.search("“(单位|工会|集体合同)”表", advice)[1]]
        elif rule == "members_exceed_employees":
            fewer = min(int(c.value) for c in cells)
            for c in cells:
                c.value = fewer
        elif rule == "outside_boundary":
            for c in cells:
                c.value = None
        elif rule == "coordinates_swapped":
            cells[0].value, cells[1].value = cells[1].value, cells[0].value
        elif rule == "status_inactive_with_union":
            cell.value = "存续"
        elif rule == "established_after_quarter":
            cell.value = self.as_of
        elif rule == "term_expired":
            cell.value = self.as_of + timedelta(days=400)
        elif rule == "headcount_jump":
            cell.value = int(re.search(r"由上季的 (\d+)", advice)[1])
        else:
            assert rule == "identical_duplicate", rule  # mended by taking the other row away


def _listed(text: str) -> list[str]:
    lines = text.split("\n")
    return [re.sub(r"^\d+\. ", "", line) for line in lines] if len(lines) > 1 else lines
