"""Scores and ranks that a sealed quarter told: kept beside the sealed package with the score sheet they were made by, worked out again under that same sheet.

Another sheet is another rule for the quarters to come and no correction of an earlier one; so a sealed quarter keeps its sheet.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.facts import Register, round_half_up
from analysis.measures.assessment.score_sheet import Sheet
from analysis.measures.assessment.scorecard import Card, Standing
from analysis.measures.indicators import typed
from analysis.runs.lists.campaign import Campaign, read_campaign
from analysis.runs.lists.scoring import cards_of, sheet_of
from analysis.runs.sealing.seals import SCORES, SHEET
from analysis.settings import Settings

TOTAL, RANK = "assessment_total", "assessment_rank"
PLACES = 2  # of a total as documents show it


@dataclass(frozen=True)
class Scored:
    """What an assessment asks of a package: its figures, its responsible bodies and task forces."""

    quarter: str
    register: Register
    campaign: Campaign

    def with_campaign(self) -> Scored:
        """Return the same: its register knows all figures already."""
        return self


def scores(source: Scored, sheet: Sheet) -> pd.DataFrame:
    """Return the totals and ranks of all subjects in the shape of the indicators; a body or task force is a region of its own, by kind and code."""
    rows = [row for kind, card in cards_of(source, sheet).items() for row in _rows(kind, card)]
    return typed(pd.DataFrame(rows).assign(quarter=source.quarter)).assign(part="campaign")


def _rows(kind: str, card: Card) -> list[dict]:
    rows = []
    for s in card.standings:
        code = s.subject.code if kind == "district" else f"{kind}/{s.subject.code}"
        head = {"region_level": kind, "region_code": code, "region_name": s.subject.name, "segment": "all", "left_out": ""}
        rows += [head | _total(s), head | _rank(s)]
    return rows


def _total(standing: Standing) -> dict:
    """The total as it is shown: a difference that no reader could see is no correction."""
    shown = int(round_half_up(standing.total * 10**PLACES, 0))
    return {"indicator": TOTAL, "unit": "score", "numerator": shown, "denominator": 10**PLACES, "value": shown / 10**PLACES, "status": "ok", "reason": ""}


def _rank(standing: Standing) -> dict:
    known = standing.rank is not None
    return {"indicator": RANK, "unit": "rank", "value": standing.rank if known else None, "status": "ok" if known else "no_data", "reason": standing.why}


def scores_of_package(folder: Path, sheet: Sheet) -> pd.DataFrame:
    """Return the totals and ranks of a stored package under a sheet."""
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    register = Register(pd.read_parquet(folder / "indicators.parquet"), context["quarter"], tuple(context["city"]))
    for part in ("building", "quality", "campaign"):
        register = register.extended(pd.read_parquet(folder / part / "figures.parquet"))
    return scores(Scored(context["quarter"], register, read_campaign(folder)), sheet)


def sealed_files(folder: Path, settings: Settings) -> dict[str, bytes]:
    """Return what is sealed beside a package: the score sheet of the settings and what it gives; nothing where none is named."""
    sheet = sheet_of(settings)
    if sheet is None:
        return {}
    return {SHEET: settings.score.read_bytes(), SCORES: scores_of_package(folder, sheet).to_parquet(index=False)}
