"""Which of data, code, settings and boundaries made two sets of figures differ, and by how much each.

Where only one of them differs, it is the cause of every difference. Where several do, the figures are worked out again with one of them exchanged at a time:
the kept tables of the first with today's program (程序), then with the second's settings (设置), then the second's ledger inside the first's boundaries (台账);
what is left is due to the boundaries (界线). The order is fixed, so that the same two always give the same answer. A figure that cannot be worked out again on
the way (those of the ledger's quality need the files as they were) names all that changed and says that they cannot be told apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.intake.store import read_tables
from analysis.measures.assessment.score_sheet import Sheet
from analysis.periods import Quarter
from analysis.runs.lists.building import building_figures
from analysis.runs.lists.campaign import counted_campaign
from analysis.runs.parts import missing_of
from analysis.runs.prepare import levels, totals_of
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.published import KEYS, as_replayed, counted, stored
from analysis.runs.sealing.seals import PARTS, parts_changed, seal_of
from analysis.runs.sources import Geography, city_of, known_quarters, read_geography
from analysis.runs.workshop import Ledger, Workshop
from analysis.settings import Settings

UNTOLD = "（几样都变了，分不开）"
GONE = "现在的程序不再统计这个数"


@dataclass(frozen=True)
class Side:
    """One of two sets of figures of a quarter: ``figures`` without changes (``published``), what they were ``made_of``, the package they came from (None = worked out now)."""

    name: str
    quarter: str
    figures: pd.DataFrame
    made_of: dict[str, Any]
    package: Path | None = None
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def parts(self) -> set[str]:
        """The parts that it has figures of."""
        return set(self.figures["part"])


def compared(a: Side, b: Side) -> pd.DataFrame:
    """Return every figure of either side, of the parts that both have: ``part region_level … unit``, values, parts, status on both sides, ``differs``."""
    heads = ["part", "region_level", "region_code", "region_name", "segment", "indicator", "unit"]
    body = ["numerator", "denominator", "value", "status", "reason"]
    shared = a.parts & b.parts
    frames = [
        side.figures.loc[side.figures["part"].isin(shared), [*heads, *body]].set_index(KEYS).add_suffix(f"_{name}")
        for side, name in ((a, "before"), (b, "after"))
    ]
    both = frames[0].join(frames[1], how="outer")
    for column in ("region_level", "region_name", "unit"):
        both[column] = both[f"{column}_after"].where(both[f"{column}_after"].notna(), both[f"{column}_before"])
    for side in ("before", "after"):
        both[f"status_{side}"] = both[f"status_{side}"].fillna("no_data")
    same = (both["status_before"] == both["status_after"]) & (
        (both["value_before"] == both["value_after"]) | (both["value_before"].isna() & both["value_after"].isna())
    )
    both = both.assign(differs=~same.fillna(False)).reset_index()
    gone = ~_pairs(both).isin(_pairs(b.figures))
    return both.assign(reason_after=both["reason_after"].mask(gone, GONE))


def _pairs(frame: pd.DataFrame) -> pd.Series:
    return frame["part"] + "/" + frame["indicator"]


def attribute(a: Side, b: Side, settings: Settings) -> pd.DataFrame:
    """Return ``compared`` with ``cause`` ("" where the same) and the steps ``by_code, by_settings, by_ledger, by_places`` where several changed."""
    frame = compared(a, b)
    parts = parts_changed(a.made_of, b.made_of)
    if len(parts) <= 1 or not frame["differs"].any():
        said = PARTS[parts[0]] if parts else "没有找到原因（台账、程序、设置、界线都相同）"
        return frame.assign(cause=[said if d else "" for d in frame["differs"]])
    stages = _stages(a, b, parts, settings)
    if stages is None:
        return frame.assign(cause=["、".join(PARTS[p] for p in parts) + UNTOLD if d else "" for d in frame["differs"]])
    return _by_steps(frame, a, b, parts, stages)


def _by_steps(frame: pd.DataFrame, a: Side, b: Side, parts: list[str], stages: list[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    followed = np.logical_and.reduce([_pairs(frame).isin(_pairs(figures)) for _, figures in stages])  # worked out again at every step
    keys = pd.MultiIndex.from_frame(frame[KEYS])
    known = a.figures.set_index(KEYS)["value"].reindex(keys).to_numpy()
    causes: list[list[str]] = [[] for _ in range(len(frame))]
    for part, figures in [*stages, ("", b.figures)]:
        value = figures.set_index(KEYS)["value"].reindex(keys).to_numpy()
        moved = ~((value == known) | (pd.isna(value) & pd.isna(known)))
        name = part or stages[-1][0]
        if f"by_{name}" not in frame:
            frame[f"by_{name}"] = np.where(followed, value - known, np.nan)
        for at in moved.nonzero()[0]:
            if PARTS[name] not in causes[at]:
                causes[at].append(PARTS[name])
        known = value
    # a difference that the steps cancel out again, or cannot see (a status alone), keeps the whole list
    every = "、".join(dict.fromkeys(PARTS[part] for part, _ in stages))
    apart = "、".join(PARTS[p] for p in parts) + UNTOLD
    rows = zip(causes, followed, frame["differs"], strict=True)
    frame["cause"] = ["" if not differs else ("、".join(found) or every) if is_followed else apart for found, is_followed, differs in rows]
    return frame


def _stages(a: Side, b: Side, parts: list[str], settings: Settings) -> list[tuple[str, pd.DataFrame]] | None:
    """Return (part, figures after it is exchanged) for all parts but the last, which ``b`` itself is; None where it cannot be worked out again.

    Today's program stands in for that of ``b``, so ``b`` must have been made by it; so must its ledger be today's, where boundaries changed as well.
    """
    if a.package is None or b.made_of["code"] != fingerprint.data_code() or not (a.package / "tables").is_dir():
        return None
    old = replace(settings, **_typed(a.made_of["settings"]))
    new = replace(settings, **_typed(b.made_of["settings"]))
    made: list[tuple[str, pd.DataFrame]] = []
    if "code" in parts:
        made.append(("code", of_tables(a, old)))
    if "settings" in parts:
        made.append(("settings", of_tables(a, new)))
    if "ledger" in parts and "places" in parts:
        polygons = a.package / "regions.parquet"
        if not polygons.is_file() or b.package is not None:
            return None
        made.append(("ledger", _inside(a, new, gpd.read_parquet(polygons))))
        return [*made, ("places", b.figures)]
    last = next(part for part in ("places", "ledger", "settings", "code") if part in parts)
    return made if made and made[-1][0] == last else [*made, (last, b.figures)]


def _typed(known: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}


def of_tables(side: Side, settings: Settings) -> pd.DataFrame:
    """Return the figures of a package's kept tables as today's program counts them under ``settings``: all but those of the ledger's quality."""
    quarter, context, city = side.quarter, side.context, tuple(side.context["city"])
    previous = Quarter(quarter).previous.key
    ledger = _kept(side.package, context)
    workshop = Workshop(settings, _geography(side.package, settings), lambda _: None)
    before, is_before_known = _kept_before(side, settings)
    workshop.ledgers |= {quarter: ledger, previous: before}
    built = building_figures(workshop, quarter, city)
    workshop.ledgers[previous] = None
    states = side.package / "states.parquet"
    if states.is_file() and context.get("has_previous"):
        found = pd.read_parquet(states)
        workshop.ledgers[previous] = Ledger(previous, SimpleNamespace(tables={}), ledger.gaps.iloc[0:0], False)
        workshop.tallies[f"{previous}/False"] = SimpleNamespace(covered=found.loc[found["was_covered"], ["uscc"]])
    return as_replayed(
        {"indicators": levels(workshop, quarter, city), "building": built, "campaign": counted_campaign(workshop, quarter, city).figures}, is_before_known
    )


def _kept(package: Path, context: dict[str, Any]) -> Ledger:
    """Return the ledger that a package keeps: its tables and what was missing."""
    return Ledger(context["quarter"], SimpleNamespace(tables=read_tables(package / "tables")), missing_of(package, context), context["is_totals"])


def _kept_before(side: Side, settings: Settings) -> tuple[Ledger | None, bool]:
    """Return the ledger of the quarter before as it was when a package was made (None where there was none), and whether that is known: sealed from the same files."""
    earlier = Quarter(side.quarter).previous.key
    seal = seal_of(settings, earlier)
    known = {f: digest for f, digest in side.made_of["ledger"].items() if f.startswith(f"{earlier}/")}
    if not known:
        return None, True
    if seal is None or known != {f: d for f, d in seal.record["made_of"]["ledger"].items() if f.startswith(f"{earlier}/")}:
        return None, False
    context = json.loads((seal.package / "context.json").read_text(encoding="utf-8"))
    return (None if context["is_totals"] else _kept(seal.package, context)), True


def _geography(package: Path, settings: Settings) -> Geography:
    """Return today's geography with the package's districts, as far as they are kept."""
    now = read_geography(settings)
    polygons = package / "regions.parquet"
    if not polygons.is_file():
        return now
    return _with_polygons(now, gpd.read_parquet(polygons))


def _with_polygons(now: Geography, polygons: gpd.GeoDataFrame) -> Geography:
    zones = now.regions[(now.regions["host_code"] != "") | ~now.regions["code"].isin(polygons["code"])]
    zones = zones[(zones["host_code"] != "") & zones["host_code"].isin(polygons["code"])]
    own = pd.DataFrame(polygons[["code", "name"]]).assign(host_code="")
    regions = pd.concat([own, zones], ignore_index=True).sort_values("code", ignore_index=True)
    return Geography(regions, polygons, now.townships, now.warnings, now.point_crs)


def _inside(a: Side, settings: Settings, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the figures of today's ledger taken in by the boundaries of ``a``."""
    workshop = Workshop(settings, _with_polygons(read_geography(settings), polygons), lambda _: None)
    workshop.ledger(a.quarter, is_main=True)
    return counted(workshop, a.quarter, tuple(a.context["city"]))


def today(settings: Settings, quarter: str, made: dict[str, Any], workshop: Workshop | None = None, sheet: Sheet | None = None) -> Side:
    """Return the figures of a quarter as they would be counted now, whatever is sealed; scores by a sheet, where one is given."""
    workshop = workshop or Workshop(settings, read_geography(settings), lambda _: None)
    ledger = workshop.ledger(quarter, is_main=True)
    city = city_of(settings, workshop.geography.regions["code"].tolist()) if not ledger.is_totals else _city_of_totals(ledger, settings)
    return Side("现在的台账", quarter, counted(workshop, quarter, city, sheet), made)


def _city_of_totals(ledger: Ledger, settings: Settings) -> tuple[str, str]:
    totals = totals_of(ledger)
    if totals.declared is not None:
        return totals.declared["region_code"], totals.declared["region_name"]
    return city_of(settings, totals.regions["region_code"].tolist())


def stored_side(folder: Path, name: str) -> Side:
    """Return a stored or sealed package as a side."""
    context = json.loads((folder / "context.json").read_text(encoding="utf-8"))
    return Side(name, context["quarter"], stored(folder, context["quarter"]), context.get("made_of", {}), folder, context)


def is_known(settings: Settings, quarter: str) -> bool:
    return quarter in known_quarters(settings)
