"""What an earlier issue told of a correction: the same is not told again, another one is marked, one that holds no longer is taken back. Frames drawn by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.runs.sealing import errata
from analysis.runs.sealing.errata import COLUMNS, Errata, none

RATE = {"quarter": "2021Q2", "part": "building", "region_level": "city", "region_code": "970100", "region_name": "全市", "segment": "all", "indicator": "scale_six_rate",
        "unit": "ratio", "reason_after": "", "cause": "台账", "why": "甲区“工会”表改动1行（建制项数）", "announced_in": "", "told_before": ""}  # fmt: skip


def corrected(before, after, **changes):
    """Return the correction of a rate out of ten; None is no data."""
    sides = {}
    for side, top in (("before", before), ("after", after)):
        known = top is not None
        sides |= {
            f"numerator_{side}": top,
            f"denominator_{side}": 10,
            f"value_{side}": top / 10 if known else None,
            f"status_{side}": "ok" if known else "no_data",
        }
    return RATE | sides | changes


def frame(*rows):
    return Errata(pd.DataFrame(rows, columns=COLUMNS), none().rows)


@pytest.fixture
def announced(monkeypatch):
    """Return a function: the corrections found for 2022Q1, and what the sealed issues between told → the corrections as they are marked."""

    def make(found, issues, read=("2021Q2",)):
        monkeypatch.setattr(errata, "seal_of", lambda _, quarter: SimpleNamespace(package=quarter) if quarter in issues else None)
        monkeypatch.setattr(errata, "read_errata", lambda quarter: frame(*issues[quarter]))
        made = errata._announced(frame(*found), SimpleNamespace(settings=None), "2022Q1", list(read)).figures
        return made[["value_before", "value_after", "announced_in", "told_before"]].astype(object).where(made.notna(), None).to_numpy().tolist()

    return make


def test_the_same_correction_is_not_told_again(announced):
    assert announced([corrected(4, 5)], {"2021Q3": [corrected(4, 5)]}) == [[0.4, 0.5, "2021Q3", ""]]
    assert announced([corrected(4, None)], {"2021Q3": [corrected(4, None)]}) == [[0.4, None, "2021Q3", ""]]


def test_another_correction_of_the_same_figure_names_the_issue_that_told_the_first(announced):
    assert announced([corrected(4, 6)], {"2021Q3": [corrected(4, 5)]}) == [[0.4, 0.6, "", "2021Q3"]]
    assert announced([corrected(4, 6)], {"2021Q3": [corrected(4, 5)], "2021Q4": [corrected(4, 6)]}) == [[0.4, 0.6, "2021Q4", ""]]
    assert announced([corrected(4, None)], {"2021Q3": [corrected(4, 5)]}) == [[0.4, None, "", "2021Q3"]]


def test_a_figure_of_another_document_is_another_figure(announced):
    assert announced([corrected(4, 5, part="campaign")], {"2021Q3": [corrected(4, 5)]}, read=()) == [[0.4, 0.5, "", ""]]


def test_a_correction_that_holds_no_longer_is_taken_back_once(announced):
    assert announced([], {"2021Q3": [corrected(4, 5)]}) == [[0.5, 0.4, "", "2021Q3"]]
    assert announced([], {"2021Q3": [corrected(4, 5)], "2021Q4": [corrected(5, 4, told_before="2021Q3")]}) == []
    assert announced([], {"2021Q3": [corrected(4, 5)]}, read=()) == []  # the quarter's ledger was not looked at
