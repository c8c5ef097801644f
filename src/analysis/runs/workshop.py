"""Quarters taken in and tallied, each at most once a run: what a package is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from analysis.errors import BoundaryError, LedgerError
from analysis.intake import Intake, take_in
from analysis.intake.completeness import find_gaps
from analysis.measures.indicators import Places
from analysis.measures.tally import Tally, tally
from analysis.paths import DATA
from analysis.periods import Quarter
from analysis.runs.executor import Executor
from analysis.runs.partitions import tally_in_parts
from analysis.runs.sealing.seals import Seal, seal_of
from analysis.runs.sources import Geography, known_quarters, ledger_files, ledger_folder
from analysis.runs.store import connect
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
        before = self.headcounts(Quarter(quarter).previous.key) if is_main else None
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

    def headcounts(self, quarter: str) -> pd.Series | None:
        """Return uscc → employees of a quarter, for the one after it; None without unit rows."""
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
