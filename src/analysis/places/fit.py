"""How well neighbouring polygons fit together: overlaps, and slivers that nobody owns, measured on the ground and said by name."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

_LEAST_KM2 = 0.0005  # half a thousandth: five hundred square metres; less is the rounding of coordinates
_WIDEST_SLIVER = 0.02  # of the average region: a hole larger than this is a lake or another city, no mistake of drawing
_MOST_NAMED = 5


def misfits(regions: gpd.GeoDataFrame, where: str) -> tuple[str, ...]:
    """Return sentences on overlaps and slivers between regions (WGS-84), the largest first, with square kilometres and names.

    Nothing is refused: a development zone may lie within the district that hosts it.
    """
    names = regions["name"].tolist()
    shapes = shapely.set_precision(_kilometres(np.array(regions.geometry.values, dtype=object)), 1e-6)
    overlaps = _overlaps(shapes)
    said = []
    if overlaps:
        listed = [f"{names[a]}与{names[b]} {_km2(size)}" for size, a, b in overlaps]
        said.append(f"{where}中有界线重叠：{_several(listed)}。重叠处的点算作代码靠前的区域，请在制图软件中修正。")
    slivers = _slivers(shapes, float(shapely.area(shapes).mean()))
    if slivers:
        listed = [f"{'、'.join(names[i] for i in around)}之间 {_km2(size)}" for size, around in slivers]
        said.append(f"{where}中有缝隙不属于任何区域：{_several(listed)}。落在里面的点不上图；如不是外地飞地或水面，请在制图软件中修正。")
    return tuple(said)


def _kilometres(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes in kilometres (local equirectangular)."""
    west, south, _, north = shapely.total_bounds(shapes)
    middle = np.radians((south + north) / 2)
    return shapely.transform(shapes, lambda points: (points - (west, south)) * (111.320 * np.cos(middle), 110.95))


def _overlaps(shapes: np.ndarray) -> list[tuple[float, int, int]]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b]
    if not pairs:
        return []
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    sizes = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    found = [(float(size), int(i), int(j)) for size, i, j in zip(sizes, a, b, strict=True) if size >= _LEAST_KM2]
    return sorted(found, key=lambda row: (-row[0], row[1], row[2]))


def _slivers(shapes: np.ndarray, usual: float) -> list[tuple[float, list[int]]]:
    """Return holes of the union that are too small to be meant, with the regions around each; a region's own hole stays the region's business."""
    whole = shapely.union_all(shapes)
    rings = [ring for part in shapely.get_parts(whole) if part.geom_type == "Polygon" for ring in part.interiors]
    holes = shapely.polygons(rings) if rings else np.empty(0, dtype=object)
    sizes = shapely.area(holes)
    meant = (sizes >= _LEAST_KM2) & (sizes <= _WIDEST_SLIVER * usual)
    tree, found = shapely.STRtree(shapes), []
    for hole, size in zip(holes[meant], sizes[meant], strict=True):
        around = sorted(int(i) for i in tree.query(hole, predicate="intersects"))
        if len(around) > 1:
            found.append((float(size), around[:3]))
    return sorted(found, key=lambda row: (-row[0], row[1]))


def _km2(size: float) -> str:
    return f"{size:.3f}平方公里" if size < 1 else f"{size:.1f}平方公里"


def _several(items: list[str]) -> str:
    return "，".join(items[:_MOST_NAMED]) + (f"等 {len(items)} 处" if len(items) > _MOST_NAMED else "")
