"""The union-building part of a package: figures, lists and gaps of one quarter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from analysis import tables
from analysis.measures.tally import judge_units
from analysis.measures.unions.building import GUARD_COLUMNS, all_needs, bases, building_frame, building_needs, contract_bases, definitions, guards, missing
from analysis.measures.unions.lists import LIST_COLUMNS, lists
from analysis.measures.unions.relations import graded_frame, make_relations
from analysis.periods import Quarter
from analysis.runs.parts import Listing, read_part, without_blanks, write_lists, write_part
from analysis.runs.store import connect
from analysis.runs.workshop import Ledger, Workshop

DOCUMENT, PART = "union_building", "building"
QUARTERS_BACK = 4  # to the same quarter a year ago: all of them are read for the changes and the quality part
_HEADERS = {"list": "名单", "district_code": "区县代码", "code": "代码", "name": "名称", "detail": "说明", "amount": "职工或分差"}


@dataclass(frozen=True)
class Building:
    """``figures`` in the shape of the indicators, this quarter's first, then of the quarters before; ``lists`` of units, unions and contracts (internal); ``guard`` for suppression; ``missing`` tables and columns."""

    figures: pd.DataFrame
    lists: pd.DataFrame
    guard: pd.DataFrame
    missing: pd.DataFrame


def measure_building(workshop: Workshop, quarter: str, city: tuple[str, str]) -> Building:
    """Return the union-building part of a quarter, with the figures of the earlier quarters whose ledgers the run has read anyway."""
    ledger, places = workshop.ledgers[quarter], workshop.places(quarter, city)
    no_lists, no_guard = pd.DataFrame(columns=LIST_COLUMNS), pd.DataFrame(columns=GUARD_COLUMNS)
    if ledger.is_totals:
        return Building(building_figures(workshop, quarter, city), no_lists, no_guard, ledger.gaps)
    lacking = _lacking(workshop, quarter)
    codes, as_of = places.districts["code"].tolist(), Quarter(quarter).as_of
    with connect(ledger.intake.tables) as connection:
        frame = _counted(workshop, quarter, city, connection)
        found, guard = lists(connection, as_of), guards(connection)
    definition = definitions()
    needs = {row["list"]: definition[row["indicator"]]["needs"] for row in tables.load("building_lists").to_dict("records")}
    found = without_blanks(found, "list", needs, lambda words: missing(words, lacking, codes))
    items = ledger.gaps["table"] + ledger.gaps["column"].map(lambda c: f".{c}" if c else "")
    absent = ledger.gaps[items.isin(building_needs())].reset_index(drop=True)
    return Building(pd.concat([frame, *_earlier(workshop, quarter, city)], ignore_index=True), found, guard, absent)


def _earlier(workshop: Workshop, quarter: str, city: tuple[str, str]) -> list[pd.DataFrame]:
    """Return the figures of the quarters before, for the path that leads to this one: as sealed where they are sealed; quarters on totals alone are passed over."""
    frames = []
    for then in (Quarter(quarter).shifted(-back).key for back in range(1, QUARTERS_BACK + 1)):
        seal, ledger = workshop.seal(then), _units_ledger(workshop, then)
        if seal is not None and (seal.package / PART).is_dir():
            figures = read_building(seal.package).figures
            frames.append(figures[figures["quarter"] == then])
        elif ledger is not None:
            frames.append(building_figures(workshop, then, city))
    return frames


def building_figures(workshop: Workshop, quarter: str, city: tuple[str, str]) -> pd.DataFrame:
    """Return one quarter's figures alone, as its ledger and the one before stand in the workshop."""
    ledger = workshop.ledgers[quarter]
    if ledger.is_totals:
        return building_frame(None, None, {}, workshop.places(quarter, city), quarter)
    with connect(ledger.intake.tables) as connection:
        return _counted(workshop, quarter, city, connection)


def _counted(workshop: Workshop, quarter: str, city: tuple[str, str], connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one quarter's figures; its relations stand in the connection afterwards."""
    as_of, before = Quarter(quarter).as_of, _units_ledger(workshop, Quarter(quarter).previous.key)
    judge_units(connection, as_of, workshop.settings)
    make_relations(connection, as_of, workshop.settings, None if before is None else _unions_of(before))
    return building_frame(bases(connection), contract_bases(connection), _lacking(workshop, quarter), workshop.places(quarter, city), quarter)


def _lacking(workshop: Workshop, quarter: str) -> dict[str, dict[str, str]]:
    before = _units_ledger(workshop, Quarter(quarter).previous.key)
    return all_needs(workshop.ledgers[quarter].gaps, None if before is None else before.gaps, quarter)


def _units_ledger(workshop: Workshop, quarter: str) -> Ledger | None:
    there = workshop.ledger(quarter)
    return None if there is None or there.is_totals else there


def _unions_of(ledger: Ledger) -> pd.DataFrame:
    with connect(ledger.intake.tables) as connection:
        return graded_frame(connection, Quarter(ledger.quarter).as_of)


def write_building(building: Building, package: Path) -> None:
    """Write the part into a package."""
    write_part(building, package / PART)


def read_building(package: Path) -> Building:
    return read_part(Building, package / PART)


def write_building_lists(package: Path, folder: Path, scopes: list[str], is_internal: bool) -> list[Path]:
    """Write the whole lists and all figures with their parts beside each scope's document; internal readers only."""
    found = read_building(package)
    names = dict(zip(*(tables.load("building_lists")[c] for c in ("list", "name")), strict=True))
    figure_names = {code: d["name"] for code, d in definitions().items()}
    return write_lists(found, Listing(DOCUMENT, "list", names, _HEADERS), figure_names, folder, scopes, is_internal)
