"""What the rules found, row by row, and the one verdict each row ends in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis import tables
from analysis.intake.personal import covered

ROWS_COLUMNS = ["file", "table", "sheet", "row", "rule", "verdict", "column", "value", "advice"]
SUMMARY_COLUMNS = ["file", "table", "sheet", "rows_read", "accepted", "flagged", "quarantined"]
SOURCE = ["source_file", "source_sheet", "source_row"]


@lru_cache(maxsize=1)
def rule_table() -> dict[str, tuple[str, str]]:
    """Rule -> (verdict, advice), from ``tables/rules.csv``."""
    return {r.rule: (r.verdict, r.advice) for r in tables.load("rules").itertuples(index=False)}


@lru_cache(maxsize=1)
def _meanings() -> dict[str, str]:
    return dict(tables.load("rules")[["rule", "meaning"]].itertuples(index=False, name=None))


def meaning_of(rule: str) -> str:
    """Return what a rule finds wrong, in a few Chinese words."""
    return _meanings()[rule]


@dataclass
class Findings:
    """Rules broken in one table; ``position`` is the row's place in the table's frame of all rows read."""

    table: str
    size: int
    items: list[tuple[int, str, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.quarantined = np.zeros(self.size, dtype=bool)
        self.flagged = np.zeros(self.size, dtype=bool)

    def add(self, position: int, rule: str, column: str = "", value: object = "", **words: object) -> None:
        verdict, advice = rule_table()[rule]
        shown = covered(value)[:100]
        asked = advice.replace("填的是“{value}”", "没有填") if not shown else advice
        (self.quarantined if verdict == "quarantined" else self.flagged)[position] = True
        self.items.append((int(position), rule, column, shown, asked.format_map(_Words(value=shown, column=column, **words))))

    @property
    def kept(self) -> np.ndarray:
        return ~self.quarantined

    def lines(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the report's lines; on a quarantined row only what it was quarantined for."""
        files, sheets, numbers = (frame[c].to_numpy() for c in SOURCE)
        rows = []
        for position, rule, column, value, advice in sorted(self.items, key=lambda item: item[0]):
            verdict = rule_table()[rule][0]
            if verdict == "flagged" and self.quarantined[position]:
                continue
            rows.append((files[position], self.table, sheets[position], int(numbers[position]), rule, verdict, column, value, advice))
        return pd.DataFrame(rows, columns=ROWS_COLUMNS)

    def summary(self, frame: pd.DataFrame, sheets: list[tuple[str, str]]) -> pd.DataFrame:
        """Return the counts per file and sheet; ``sheets`` lists those read, rows or none."""
        if len(sheets) == 1:
            flagged = int((~self.quarantined & self.flagged).sum())
            out = int(self.quarantined.sum())
            return pd.DataFrame([(sheets[0][0], self.table, sheets[0][1], self.size, self.size - flagged - out, flagged, out)], columns=SUMMARY_COLUMNS)
        counts = pd.DataFrame(
            {
                "file": frame["source_file"],
                "sheet": frame["source_sheet"],
                "rows_read": 1,
                "accepted": ~self.quarantined & ~self.flagged,
                "flagged": ~self.quarantined & self.flagged,
                "quarantined": self.quarantined,
            }
        )
        totals = counts.groupby(["file", "sheet"], sort=False).sum()
        rows = []
        for file, sheet in sheets:
            numbers = [int(n) for n in totals.loc[(file, sheet)]] if (file, sheet) in totals.index else [0, 0, 0, 0]
            rows.append((file, self.table, sheet, *numbers))
        return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


class _Words(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""
