"""All that a quarter tells, whatever document it stands in, as one frame: the indicators, union building, the campaign and the ledger's quality, told apart by ``part``.

What a package holds (:func:`stored`) and what its ledger would give today (:func:`counted`) are held against each other by errata and ``workbench diff``.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import tables
from analysis.facts import Register
from analysis.intake import with_headcount_jumps
from analysis.measures.assessment.campaign import definitions as campaign_definitions
from analysis.measures.assessment.score_sheet import Sheet
from analysis.measures.change import changes
from analysis.measures.quality import definitions as quality_definitions
from analysis.measures.unions.building import definitions as building_definitions
from analysis.periods import Quarter
from analysis.runs.lists.building import building_figures
from analysis.runs.lists.campaign import counted_campaign
from analysis.runs.lists.quality import FROZEN_BACK, reconcile
from analysis.runs.prepare import compared_with, levels
from analysis.runs.sealing.scores import Scored, scores
from analysis.runs.workshop import Workshop

DOCUMENTS = {"indicators": "主要指标", "building": "工会建设分析", "campaign": "行动推进情况", "quality": "台账质量核对"}
KEYS = ["part", "region_code", "segment", "indicator"]


@lru_cache(maxsize=1)
def _definitions() -> dict[str, dict[str, dict[str, str]]]:
    indicators = {row["indicator"]: row for row in tables.load("indicators").to_dict("records")}
    scored = {row["indicator"]: row | {"needs": ""} for row in tables.load("assessment").to_dict("records")}  # what they rest on stands in the score sheet
    return {
        "indicators": indicators,
        "building": building_definitions(),
        "campaign": campaign_definitions() | scored,
        "quality": quality_definitions(),
    }


@lru_cache(maxsize=1)
def headlines() -> dict[tuple[str, str], int]:
    """Return (part, indicator) → place, of the figures whose corrections the bulletin prints and ``diff`` lists first (``headlines.csv``)."""
    return {(row.part, row.indicator): number for number, row in enumerate(tables.load("headlines").itertuples())}


def definition_of(part: str, indicator: str) -> dict[str, str]:
    """Return what is known of a figure; one that today's program does not know any more bears its code as its name."""
    blank = {"indicator": indicator, "name": indicator, "unit": "count", "decimals": "1", "denominator_name": "", "measure": "", "needs": ""}
    return blank | _definitions()[part].get(indicator, {})


def exact(row: Any, side: str) -> Fraction | None:
    """Return a figure of one side of a comparison (a row with ``…_before``, ``…_after``) exactly; None where it is blank."""
    value, top, bottom = (getattr(row, f"{name}_{side}") for name in ("value", "numerator", "denominator"))
    if getattr(row, f"status_{side}") != "ok" or pd.isna(value):
        return None
    return Fraction(int(value)) if pd.isna(bottom) else Fraction(int(top), int(bottom))


def stored(folder: Path, quarter: str) -> pd.DataFrame:
    """Return what a package tells of its quarter, without changes; a part that an earlier program did not write yet has no row."""
    frames = [pd.read_parquet(folder / "indicators.parquet").assign(part="indicators")]
    files = {part: folder / part / "figures.parquet" for part in DOCUMENTS if part != "indicators"}
    frames += [pd.read_parquet(file).assign(part=part) for part, file in files.items() if file.is_file()]
    return _told(frames, quarter)


def counted(workshop: Workshop, quarter: str, city: tuple[str, str], sheet: Sheet | None = None) -> pd.DataFrame:
    """Return what a quarter's ledger gives today, in the same shape; with a score sheet totals and ranks too."""
    own = recounting(workshop, quarter)
    now, earlier = levels(workshop, quarter, city), Quarter(quarter).previous.key
    then = compared_with(own, earlier, city, own.ledgers[quarter].is_totals)
    quality = reconcile(own, quarter, city, now if then is None else pd.concat([now, then], ignore_index=True))
    campaign = counted_campaign(workshop, quarter, city)
    parts = {"indicators": now, "building": building_figures(workshop, quarter, city), "campaign": campaign.figures, "quality": quality.figures}
    frames = [frame.assign(part=part) for part, frame in parts.items()]
    if sheet is not None:
        register = Register(pd.concat([*_with_changes(workshop, own, now, then, quarter, city, sheet)], ignore_index=True), quarter, city)
        for part in ("building", "quality", "campaign"):
            register = register.extended(parts[part])
        frames.append(scores(Scored(quarter, register, campaign), sheet))
    return _told(frames, quarter)


def _with_changes(workshop: Workshop, own: Workshop, now: pd.DataFrame, then: pd.DataFrame | None, quarter: str, city: tuple[str, str],
                  sheet: Sheet) -> list[pd.DataFrame]:  # fmt: skip
    """Return the indicators with the changes that a sheet asks for, and the quarters they are measured from; a quarter is read only where it is asked for."""
    asked = [name for kind in (sheet.items, sheet.deductions, sheet.vetoes) for items in kind.values() for item in items for name in item.names]
    frames = [now]
    for suffix in ("qoq", "yoy"):
        if any(name.endswith(f"_{suffix}") for name in asked):
            earlier = then if suffix == "qoq" else compared_with(workshop, Quarter(quarter).year_ago.key, city, own.ledgers[quarter].is_totals)
            frames += [changes(now, earlier, suffix, quarter), *([] if earlier is None else [earlier])]
    return frames


def _told(frames: list[pd.DataFrame], quarter: str) -> pd.DataFrame:
    found = pd.concat(frames, ignore_index=True)
    is_change = (found["part"] == "indicators") & found["indicator"].str.contains(r"_(?:qoq|yoy)$")
    return found[(found["quarter"] == quarter) & ~is_change & ~found["indicator"].isin(_further_back())].reset_index(drop=True)


@lru_cache(maxsize=1)
def _further_back() -> frozenset[str]:
    """Return the figures that rest on quarters before the one before: what a package was made of does not name them, so their change has no cause to be told."""
    return frozenset(name for name, d in quality_definitions().items() if "back." in d["needs"])


def recounting(workshop: Workshop, quarter: str) -> Workshop:
    """Return the workshop with the quarter read as in a run of its own: headcounts held against the quarter before, quarters further back left alone."""
    q, ledger = Quarter(quarter), workshop.ledgers[quarter]
    if not ledger.is_totals:
        ledger = replace(ledger, intake=with_headcount_jumps(ledger.intake, workshop.headcounts(q.previous.key)))
    far = {q.shifted(-n).key: None for n in range(2, FROZEN_BACK + 1)}
    return replace(workshop, ledgers={**workshop.ledgers, quarter: ledger, **far}, tallies=dict(workshop.tallies))


def as_replayed(parts: dict[str, pd.DataFrame], is_before_known: bool) -> pd.DataFrame:
    """Return figures worked out again from kept tables; without the kept tables of the quarter before those that rest on it are left out."""
    found = pd.concat([frame.assign(part=part) for part, frame in parts.items()], ignore_index=True)
    rests = {name for name, d in building_definitions().items() if "before." in d["needs"]}
    return found if is_before_known else found[~found["indicator"].isin(rests)].reset_index(drop=True)
