"""From a quarter's ledgers to one immutable package: checked tables, indicators with changes, regions, and what is incomplete.

The package is named by the fingerprint of all that it was made of, written beside its place and moved there whole: a second run with the
same inputs finds it, a run that breaks off leaves nothing that could be mistaken for it.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pandas as pd

from analysis.errors import SettingsError
from analysis.measures.blanks.flows import flows, sent_back
from analysis.measures.change import changes
from analysis.measures.indicators import indicators
from analysis.measures.largest import COLUMNS as SHARE_COLUMNS
from analysis.measures.largest import shares
from analysis.measures.tally import tally
from analysis.measures.totals import Totals, separate, supplied_sums, totals_indicators
from analysis.periods import Quarter
from analysis.places.tiles import COLUMNS, tiles_of
from analysis.runs.executor import Executor
from analysis.runs.inputs import needed_quarters as needed_quarters
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.seals import seal_of
from analysis.runs.sources import city_of, geography_files, known_quarters, ledger_files, ledger_folder, read_geography, read_small_table
from analysis.runs.store import connect
from analysis.runs.versions import earlier_version, stored_tables
from analysis.runs.workshop import Ledger, Say, Workshop
from analysis.settings import Settings

_COUNTS = ("duckdb", "geopandas", "numpy", "pandas", "pandera", "pyarrow", "pyogrio", "pyproj", "python-calamine", "python-stdnum", "shapely")


def run_fingerprint(settings: Settings, quarter: str) -> str:
    """Return the name of the package: inputs, settings and code that decide its content."""
    ledger_folder(settings, quarter)
    inputs = {q: fingerprint.of_files(ledger_files(settings.ledgers / q), settings.ledgers) for q in needed_quarters(quarter) if q in known_quarters(settings)}
    places = [fingerprint.file_hash(p) for p in geography_files(settings)]
    earlier = earlier_version(settings, Quarter(quarter).previous.key)  # what the change against the earlier quarter is split with
    stored = earlier.name if earlier else ""
    sealed = [seal.name for q in needed_quarters(quarter) if q != quarter and (seal := seal_of(settings, q)) is not None]
    if sealed:
        inputs["sealed"] = dict.fromkeys(sealed, "")
    if settings.targets is not None and settings.targets.is_file():
        inputs["targets"] = {"": fingerprint.file_hash(settings.targets)}
    counted_by = [version(name) for name in _COUNTS]
    return fingerprint.of(quarter, inputs, places, stored, fingerprint.data_settings(settings), settings.is_demo, fingerprint.data_code(), counted_by)[:20]


def levels(workshop: Workshop, quarter: str, city: tuple[str, str]) -> pd.DataFrame:
    """Return a quarter's indicators without changes."""
    ledger = workshop.ledgers[quarter]
    if ledger.is_totals:
        return totals_indicators(totals_of(ledger), city, quarter)
    earlier = workshop.ledger(Quarter(quarter).previous.key)
    without_units = ledger.gaps.loc[(ledger.gaps["table"] == "units") & (ledger.gaps["column"] == ""), "region"].tolist()
    totals = ledger.intake.tables.get("totals")
    supplied = supplied_sums(totals, without_units) if totals is not None and len(totals) else None
    return indicators(
        workshop.tally(quarter, True),
        workshop.places(quarter, city),
        ledger.gaps,
        quarter,
        supplied=supplied,
        earlier_gaps=None if earlier is None else earlier.gaps,
        has_earlier=workshop._covered(Quarter(quarter).previous.key) is not None,
    )


def totals_of(ledger: Ledger) -> Totals:
    return separate(ledger.intake.tables["totals"])


def count_quarter(workshop: Workshop, quarter: str) -> tuple[pd.DataFrame, tuple[str, str]]:
    """Return the indicators of the quarter with its changes, then those of the quarters it compares with, and the city."""
    ledger = workshop.ledger(quarter, is_main=True)
    if ledger.is_totals:
        totals = totals_of(ledger)
        above = totals.declared
        given = (workshop.settings.city_code, workshop.settings.city_name)
        city = (
            given
            if given[0] and given[1]
            else (above["region_code"], above["region_name"])
            if above is not None
            else city_of(workshop.settings, totals.regions["region_code"].tolist())
        )
    else:
        city = city_of(workshop.settings, workshop.geography.regions["code"].tolist())
    workshop.say("计算指标")
    now = levels(workshop, quarter, city)
    frames = [now]
    for suffix, other in (("qoq", Quarter(quarter).previous.key), ("yoy", Quarter(quarter).year_ago.key)):
        then = compared_with(workshop, other, city, ledger.is_totals)
        frames.append(changes(now, then, suffix, quarter))
        if then is not None:
            frames.append(then)
    return pd.concat(frames, ignore_index=True), city


def compared_with(workshop: Workshop, quarter: str, city: tuple[str, str], is_totals: bool) -> pd.DataFrame | None:
    """Return an earlier quarter's figures without changes: as sealed where it is sealed, else as its ledger stands today; None where there is no like ledger."""
    sealed = workshop.seal(quarter)
    if sealed is not None and sealed.record["is_totals"] == is_totals:
        return sealed.levels
    there = workshop.ledger(quarter)
    return levels(workshop, quarter, city) if there is not None and there.is_totals == is_totals else None


def unit_flows(workshop: Workshop, quarter: str, frame: pd.DataFrame, city: str, earlier: str) -> pd.DataFrame | None:
    """Return what became of every unit since the quarter ``earlier`` (``measures.flows``), or None where there is no unit ledger of both."""
    now, then = workshop.ledgers[quarter], workshop.ledger(earlier)
    if then is None or now.is_totals or then.is_totals:
        return None
    present = workshop.tally(then.quarter, False).states
    readings = [_stored_states(workshop, then, present), present, workshop.tally(quarter, True).states]
    return flows(readings, city, *_counted_in(frame, quarter))


def units_sent_back(workshop: Workshop, quarter: str, frame: pd.DataFrame, city: str, earlier: str) -> pd.DataFrame | None:
    """Return how many units appeared or closed only because a row was sent back (``measures.blanks.flows.sent_back``), or None without both ledgers."""
    ledgers = [workshop.ledger(earlier), workshop.ledgers[quarter]]
    if any(ledger is None or ledger.is_totals for ledger in ledgers):
        return None
    tallies = [workshop.tally(earlier, False), workshop.tally(quarter, True)]
    states = [
        made.states[["uscc", "district_code"]].merge(ledger.intake.tables["units"][["uscc", "unit_name"]], on="uscc", how="left")
        for made, ledger in zip(tallies, ledgers, strict=True)
    ]
    refused = [ledger.intake.refused["units"] for ledger in ledgers]
    return sent_back(*states, tuple(refused), city, _counted_in(frame, quarter)[1].get("all", []))


def _counted_in(frame: pd.DataFrame, quarter: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return the districts, and segment → those that the city's rate counts (no entry for a segment whose rate is blank)."""
    rates = frame[(frame["quarter"] == quarter) & (frame["indicator"] == "unit_coverage_rate")]
    districts = sorted(rates.loc[rates["region_level"] == "district", "region_code"].unique())
    whole = rates[(rates["region_level"] == "city") & (rates["status"] == "ok")]
    return districts, {r.segment: [c for c in districts if c not in str(r.left_out).split(";")] for r in whole.itertuples()}


def _stored_states(workshop: Workshop, then: Ledger, present: pd.DataFrame) -> pd.DataFrame:
    """Return the earlier quarter's units as they were stored when it was reported; where it was not restated, as they are."""
    version = earlier_version(workshop.settings, then.quarter)
    tables = stored_tables(version, then.intake.tables, then.gaps) if version else None
    if tables is None:
        return present
    workshop.say(f"{then.quarter} 的台账与当时入库的不同，变化分解中单列“数据更正”")
    with connect(tables) as connection:
        return tally(connection, Quarter(then.quarter).as_of, workshop.settings).states


def dominance(workshop: Workshop, frame: pd.DataFrame, city: str) -> pd.DataFrame:
    """Return how much single units hold of the sums of persons, for every quarter of the frame that has units."""
    known = [q for q in frame["quarter"].unique() if not workshop.ledgers[q].is_totals]
    return pd.concat([shares(workshop.tally(q, True).largest, q, city) for q in known] or [pd.DataFrame(columns=SHARE_COLUMNS)], ignore_index=True)


def township_parents(workshop: Workshop, frame: pd.DataFrame, city: tuple[str, str]) -> dict[str, str]:
    """Return township code → district code, over all quarters of the frame."""
    known = [q for q in frame["quarter"].unique() if not workshop.ledgers[q].is_totals]
    return {code: district for q in known for code, district in workshop.places(q, city).townships[["code", "district_code"]].itertuples(index=False)}


def open_workshop(settings: Settings, say: Say, executor: Executor | None = None) -> Workshop:
    return Workshop(settings, read_geography(settings), say, executor)


def tile_table(path: Path | None, regions: pd.DataFrame | None = None) -> pd.DataFrame | None:
    """Return the placement of squares: the user's table, else one worked out from the regions (polygons, or codes and names alone).

    Raises
    ------
    SettingsError
        For a table that cannot be read, lacks a column, or whose places are no whole numbers.
    """
    if path is None or not path.is_file():
        return None if regions is None or regions.empty else tiles_of(regions)
    tiles = read_small_table(path, "方格位置表")
    lacking = [name for name in COLUMNS if name not in tiles]
    if lacking:
        raise SettingsError(f"方格位置表 {path} 缺少列：{'、'.join(lacking)}；应有 {'、'.join(COLUMNS)} 四列。可用 workbench tiles 重新生成后修改。")
    odd = tiles[~(tiles["row"].str.fullmatch(r"-?\d+") & tiles["col"].str.fullmatch(r"-?\d+"))]
    if len(odd):
        raise SettingsError(f"方格位置表 {path} 中 {odd.iloc[0]['short_name']} 的 row、col 应为整数。请改正后重试。")
    return tiles.astype({"row": int, "col": int})


def drawn_regions(polygons: gpd.GeoDataFrame | None, codes: set[str]) -> gpd.GeoDataFrame | None:
    """Polygons only where they belong to the regions counted (a run on totals may have none of them)."""
    if polygons is None or not set(polygons["code"]) & codes:
        return None
    return polygons
