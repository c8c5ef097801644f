"""The campaign part of a package: figures, lists with their rows, responsible bodies, task forces, guidance cells and the year's figures for the targets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis import tables
from analysis.measures.assessment import campaign as c
from analysis.measures.assessment.guidance import CELL_COLUMNS, NEEDS, cells
from analysis.measures.assessment.relations import make_campaign_relations
from analysis.measures.assessment.targets import Target, read_targets, year_quarters
from analysis.measures.indicators import COLUMNS
from analysis.measures.tally import judge_units
from analysis.measures.unions.building import all_needs, missing
from analysis.measures.unions.relations import make_relations
from analysis.periods import Quarter
from analysis.runs.parts import Listing, read_part, without_blanks, write_lists, write_part
from analysis.runs.prepare import levels
from analysis.runs.sources import read_small_table
from analysis.runs.store import connect
from analysis.runs.workshop import Workshop
from analysis.settings import Settings

DOCUMENT, PART = "campaign", "campaign"
_HEADERS = {"list": "名单", "district_code": "区县代码", "code": "责任单位或工会代码", "name": "名称", "detail": "说明", "amount": "天数", "source_file": "文件",
            "source_sheet": "工作表", "source_row": "行"}  # fmt: skip


@dataclass(frozen=True)
class Campaign:
    """``figures`` in the shape of the indicators; ``lists`` with their rows; ``bodies``, ``forces``; ``cells`` for the guidance; ``year`` for the targets; ``missing``."""

    figures: pd.DataFrame
    lists: pd.DataFrame
    bodies: pd.DataFrame
    forces: pd.DataFrame
    cells: pd.DataFrame
    year: pd.DataFrame
    missing: pd.DataFrame


def targets_of(settings: Settings) -> list[Target]:
    """Return the yearly targets of the user's table; none where there is no such table.

    Raises
    ------
    SettingsError
        Where it cannot be read, or a row of it is wrong.
    """
    if settings.targets is None or not settings.targets.is_file():
        return []
    return read_targets(read_small_table(settings.targets, "目标表"), settings.targets.name)


def measure_campaign(workshop: Workshop, quarter: str, city: tuple[str, str]) -> Campaign:
    """Return the campaign part of a quarter."""
    made = counted_campaign(workshop, quarter, city)
    return made if workshop.ledgers[quarter].is_totals else replace(made, year=year_figures(workshop, Quarter(quarter), city))


def counted_campaign(workshop: Workshop, quarter: str, city: tuple[str, str]) -> Campaign:
    """Return the campaign part of a quarter without the year's figures: all that rests on its own ledger."""
    ledger, places, q = workshop.ledgers[quarter], workshop.places(quarter, city), Quarter(quarter)
    empty = [pd.DataFrame(columns=columns) for columns in (c.LIST_COLUMNS, c.BODY_COLUMNS, c.FORCE_COLUMNS, CELL_COLUMNS, COLUMNS)]
    if ledger.is_totals:
        return Campaign(c.campaign_frame(None, {}, places, quarter), *empty, ledger.gaps)
    codes = places.districts["code"].tolist()
    lacking = all_needs(ledger.gaps, None, quarter, c.definitions())
    with connect(ledger.intake.tables) as connection:
        judge_units(connection, q.as_of, workshop.settings)
        make_relations(connection, q.as_of, workshop.settings)
        make_campaign_relations(connection, q, codes, workshop.settings.stat_year_end_month)
        frame, found = c.campaign_frame(connection, lacking, places, quarter), c.lists(connection, q.as_of)
        bodies, forces, counted = c.bodies(connection), c.forces(connection), cells(connection)
    known = c.definitions()
    needs = {row["list"]: known[row["indicator"]]["needs"] for row in tables.load("campaign_lists").to_dict("records")}
    found = without_blanks(found, "list", needs, lambda words: missing(words, lacking, codes))
    bodies = bodies[~bodies["district_code"].isin(missing("tasks tasks.responsible_body tasks.done_on", lacking, codes))].reset_index(drop=True)
    counted = counted[~counted["district_code"].isin(missing(NEEDS, lacking, codes))].reset_index(drop=True)
    items = ledger.gaps["table"] + ledger.gaps["column"].map(lambda column: f".{column}" if column else "")
    return Campaign(frame, found, bodies, forces, counted, empty[-1], ledger.gaps[items.isin(c.campaign_needs())].reset_index(drop=True))


def year_figures(workshop: Workshop, quarter: Quarter, city: tuple[str, str]) -> pd.DataFrame:
    """Return the targets' indicators in every quarter of the statistical year and at its start; empty where no target asks for them."""
    wanted = {t.indicator for t in targets_of(workshop.settings)} & set(tables.load("indicators")["indicator"])
    if not wanted:
        return pd.DataFrame(columns=COLUMNS)
    found = []
    for q in year_quarters(quarter, workshop.settings.stat_year_end_month):
        there = workshop.ledger(q.key)
        if there is not None and not there.is_totals:
            frame = levels(workshop, q.key, city)
            found.append(frame[frame["indicator"].isin(wanted) & (frame["segment"] == "all") & (frame["region_level"] != "township")])
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def write_campaign(campaign: Campaign, package: Path) -> None:
    """Write the part into a package."""
    write_part(campaign, package / PART)


def read_campaign(package: Path) -> Campaign:
    return read_part(Campaign, package / PART)


def write_campaign_lists(package: Path, folder: Path, scopes: list[str], is_internal: bool) -> list[Path]:
    """Write the whole lists and all figures with their parts beside each scope's document; internal readers only."""
    found = read_campaign(package)
    names = dict(zip(*(tables.load("campaign_lists")[column] for column in ("list", "name")), strict=True))
    figure_names = {code: d["name"] for code, d in c.definitions().items()}
    return write_lists(found, Listing(DOCUMENT, "list", names, _HEADERS), figure_names, folder, scopes, is_internal)
