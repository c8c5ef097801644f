"""The union-building part of a package: figures, lists and gaps of one quarter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import tables
from analysis.intake.store import write_table_csv
from analysis.measures.building import GUARD_COLUMNS, all_needs, bases, building_frame, building_needs, contract_bases, definitions, guards, missing
from analysis.measures.building_lists import LIST_COLUMNS, lists
from analysis.measures.building_relations import graded_frame, make_relations
from analysis.measures.tally import judge_units
from analysis.periods import Quarter
from analysis.runs.outputs import write_whole
from analysis.runs.prepare import Ledger, Workshop
from analysis.runs.store import connect

DOCUMENT = "union_building"
_HEADERS = {"list": "名单", "district_code": "区县代码", "code": "代码", "name": "名称", "detail": "说明", "amount": "职工或分差"}


@dataclass(frozen=True)
class Building:
    """``figures`` in the shape of the indicators; ``lists`` of units, unions and contracts (internal); ``guard`` for suppression; ``missing`` tables and columns."""

    figures: pd.DataFrame
    lists: pd.DataFrame
    guard: pd.DataFrame
    missing: pd.DataFrame


def measure_building(workshop: Workshop, quarter: str, city: tuple[str, str]) -> Building:
    """Return the union-building part of a quarter."""
    ledger, places = workshop.ledgers[quarter], workshop.places(quarter, city)
    no_lists, no_guard = pd.DataFrame(columns=LIST_COLUMNS), pd.DataFrame(columns=GUARD_COLUMNS)
    if ledger.is_totals:
        return Building(building_frame(None, None, {}, places, quarter), no_lists, no_guard, ledger.gaps)
    previous = Quarter(quarter).previous
    then = workshop.ledger(previous.key)
    then = None if then is None or then.is_totals else then
    lacking = all_needs(ledger.gaps, None if then is None else then.gaps, quarter)
    as_of = Quarter(quarter).as_of
    with connect(ledger.intake.tables) as connection:
        judge_units(connection, as_of, workshop.settings)
        make_relations(connection, as_of, workshop.settings, None if then is None else _unions_of(then))
        frame = building_frame(bases(connection), contract_bases(connection), lacking, places, quarter)
        found, guard = lists(connection, as_of), guards(connection)
    found = _without_blanks(found, lacking, places.districts["code"].tolist())
    items = ledger.gaps["table"] + ledger.gaps["column"].map(lambda c: f".{c}" if c else "")
    return Building(frame, found, guard, ledger.gaps[items.isin(building_needs())].reset_index(drop=True))


def _unions_of(ledger: Ledger) -> pd.DataFrame:
    with connect(ledger.intake.tables) as connection:
        return graded_frame(connection, Quarter(ledger.quarter).as_of)


def _without_blanks(found: pd.DataFrame, lacking: dict[str, dict[str, str]], districts: list[str]) -> pd.DataFrame:
    """Drop from the lists the districts for which the list's figure is blank: what was not handed in makes no entry."""
    indicator = dict(zip(*(tables.load("building_lists")[c] for c in ("list", "indicator")), strict=True))
    blank = {(name, code) for name, of in indicator.items() for code in missing(definitions()[of]["needs"], lacking, districts)}
    kept = np.array([pair not in blank for pair in zip(found["list"], found["district_code"], strict=True)], dtype=bool)
    return found.loc[kept].reset_index(drop=True)


def write_building(building: Building, package: Path) -> None:
    """Write the part into a package."""
    folder = package / "building"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("figures", "lists", "guard", "missing"):
        getattr(building, name).to_parquet(folder / f"{name}.parquet", index=False)


def read_building(package: Path) -> Building:
    return Building(*(pd.read_parquet(package / "building" / f"{name}.parquet") for name in ("figures", "lists", "guard", "missing")))


def write_building_lists(package: Path, folder: Path, scopes: list[str], is_internal: bool) -> list[Path]:
    """Write the whole lists as a CSV beside each scope's document; for other readers none, and earlier ones are taken away."""
    found, made = read_building(package).lists, []
    names = dict(zip(*(tables.load("building_lists")[c] for c in ("list", "name")), strict=True))
    for scope in sorted({*scopes, *(path.parent.name for path in folder.glob(f"*/{DOCUMENT}.csv"))}):
        path = folder / scope / f"{DOCUMENT}.csv"
        if not is_internal:
            path.unlink(missing_ok=True)
            continue
        own = found if scope == "city" else found[found["district_code"] == scope]
        shown = own.assign(list=own["list"].map(names)).rename(columns=_HEADERS)
        write_whole(path, lambda p, table=shown: write_table_csv(table, p))
        made.append(path)
    return made
