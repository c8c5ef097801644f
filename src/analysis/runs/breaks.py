"""The table of class breaks beside the store: written once for a city, read by every map, open to the user's pen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis import tables
from analysis.charts.pinning import LEVELS, Breaks, pin_breaks
from analysis.errors import SettingsError
from analysis.runs.outputs import write_whole
from analysis.runs.sources import read_small_table
from analysis.settings import Settings

FILE = "breaks.csv"
_LEVEL_WORDS = dict(zip(LEVELS, ("区县", "乡镇街道"), strict=True))
COLUMNS = ("城市代码", "区县", "层级", "指标", "指标名称", "断点", "来自季度")
_MOST = 4
_BETWEEN = "、"
_ALIKE = 0.5  # of the districts' names: divisions that change make no new city


def districts_key(names: Iterable[str]) -> str:
    """Return the districts' names in one text: by them two cities that share a code in trials are told apart, wherever their ledgers lie."""
    return _BETWEEN.join(sorted(set(names)))


def is_same_city(one: str, other: str) -> bool:
    """Whether two lists of districts are one city's, at most half of which changed. A blank list is any city's.

    Examples
    --------
    >>> is_same_city("丙县、甲区、乙区", "丙区、甲区、乙区"), is_same_city("甲区、乙区", "丁县、戊县"), is_same_city("", "甲区")
    (True, False, True)
    """
    first, second = (set(filter(None, names.split(_BETWEEN))) for names in (one, other))
    return not first or not second or len(first & second) >= _ALIKE * len(first | second)


def city_for(city: str, audience: str) -> str:
    """Return the code under which a reader's breaks stand: other readers than internal have their own, worked out from what they are shown."""
    return city if audience == "internal" else f"{city}（非内部）"


def breaks_file(settings: Settings, store: Path) -> Path:
    return settings.breaks or store / FILE


def keep_breaks(file: Path, city: str, key: str, frame: pd.DataFrame, quarter: str) -> None:
    """Add the breaks that the table lacks for this city, worked out from the first quarter reported; what it has is never changed."""
    rows = _rows(file)
    names = dict(tables.load("indicators")[["indicator", "name"]].itertuples(index=False))
    new = [
        {"城市代码": city, "区县": key, "层级": _LEVEL_WORDS[level], "指标": indicator, "指标名称": names.get(indicator, ""),
         "断点": ";".join(_percent(bound) for bound in bounds), "来自季度": quarter}
        for (indicator, level), bounds in pin_breaks(frame, quarter, read_breaks(file, city, key)).items()
    ]  # fmt: skip
    if new:
        table = pd.concat([rows, pd.DataFrame(new, columns=COLUMNS)], ignore_index=True)
        write_whole(file, lambda path: table.to_csv(path, index=False, encoding="utf-8-sig"))


def carry_breaks(file: Path, city: str, key: str, texts: dict[str, str], quarter: str) -> bool:
    """Write breaks again as a manifest has them (``as_texts``); whether there were any to write. For a table that was lost with the store."""
    names = dict(tables.load("indicators")[["indicator", "name"]].itertuples(index=False))
    split = {tuple(said.split(" ", 1)): bounds for said, bounds in texts.items() if said.split(" ", 1)[0] in _LEVEL_WORDS.values() and " " in said}
    new = [
        {"城市代码": city, "区县": key, "层级": level, "指标": indicator, "指标名称": names.get(indicator, ""), "断点": bounds, "来自季度": quarter}
        for (level, indicator), bounds in split.items()
    ]
    if new:
        table = pd.concat([_rows(file), pd.DataFrame(new, columns=COLUMNS)], ignore_index=True)
        write_whole(file, lambda path: table.to_csv(path, index=False, encoding="utf-8-sig"))
    return bool(new)


def has_breaks(file: Path, city: str, key: str) -> bool:
    return bool(len(_of(_rows(file), city, key)))


def read_breaks(file: Path, city: str, key: str) -> Breaks:
    """Return the city's breaks.

    Raises
    ------
    SettingsError
        For a table without its columns, an unknown level, or breaks that are no rising percentages; names the row.
    """
    found: Breaks = {}
    levels = {word: level for level, word in _LEVEL_WORDS.items()}
    for row in _of(_rows(file), city, key).itertuples(index=False):
        if row.层级 not in levels:
            raise SettingsError(f"断点表 {file} 的层级“{row.层级}”不认识，应为 {'、'.join(levels)} 之一。请改正后重试。")
        found[row.指标, levels[row.层级]] = _bounds(row.断点, f"断点表 {file} 中 {row.指标}（{row.层级}）")
    return found


def as_texts(breaks: Breaks) -> dict[str, str]:
    """Return the breaks as the manifest records them."""
    return {f"{_LEVEL_WORDS[level]} {indicator}": ";".join(_percent(b) for b in bounds) for (indicator, level), bounds in breaks.items()}


def _bounds(text: str, where: str) -> tuple[Fraction, ...]:
    parts = [part.strip() for part in re.split(r"[;；、]", text) if part.strip()]
    if not parts or len(parts) > _MOST or not all(re.fullmatch(r"\d+(\.\d+)?\s*[%％]", part) for part in parts):
        raise SettingsError(f"{where}的断点写作“{text}”，应为一至{_MOST}个用分号隔开的百分数，例如 30%;40%;50%;60%。请改正后重试。")
    bounds = tuple(Fraction(part.rstrip("%％ ")) / 100 for part in parts)
    if list(bounds) != sorted(set(bounds)) or bounds[0] <= 0:
        raise SettingsError(f"{where}的断点“{text}”应从小到大、各不相同且大于零。请改正后重试。")
    return bounds


def _rows(file: Path) -> pd.DataFrame:
    if not file.is_file():
        return pd.DataFrame(columns=COLUMNS, dtype=str)
    rows = read_small_table(file, "断点表")
    rows.columns = [str(c).strip() for c in rows.columns]
    lacking = [c for c in ("层级", "指标", "断点") if c not in rows]
    if lacking:
        raise SettingsError(f"断点表 {file} 缺少列：{'、'.join(lacking)}。请补上，或删去这个文件由程序重新生成。")
    return rows.reindex(columns=COLUMNS, fill_value="").apply(lambda column: column.str.strip())


def _of(rows: pd.DataFrame, city: str, key: str) -> pd.DataFrame:
    """Return the rows of this city; a blank city or list of districts holds for every one."""
    return rows[rows["城市代码"].isin(("", city)) & rows["区县"].map(lambda names: is_same_city(names, key)).astype(bool)]


def _percent(bound: Fraction) -> str:
    return f"{float(bound * 100):.10g}%"
