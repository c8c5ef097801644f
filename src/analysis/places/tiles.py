"""Squares for regions where polygons may not be used: each near its place, none on another; by code where there is no place to go by."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

COLUMNS = ["code", "row", "col", "short_name"]
_SUFFIXES = ("自治县", "开发区", "新区", "街道", "区", "县", "市", "镇", "乡")
_SPARES = (1.0, 1.25, 1.6)  # squares for each region: room lets the outline keep some of its shape
_WIDER = 1.6  # than high, where the squares only follow the codes
_WIDEST = 12


def tiles_of(regions: pd.DataFrame) -> pd.DataFrame:
    """Return ``code, row, col, short_name`` (rows count downwards from 1) for ``code, name`` and, where there is one, ``geometry``.

    With polygons every region takes a square near its middle, all together as near as can be; without, the squares follow the codes.
    """
    count = len(regions)
    if count == 0:
        return pd.DataFrame(columns=COLUMNS)
    if isinstance(regions, gpd.GeoDataFrame) and count > 1:
        rows, columns = _by_place(regions)
    else:
        across = min(2 * _WIDEST, int(np.ceil(np.sqrt(count * _WIDER))))
        rows, columns = np.divmod(np.arange(count), across)
    rows, columns = _closed_up(rows), _closed_up(columns)
    made = pd.DataFrame({"code": regions["code"].to_numpy(), "row": rows + 1, "col": columns + 1, "short_name": short_names(regions["name"].tolist())})
    return made.sort_values("code", ignore_index=True)


def short_names(names: list[str]) -> list[str]:
    """Return names without 区, 县, 街道 …, unless that leaves one character or makes two alike.

    Examples
    --------
    >>> short_names(["澄东区", "澄东县", "雁坪县", "向区"])
    ['澄东区', '澄东县', '雁坪', '向区']
    """
    cut = []
    for name in names:
        suffix = next((s for s in _SUFFIXES if name.endswith(s) and len(name) - len(s) >= 2), "")
        cut.append(name[: len(name) - len(suffix)])
    return [short if cut.count(short) == 1 else name for short, name in zip(cut, names, strict=True)]


def _by_place(regions: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    middles = shapely.centroid(np.array(regions.geometry.values, dtype=object))
    x, y = shapely.get_x(middles), shapely.get_y(middles)
    x = (x - x.min()) * np.cos(np.radians(y.mean()))
    y = y.max() - y
    found = [_assigned(x, y, spare) for spare in _SPARES]
    return min(found, key=lambda grid: grid[0])[1:]


def _assigned(x: np.ndarray, y: np.ndarray, spare: float) -> tuple[float, np.ndarray, np.ndarray]:
    """Return how far regions stand from where they belong, in squares, and their rows and columns on a grid with so many squares a region."""
    from scipy.optimize import linear_sum_assignment  # a quarter of a second to import, needed where a package is made

    wide, high = max(float(np.ptp(x)), 1e-9), max(float(np.ptp(y)), 1e-9)
    across = int(np.clip(round(np.sqrt(len(x) * spare * wide / high)), 1, len(x)))
    across = min(across, 2 * _WIDEST) if len(x) > _WIDEST else across
    down = max(1, int(np.ceil(len(x) * spare / across)))
    # ranks and places each say half: crowded middles spread out, the outline stays
    u = (x / wide + _ranks(x)) / 2 * (across - 1)
    v = (y / high + _ranks(y)) / 2 * (down - 1)
    rows, columns = np.divmod(np.arange(across * down), across)
    cost = (u[:, None] - columns[None, :]) ** 2 + (v[:, None] - rows[None, :]) ** 2
    taken, chosen = linear_sum_assignment(cost)
    return float(cost[taken, chosen].mean()) * spare, rows[chosen], columns[chosen]


def _ranks(values: np.ndarray) -> np.ndarray:
    ranks = pd.Series(np.round(values, 9)).rank().to_numpy() - 1
    return (ranks - ranks.min()) / max(float(np.ptp(ranks)), 1.0)


def _closed_up(numbers: np.ndarray) -> np.ndarray:
    """Return the numbers with lines that nobody uses taken out."""
    return np.searchsorted(np.unique(numbers), numbers)
