"""Where a run's inputs are: the ledger folder of a quarter, the boundaries, the crosswalk, the city's own small file beside its ledgers."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.errors import LedgerError, SettingsError
from analysis.intake.csv_text import decode
from analysis.places.boundaries import read_boundaries, read_townships
from analysis.places.crs import to_wgs84
from analysis.places.locate import Locator
from analysis.runs.inputs import check_geography_files as check_geography_files
from analysis.runs.inputs import choose_settings as choose_settings
from analysis.runs.inputs import geography_files as geography_files
from analysis.runs.inputs import known_quarters as known_quarters
from analysis.runs.inputs import ledger_files as ledger_files
from analysis.runs.inputs import ledger_folder as ledger_folder
from analysis.settings import Settings


@dataclass(frozen=True)
class Geography:
    """Regions to count in: ``regions`` (code, name, host_code), polygons where there are any, and what was noticed while reading them."""

    regions: pd.DataFrame
    polygons: gpd.GeoDataFrame | None
    townships: gpd.GeoDataFrame | None
    warnings: tuple[str, ...]
    point_crs: str

    def locate(self, lon, lat) -> np.ndarray:
        """Return the district code of each point, ``""`` where none."""
        x, y = to_wgs84(np.asarray(lon, float), np.asarray(lat, float), self.point_crs)
        return Locator(self.polygons)(x, y)


def read_crosswalk(path: Path | None) -> pd.DataFrame:
    """Return the crosswalk ``code, name, host_code``; empty where there is no such file.

    A row is a development zone or a dissolved district with the district where it counts now, or a district's own code with the name it bore before.
    """
    empty = pd.DataFrame({"code": [], "name": [], "host_code": []}, dtype=str)
    if path is None or not path.is_file():
        return empty
    rows = read_small_table(path, "对照表")
    rows.columns = [{"代码": "code", "名称": "name", "并入代码": "host_code"}.get(c.strip(), c.strip()) for c in rows.columns]
    lacking = {"code", "name"} - set(rows.columns)
    if lacking:
        raise SettingsError(f"对照表 {path} 缺少“代码”或“名称”列，看到的列是 {'、'.join(rows.columns)}。请按“代码,名称,并入代码”补齐表头。")
    rows = rows.assign(host_code=rows.get("host_code", ""))[["code", "name", "host_code"]].fillna("").apply(lambda c: c.str.strip())
    odd = rows[~rows["code"].str.fullmatch(r"\d{6}") | (rows["name"] == "") | rows["code"].duplicated()]
    if len(odd):
        raise SettingsError(f"对照表 {path} 的“{'，'.join(odd.iloc[0])}”一行有误：代码应为六位数字、各行不同，名称不能空。请改正后重试。")
    return rows


def read_small_table(path: Path, what: str) -> pd.DataFrame:
    """Read a small CSV of the user's, in UTF-8 or as Excel saves it in Chinese."""
    try:
        return pd.read_csv(io.StringIO(decode(path.read_bytes())), dtype=str, keep_default_na=False)
    except (LedgerError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SettingsError(f"{what} {path} 读不懂，应为 UTF-8 编码、逗号分隔的 CSV。请用 Excel 另存为“CSV UTF-8”后重试。") from error


def _with_hosts(regions: pd.DataFrame, path: Path | None) -> pd.DataFrame:
    """Refuse a zone of this city whose host is no district of it: its units would count nowhere. A zone of another city is left out."""
    own = set(regions.loc[regions["host_code"] == "", "code"])
    lost = regions[(regions["host_code"] != "") & ~regions["host_code"].isin(own)]
    here = lost[lost["code"].str[:4].isin({c[:4] for c in own})]
    if len(here):
        row = here.iloc[0]
        raise SettingsError(f"对照表 {path} 把{row['name']}（{row['code']}）并入 {row['host_code']}，而本市没有这个区县。请填写界线文件里有的区县代码后重试。")
    return regions.drop(index=lost.index).reset_index(drop=True)


def read_geography(settings: Settings) -> Geography:
    """Read boundaries, townships and crosswalk once for a run."""
    warnings: list[str] = []
    polygons = townships = None
    regions = pd.DataFrame({"code": [], "name": [], "host_code": []}, dtype=str)
    check_geography_files(settings)
    if settings.boundaries is not None:
        read = read_boundaries(settings.boundaries, settings)
        polygons, warnings = read.regions, [*read.warnings]
        regions = polygons[["code", "name"]].assign(host_code="")
    if settings.townships is not None and polygons is not None:
        read = read_townships(settings.townships, polygons, settings)
        townships, warnings = read.regions, [*warnings, *read.warnings]
    crosswalk = read_crosswalk(settings.crosswalk)
    added = crosswalk[~crosswalk["code"].isin(regions["code"])]
    renamed = crosswalk[crosswalk["code"].isin(regions["code"])].merge(regions[["code", "name"]], on="code", suffixes=("", "_now"))
    renamed = renamed[renamed["name"] != renamed["name_now"]][["code", "name"]].assign(host_code=lambda rows: rows["code"])
    # former names stand before the districts themselves, so that whoever looks a code up finds the name of today
    regions = pd.concat([renamed, regions, added], ignore_index=True).sort_values("code", ignore_index=True, kind="stable")
    return Geography(_with_hosts(pd.DataFrame(regions), settings.crosswalk), polygons, townships, tuple(warnings), settings.point_crs)


def city_of(settings: Settings, codes: list[str]) -> tuple[str, str]:
    """Return the city's code and name: as set, else the districts' common first four digits + ``00`` and 全市."""
    fours = {c[:4] for c in codes}
    twos = {c[:2] for c in codes}
    guess = fours.pop() + "00" if len(fours) == 1 else twos.pop() + "0000" if len(twos) == 1 else "000000"
    return settings.city_code or guess, settings.city_name or "全市"
