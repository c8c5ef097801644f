"""Coordinate systems met in China: WGS-84, CGCS2000, and the shifted GCJ-02 and BD-09, undone for whole arrays at once."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike

from analysis.errors import BoundaryError

CRS_NAMES = {"wgs84": "WGS-84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}
_AXIS_M = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_BD_ANGLE = np.pi * 3000.0 / 180.0
_STEPS = 12
_TOLERANCE_DEG = 1e-10  # some 0.01 mm


def _shifted_area(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return GCJ-02 degrees of WGS-84 degrees; points outside the shifted area stay, NaN stays NaN."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon - 105.0, lat - 35.0
    root, pi = np.sqrt(np.abs(x)), np.pi
    wave = 20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi) + 160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi) + 150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    radians = np.radians(lat)
    bend = 1 - _ECCENTRICITY * np.sin(radians) ** 2
    d_lat = north * 180 / (_AXIS_M * (1 - _ECCENTRICITY) / (bend * np.sqrt(bend)) * pi)
    d_lon = east * 180 / (_AXIS_M / np.sqrt(bend) * np.cos(radians) * pi)
    inside = _shifted_area(lon, lat)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return BD-09 degrees of GCJ-02 degrees."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_ANGLE)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _undo(forward, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    guess_lon, guess_lat = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        back_lon, back_lat = forward(guess_lon, guess_lat)
        miss_lon, miss_lat = back_lon - lon, back_lat - lat
        guess_lon, guess_lat = guess_lon - miss_lon, guess_lat - miss_lat
        worst = max(np.max(np.abs(miss), initial=0.0, where=np.isfinite(miss)) for miss in (miss_lon, miss_lat))
        if worst < _TOLERANCE_DEG:
            break
    return guess_lon, guess_lat


def to_wgs84(lon: ArrayLike, lat: ArrayLike, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Return WGS-84 degrees of points in ``crs`` (wgs84, cgcs2000, gcj02, bd09), right to less than 1 cm.

    CGCS2000 differs from WGS-84 by centimetres and is taken as it is. NaN stays NaN.

    Raises
    ------
    BoundaryError
        For a coordinate system of another name.

    Examples
    --------
    >>> lon, lat = to_wgs84([114.3055], [30.5931], "gcj02")
    >>> bool(abs(lon[0] - 114.3055) > 0.001)
    True
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    if crs in ("wgs84", "cgcs2000"):
        return lon, lat
    if crs not in CRS_NAMES:
        raise BoundaryError(f"坐标系“{crs}”不认识，应为 {'、'.join(CRS_NAMES)} 之一。请改正 workbench.toml 中的坐标系设置。")
    if crs == "bd09":
        lon, lat = _undo(gcj02_to_bd09, lon, lat)
    return _undo(wgs84_to_gcj02, lon, lat)


def geometry_to_wgs84(geometry: np.ndarray, crs: str) -> np.ndarray:
    """Return the geometries with every vertex brought to WGS-84."""
    points = shapely.get_coordinates(geometry)
    return shapely.set_coordinates(geometry.copy(), np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs)))
