"""From a quarter's ledgers to one immutable package: checked tables, indicators with changes, regions, and what is incomplete.

The package is named by the fingerprint of all that it was made of, written beside its place and moved there whole: a second run with the
same inputs finds it, a run that breaks off leaves nothing that could be mistaken for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from analysis.errors import BoundaryError, LedgerError, SettingsError
from analysis.intake import Intake, take_in
from analysis.intake.completeness import find_gaps
from analysis.measures.blanks.flows import flows
from analysis.measures.change import changes
from analysis.measures.indicators import Places, indicators
from analysis.measures.largest import COLUMNS as SHARE_COLUMNS
from analysis.measures.largest import shares
from analysis.measures.tally import Tally, tally
from analysis.measures.totals import Totals, separate, supplied_sums, totals_indicators
from analysis.paths import DATA
from analysis.periods import Quarter
from analysis.places.tiles import COLUMNS, tiles_of
from analysis.runs.executor import Executor
from analysis.runs.inputs import needed_quarters as needed_quarters
from analysis.runs.partitions import tally_in_parts
from analysis.runs.rerun import fingerprint
from analysis.runs.sealing.seals import Seal, seal_of
from analysis.runs.sources import Geography, city_of, geography_files, known_quarters, ledger_files, ledger_folder, read_geography, read_small_table
from analysis.runs.store import connect
from analysis.runs.versions import earlier_version, stored_tables
from analysis.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True)
class Ledger:
    """One quarter taken in: verdicts, kept tables and what each district did not hand in."""

    quarter: str
    intake: Intake
    gaps: pd.DataFrame
    is_totals: bool


@dataclass
class Workshop:
    """Reads each quarter at most once; ``geography`` is shared by all quarters of a run."""

    settings: Settings
    geography: Geography
    say: Say
    executor: Executor | None = None
    ledgers: dict[str, Ledger | None] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    seals: dict[str, Seal | None] = field(default_factory=dict)

    def ledger(self, quarter: str, is_main: bool = False) -> Ledger | None:
        """Take a quarter in; None where its ledger is not there (for the main quarter that is an error)."""
        if quarter not in self.ledgers:
            if not is_main and quarter not in known_quarters(self.settings):
                self.ledgers[quarter] = None
            else:
                self.ledgers[quarter] = self._take_in(quarter, is_main)
        return self.ledgers[quarter]

    def _take_in(self, quarter: str, is_main: bool) -> Ledger | None:
        try:
            folder = ledger_folder(self.settings, quarter)
        except LedgerError:
            if is_main:
                raise
            return None
        before = self._headcounts(Quarter(quarter).previous.key) if is_main else None
        self.say(f"读取并核对 {quarter} 的台账（{len(ledger_files(folder))} 个文件）")
        located = self.geography.locate if self.geography.polygons is not None else None
        regions = self.geography.regions if len(self.geography.regions) else None
        made = take_in(folder, quarter, regions, self.settings, previous_headcounts=before, locate=located)
        if is_main and not made.is_usable:
            failed = made.files[made.files["status"].isin(["unreadable", "table_stopped", "unknown_table"])]
            why = f"{failed.iloc[0]['file']}：{failed.iloc[0]['reason'].rstrip('。')}" if len(failed) else "没有名为“单位”的工作表或文件"
            raise LedgerError(f"台账文件夹 {folder} 里没有读成一张“单位”表或“汇总表”（{why}）。请补报或更正后重试。")
        is_totals = bool(len(made.tables.get("totals", []))) and not len(made.tables.get("units", []))
        if regions is None and not is_totals:
            if is_main:
                raise BoundaryError(
                    "没有给出区县界线，也没有可用的汇总表，无法判断区县。请用 --boundaries 指明界线文件，或在 data/crosswalk.csv 中列出各区县的代码和名称。"
                )
            return None
        if is_main and regions is not None:
            _refuse_another_city(made, regions, self.settings)
        gaps = pd.DataFrame(columns=["region", "table", "column", "reason"]) if is_totals else find_gaps(made.sources, made.tables, regions)
        return Ledger(quarter, made, gaps, is_totals)

    def _headcounts(self, quarter: str) -> pd.Series | None:
        earlier = self.ledger(quarter)
        return None if earlier is None or earlier.is_totals else earlier.intake.tables["units"].set_index("uscc")["employee_count"]

    def tally(self, quarter: str, with_earlier: bool) -> Tally:
        key = f"{quarter}/{with_earlier}"
        if key not in self.tallies:
            ledger = self.ledgers[quarter]
            previous = Quarter(quarter).previous.key
            before = self._covered(previous) if with_earlier else None
            self.tallies[key] = self._count(ledger.intake.tables, self.township_codes(ledger), Quarter(quarter).as_of, before)
        return self.tallies[key]

    def _count(self, tables: dict[str, pd.DataFrame], codes: pd.Series, as_of: date, before: pd.DataFrame | None) -> Tally:
        if self.executor is not None and self.executor.is_shared:
            return tally_in_parts(self.executor, tables, codes, as_of, self.settings, before, self.settings.store or DATA / "store")
        with connect(tables, codes) as connection:
            return tally(connection, as_of, self.settings, before)

    def _covered(self, quarter: str) -> pd.DataFrame | None:
        """Return who was covered in an earlier quarter: the sealed set where it is sealed (contract §3), else today's; None where there is neither."""
        sealed = self.seal(quarter)
        if sealed is not None and (sealed.package / "states.parquet").is_file():
            return sealed.covered()
        there = self.ledger(quarter)
        return None if there is None or (there.is_totals and not len(there.intake.tables["units"])) else self.tally(quarter, False).covered

    def seal(self, quarter: str) -> Seal | None:
        if quarter not in self.seals:
            self.seals[quarter] = seal_of(self.settings, quarter)
        return self.seals[quarter]

    def township_codes(self, ledger: Ledger) -> pd.Series:
        """Return each kept unit's township code: by declared name within its district, else by its point, else ""."""
        units = ledger.intake.tables["units"]
        names = units["township_name"].fillna("").astype(str)
        declared = (units["district_code"].astype(str) + "-" + names).where(names != "", "")
        known = self.geography.townships
        if known is None or units.empty:
            return declared
        by_name = {f"{r.district_code}-{r.name_}": r.code for r in known.rename(columns={"name": "name_"}).itertuples()}
        codes = declared.map(lambda key: by_name.get(key, key))
        without = (codes == "") & units["is_point_drawn"].fillna(False).astype(bool)
        if without.any():
            codes[without] = self.geography_townships(units.loc[without, "lon"], units.loc[without, "lat"])
        return codes

    def geography_townships(self, lon: pd.Series, lat: pd.Series) -> list[str]:
        shifted = Geography(self.geography.regions, self.geography.townships, None, (), self.geography.point_crs)
        return list(shifted.locate(lon.to_numpy(dtype=float), lat.to_numpy(dtype=float)))

    def places(self, quarter: str, city: tuple[str, str]) -> Places:
        districts = self.geography.regions[self.geography.regions["host_code"] == ""][["code", "name"]].reset_index(drop=True)
        return Places(city=city, districts=districts, townships=self._townships(self.ledgers[quarter]))

    def _townships(self, ledger: Ledger) -> pd.DataFrame:
        """The townships of the boundary file, and those that only the ledgers name (under ``<district>-<name>``)."""
        units = ledger.intake.tables["units"]
        codes = self.township_codes(ledger)
        named = pd.DataFrame({"code": codes, "name": units["township_name"], "district_code": units["district_code"]})
        named = named[named["code"].astype(str).str.contains("-")].drop_duplicates("code")
        known = self.geography.townships
        drawn = named.iloc[0:0] if known is None else pd.DataFrame(known[["code", "name", "district_code"]])
        return pd.concat([drawn, named], ignore_index=True).sort_values("code", ignore_index=True).astype(str)


def _refuse_another_city(made: Intake, regions: pd.DataFrame, settings: Settings) -> None:
    """Stop where not one unit's district is known: the boundaries are another city's, and an earlier report must not be overwritten with that."""
    read = int(made.summary.loc[made.summary["table"] == "units", "rows_read"].sum())
    lost = made.rows[(made.rows["table"] == "units") & made.rows["rule"].isin(["district_unknown", "boundary_unmatched"])]
    if read and len(made.tables["units"]) == 0 and len(lost) >= 0.9 * read:
        where = settings.boundaries.name if settings.boundaries else "对照表"
        seen, known = "、".join(lost["value"].unique()[:2]), "、".join((regions["name"] + " " + regions["code"])[:2])
        raise BoundaryError(f"“单位”表的 {read} 行没有一行的区县（如 {seen}）在界线文件 {where} 里，那里是 {known} 等。请核对 --boundaries 是不是本市的界线。")


def run_fingerprint(settings: Settings, quarter: str) -> str:
    """Return the name of the package: inputs, settings and code that decide its content."""
    ledger_folder(settings, quarter)
    inputs = {q: fingerprint.of_files(ledger_files(settings.ledgers / q), settings.ledgers) for q in needed_quarters(quarter) if q in known_quarters(settings)}
    places = [fingerprint.file_hash(p) for p in geography_files(settings)]
    version = earlier_version(settings, Quarter(quarter).previous.key)  # what the change against the earlier quarter is split with
    stored = version.name if version else ""
    sealed = [seal.name for q in needed_quarters(quarter) if q != quarter and (seal := seal_of(settings, q)) is not None]
    if sealed:
        inputs["sealed"] = dict.fromkeys(sealed, "")
    if settings.targets is not None and settings.targets.is_file():
        inputs["targets"] = {"": fingerprint.file_hash(settings.targets)}
    return fingerprint.of(quarter, inputs, places, stored, fingerprint.data_settings(settings), fingerprint.data_code())[:20]


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
        then = _compared_with(workshop, other, city, ledger.is_totals)
        frames.append(changes(now, then, suffix, quarter))
        if then is not None:
            frames.append(then)
    return pd.concat(frames, ignore_index=True), city


def _compared_with(workshop: Workshop, quarter: str, city: tuple[str, str], is_totals: bool) -> pd.DataFrame | None:
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
    rates = frame[(frame["quarter"] == quarter) & (frame["indicator"] == "unit_coverage_rate")]
    districts = sorted(rates.loc[rates["region_level"] == "district", "region_code"].unique())
    whole = rates[(rates["region_level"] == "city") & (rates["status"] == "ok")]
    counted = {r.segment: [c for c in districts if c not in str(r.left_out).split(";")] for r in whole.itertuples()}
    return flows(readings, city, districts, counted)


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
