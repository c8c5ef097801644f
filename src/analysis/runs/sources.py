"""Where a run's inputs are: the ledger folder of a quarter, the boundaries, the crosswalk, the city's own small file beside its ledgers."""

from __future__ import annotations

import io
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from analysis.errors import BoundaryError, LedgerError, SettingsError
from analysis.intake.readers import decode
from analysis.paths import DEMO
from analysis.places.boundaries import read_boundaries, read_townships
from analysis.places.crs import to_wgs84
from analysis.places.locate import Locator
from analysis.settings import Settings, load_settings

_CITY_KEYS = ("city_code", "city_name", "boundaries", "townships", "tiles", "point_crs", "boundary_crs", "boundary_layer", "township_layer")


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


def choose_settings(path: Path | None = None, **options) -> Settings:
    """Read the settings, then let the ``city.toml`` beside the ledgers fill in what belongs to that city; an option still beats both.

    The demo's geography goes with the demo's ledgers only: with other ledgers and no boundaries named, none are used.
    """
    settings = load_settings(path, **options)
    given = {k for k, v in options.items() if v is not None}
    if settings.ledgers is not None and (settings.ledgers.parent / "city.toml").is_file():
        settings = _with_city(settings, settings.ledgers.parent / "city.toml", given)
    if not settings.is_demo:
        borrowed = {k: None for k in ("boundaries", "townships") if k not in given and _in_demo(getattr(settings, k))}
        settings = replace(settings, **borrowed)
    if "boundaries" in given and "townships" not in given:
        settings = replace(settings, townships=None)
    return settings


def _in_demo(path: Path | None) -> bool:
    return path is not None and path.is_relative_to(DEMO)


def _with_city(settings: Settings, file: Path, given: set[str]) -> Settings:
    try:
        city = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} 读不懂：{error}。请检查引号和等号。") from error
    unknown = sorted(set(city) - set(_CITY_KEYS))
    if unknown:
        raise SettingsError(f"{file} 有不认识的设置“{unknown[0]}”，可用的是 {'、'.join(_CITY_KEYS)}。请改正后重试。")
    values = {}
    for key, value in city.items():
        if key not in given:
            values[key] = ((file.parent / value) if value else None) if key in ("boundaries", "townships", "tiles") else str(value)
    return replace(settings, **values)


def ledger_folder(settings: Settings, quarter: str) -> Path:
    """Return the folder of a quarter's ledgers.

    Raises
    ------
    LedgerError
        Where there is no such folder, or nothing in it; names the quarters that are there.
    """
    if settings.ledgers is None or not settings.ledgers.is_dir():
        raise LedgerError(f"没有找到台账文件夹 {settings.ledgers or '（未设置）'}。请用 --ledgers 指明，或修改 workbench.toml 的 ledgers。")
    folder = settings.ledgers / quarter
    if not folder.is_dir():
        there = "、".join(known_quarters(settings)) or "一个也没有"
        raise LedgerError(f"台账文件夹 {settings.ledgers} 下没有 {quarter}，现有的季度：{there}。请核对季度，或新建 {quarter} 文件夹并放入各区县报表。")
    if not any(p.is_file() and not p.name.startswith((".", "~$")) for p in folder.iterdir()):
        raise LedgerError(f"台账文件夹 {folder} 是空的。请放入各区县报送的报表（.xlsx、.csv 或 .parquet）后重试。")
    return folder


def known_quarters(settings: Settings) -> list[str]:
    if settings.ledgers is None or not settings.ledgers.is_dir():
        return []
    return sorted(p.name for p in settings.ledgers.iterdir() if p.is_dir() and re.fullmatch(r"\d{4}Q[1-4]", p.name))


def ledger_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file())


def geography_files(settings: Settings) -> list[Path]:
    named = [p for p in (settings.boundaries, settings.townships, settings.crosswalk, settings.tiles, settings.aliases) if p is not None and p.is_file()]
    return named + [side for p in named if p.suffix.lower() == ".shp" for side in sorted(p.parent.glob(p.stem + ".*")) if side != p]


def read_crosswalk(path: Path | None) -> pd.DataFrame:
    """Return the crosswalk ``code, name, host_code``; empty where there is no such file."""
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


def check_geography_files(settings: Settings) -> None:
    """Raise :class:`BoundaryError` where a named boundary file is not there; an earlier package must not hide that."""
    for path, what, option in ((settings.boundaries, "区县", "boundaries"), (settings.townships, "乡镇街道", "townships")):
        if path is not None and not path.is_file():
            raise BoundaryError(f"没有找到{what}界线文件 {path}。请用 --{option} 指明，或修改 workbench.toml 的 {option}。")


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
    regions = pd.concat([regions, crosswalk[~crosswalk["code"].isin(regions["code"])]], ignore_index=True).sort_values("code", ignore_index=True)
    return Geography(_with_hosts(pd.DataFrame(regions), settings.crosswalk), polygons, townships, tuple(warnings), settings.point_crs)


def city_of(settings: Settings, codes: list[str]) -> tuple[str, str]:
    """Return the city's code and name: as set, else the districts' common first four digits + ``00`` and 全市."""
    fours = {c[:4] for c in codes}
    twos = {c[:2] for c in codes}
    guess = fours.pop() + "00" if len(fours) == 1 else twos.pop() + "0000" if len(twos) == 1 else "000000"
    return settings.city_code or guess, settings.city_name or "全市"
