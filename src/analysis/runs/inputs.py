"""Where a run's inputs are, by name alone: settings with the city's own small file, ledger folders, geography files. Loads nothing heavy."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from glob import escape
from pathlib import Path

from analysis.errors import BoundaryError, LedgerError, SettingsError
from analysis.paths import DEMO
from analysis.periods import Quarter
from analysis.settings import Settings, load_settings

_CITY_KEYS = ("city_code", "city_name", "boundaries", "townships", "tiles", "point_crs", "boundary_crs", "boundary_layer", "township_layer")


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
    return named + [side for p in named if p.suffix.lower() == ".shp" for side in sorted(p.parent.glob(escape(p.stem) + ".*")) if side != p]


def check_geography_files(settings: Settings) -> None:
    """Raise :class:`BoundaryError` where a named boundary file is not there; an earlier package must not hide that."""
    for path, what, option in ((settings.boundaries, "区县", "boundaries"), (settings.townships, "乡镇街道", "townships")):
        if path is not None and not path.is_file():
            raise BoundaryError(f"没有找到{what}界线文件 {path}。请用 --{option} 指明，或修改 workbench.toml 的 {option}。")


def needed_quarters(quarter: str) -> list[str]:
    """The quarter, those its changes compare with, those that decide who is newly covered in them, and the four that show frozen members."""
    q = Quarter(quarter)
    return [q.key, q.previous.key, q.shifted(-2).key, q.shifted(-3).key, q.year_ago.key, q.year_ago.previous.key]
