"""The quality part of a package: figures, lists and gaps of one quarter held against the quarters before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.measures import signals
from analysis.measures.handed_in import declared_counts, filled, handed_in, placed_rows, senders
from analysis.measures.quality import COUNTED, OTHER, all_needs, missing, quality_frame, signal_indicator, table_indicator
from analysis.measures.reconcile import flows, movement, residuals, was_refused, with_states
from analysis.periods import Quarter
from analysis.runs.parts import Listing, read_part, without_blanks, write_beside, write_part
from analysis.runs.workshop import Ledger, Workshop

DOCUMENT, PART = "ledger_quality", "quality"
FROZEN_BACK = 3  # with this quarter the four of signals.csv
_HEADERS = {"signal": "信号", "district_code": "区县代码", "code": "代码", "name": "名称", "before": "上季", "now": "本季", "detail": "说明"}


@dataclass(frozen=True)
class Quality:
    """``figures`` in the shape of the indicators; ``lists`` of units and unions (internal); ``declared`` and ``missing`` as the document lists them;
    ``rows`` that were flagged or quarantined, each with the district that it counts with."""

    figures: pd.DataFrame
    lists: pd.DataFrame
    declared: pd.DataFrame
    missing: pd.DataFrame
    rows: pd.DataFrame


def reconcile(workshop: Workshop, quarter: str, city: tuple[str, str], published: pd.DataFrame) -> Quality:
    """Return the quality of a quarter's ledger.

    Parameters
    ----------
    published : the indicators of the quarter and of those it compares with (``count_quarter``)
    """
    ledger = workshop.ledgers[quarter]
    regions, intake = workshop.geography.regions, ledger.intake
    places = workshop.places(quarter, city)
    codes = places.districts["code"].tolist()
    sender = senders(intake, regions) if len(regions) else {}
    rows = placed_rows(intake, sender, codes)
    back = {n: _units_ledger(workshop, Quarter(quarter).shifted(-n).key) for n in range(1, FROZEN_BACK + 1)}
    lacking = all_needs(ledger.gaps, {n: None if there is None else there.gaps for n, there in back.items()}, quarter)
    parts = [handed_in(intake, ledger.gaps, sender, rows), declared_counts(intake.declared, sender)]
    lists = pd.DataFrame(columns=signals.LIST_COLUMNS)
    if not ledger.is_totals:
        terms, lists = _against_earlier(workshop, quarter, back, published, sender)
        needs = dict(zip(*(signals.tables.load("signals")[c] for c in ("signal", "needs")), strict=True))
        lists = without_blanks(lists, "signal", needs, lambda words: missing(words, lacking, codes))
        parts += [filled(intake.tables["units"]), *terms]
        exceeding = signals.excess(parts[0][table_indicator("units", "read")], intake.tables["covers"], intake.rows, sender)
        own = signal_indicator("covers_exceed_units")
        parts += [signals.counts(lists).drop(columns=own), exceeding.rename(own)]
    bases = pd.concat(parts, axis=1)
    absent = ledger.gaps[(ledger.gaps["column"] == "") & ledger.gaps["table"].isin(COUNTED)]
    declared = intake.declared.assign(district_code=intake.declared["file"].map(sender).fillna(OTHER[0]).astype(object))
    return Quality(quality_frame(bases, lacking, places, quarter), lists, declared, absent.reset_index(drop=True), _remarked(rows))


def _remarked(rows: pd.DataFrame) -> pd.DataFrame:
    found = rows[rows["verdict"].isin(["flagged", "quarantined"])].rename(columns={"district": "district_code"})
    return found.astype({"row": "Int64"}).sort_values(["district_code", "file", "sheet", "row"], kind="stable", ignore_index=True)


def _units_ledger(workshop: Workshop, quarter: str) -> Ledger | None:
    there = workshop.ledger(quarter)
    return None if there is None or there.is_totals else there


def _against_earlier(workshop: Workshop, quarter: str, back: dict[int, Ledger | None], published: pd.DataFrame,
                     sender: dict[str, str]) -> tuple[list[pd.DataFrame], pd.DataFrame]:  # fmt: skip
    """Return the terms of the identities (none without the quarter before) and the lists of units and unions."""
    ledger, earlier = workshop.ledgers[quarter], Quarter(quarter).previous.key
    now, then = _side(ledger, quarter), _side(back[1], earlier) if back[1] else None
    lists = [*signals.of_unions(now, then), *signals.unknown_references(ledger.intake.rows, sender, now.refused_units | now.refused_unions)]
    if all(back.values()):
        lists.append(signals.frozen([now.units, *(back[n].intake.tables["units"] for n in sorted(back))]))
    terms = []
    if then is not None:
        moved = movement(with_states(then.units, workshop.tally(earlier, False).states), with_states(now.units, workshop.tally(quarter, True).states))
        refused = was_refused(moved, ledger.intake.refused["units"])
        terms.append(residuals(flows(moved, refused), published, quarter, earlier))
        lists += [*signals.of_units(moved, refused), *signals.of_covers(moved, now, then)]
    return terms, signals.joined(lists)


def _side(ledger: Ledger, quarter: str) -> signals.Side:
    kept, refused = ledger.intake.tables, ledger.intake.refused
    keys = (frozenset(refused[table][key].dropna()) for table, key in (("units", "uscc"), ("unions", "union_id")))
    return signals.Side(kept["units"], kept["unions"], kept["covers"], Quarter(quarter).as_of, *keys, refused["covers"][["union_id", "uscc"]])


def write_quality(quality: Quality, package: Path) -> None:
    """Write the quality part into a package."""
    write_part(quality, package / PART)


def read_quality(package: Path) -> Quality:
    return read_part(Quality, package / PART)


def write_lists(package: Path, folder: Path, scopes: list[str], is_internal: bool) -> list[Path]:
    """Write the whole lists of units and unions behind the signals beside each scope's document (``parts.write_beside``)."""
    names = dict(zip(*(signals.tables.load("signals")[c] for c in ("signal", "name")), strict=True))
    return write_beside(read_quality(package).lists, Listing(DOCUMENT, "signal", names, _HEADERS), folder, scopes, is_internal)
