"""Boundary files as they come: GeoJSON, GeoPackage, Shapefile; and in which coordinate system they really are."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from analysis.errors import BoundaryError
from analysis.places.crs import CRS_NAMES, geometry_to_wgs84

_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp")
_DATAV_MARKS = {"childrennum", "acroutes", "subfeatureindex", "parent", "level", "centroid", "center"}
_CHINA = (73.0, 3.0, 136.0, 54.5)
_KINDS = "GeoJSON（.geojson）、GeoPackage（.gpkg）或 Shapefile（.shp）"


def read_layer(path: Path, layer: str = "") -> gpd.GeoDataFrame:
    """Return the file's polygon layer, that named ``layer`` where it has several; ``crs`` is None where the file declares none (never so for GeoJSON).

    Raises
    ------
    BoundaryError
        For a missing, unreadable or empty file, one that is no map, or one with several polygon layers of which none is named.
    """
    if not path.is_file():
        raise BoundaryError(f"没有找到边界文件 {path}。请检查路径，或在 workbench.toml 的 boundaries、townships 中改正。")
    if path.suffix.lower() not in _SUFFIXES:
        raise BoundaryError(f"边界文件 {path.name} 的格式不认识，应为 {_KINDS}。压缩包请先解压。")
    if path.suffix.lower() in (".geojson", ".json"):
        _check_geojson(path)
    frame = _read_any_encoding(path, _choose_layer(path, layer))
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BoundaryError(f"边界文件 {path.name} 里没有图形，只有表格。请换成带界线的 {_KINDS}。")
    if frame.empty:
        raise BoundaryError(f"边界文件 {path.name} 是空的，一个区域也没有。请换成含各区县界线的文件。")
    if frame.crs is None and path.suffix.lower() in (".geojson", ".json"):
        frame = frame.set_crs(4326)  # RFC 7946
    return frame


def _check_geojson(path: Path) -> None:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BoundaryError(f"边界文件 {path.name} 不是完整的 UTF-8 编码 GeoJSON，读不下去。请重新导出或重新下载。") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise BoundaryError(f"文件 {path.name} 不是地图：应为含各区域界线的 GeoJSON（FeatureCollection）。请检查是否选错了文件。")
    if not features:
        raise BoundaryError(f"边界文件 {path.name} 是空的，一个区域也没有。请换成含各区县界线的文件。")


def _choose_layer(path: Path, wanted: str) -> str:
    try:
        layers = pyogrio.list_layers(path)
    except pyogrio.errors.DataSourceError as error:
        beside = "Shapefile 的 .shp、.shx、.dbf、.prj 须放在同一文件夹。" if path.suffix.lower() == ".shp" else ""
        raise BoundaryError(f"边界文件 {path.name} 打不开，可能已损坏或不是地图文件。{beside}请重新导出后再试。") from error
    drawn = [name for name, kind in layers if kind is not None]
    if not drawn:
        raise BoundaryError(f"边界文件 {path.name} 里没有带图形的图层。请换成带界线的 {_KINDS}。")
    if wanted and path.suffix.lower() == ".gpkg":
        if wanted not in drawn:
            raise BoundaryError(f"边界文件 {path.name} 里没有图层“{wanted}”，有的图层是：{'、'.join(drawn)}。请改正 boundary_layer、township_layer。")
        return wanted
    areas = [name for name, kind in layers if kind is not None and ("Polygon" in kind or kind == "Unknown")]
    if len(areas) == 1:
        return str(areas[0])
    if len(drawn) > 1:
        raise BoundaryError(
            f"边界文件 {path.name} 里有 {len(drawn)} 个图层（{'、'.join(drawn)}），不知用哪一个。"
            "请在 workbench.toml 的 boundary_layer（区县）、township_layer（乡镇街道）写明图层名，或另存为只含一个图层的文件。"
        )
    return str(drawn[0])


def _read_any_encoding(path: Path, layer: str) -> gpd.GeoDataFrame:
    is_shapefile = path.suffix.lower() == ".shp"
    try:
        frame = gpd.read_file(path, layer=layer, encoding="ISO-8859-1" if is_shapefile else None)
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError) as error:
        raise BoundaryError(f"边界文件 {path.name} 打不开，可能已损坏。请重新导出后再试。") from error
    except (shapely.errors.GEOSException, pyogrio.errors.GeometryError) as error:
        raise BoundaryError(f"边界文件 {path.name} 中有读不懂的图形（例如不足四点的环）。请在制图软件中检查几何后重新导出。") from error
    if not is_shapefile or not isinstance(frame, gpd.GeoDataFrame):
        return frame
    for encoding in ("utf-8", "gb18030"):
        try:
            return _decode(frame, encoding)
        except UnicodeDecodeError:
            continue
    raise BoundaryError(f"边界文件 {path.name} 的属性表既不是 UTF-8 也不是 GBK 编码。请在制图软件中另存为 UTF-8 后重试。")


def _decode(frame: gpd.GeoDataFrame, encoding: str) -> gpd.GeoDataFrame:
    """Decode a frame that was read byte for byte. Column names are cut at ten bytes, maybe amid a character: half a character is dropped."""
    decoded = frame.copy()
    for column in frame.columns.drop(frame.geometry.name):
        if pd.api.types.is_string_dtype(frame[column]):
            decoded[column] = [value if pd.isna(value) else value.encode("latin-1").decode(encoding) for value in frame[column]]
    return decoded.rename(columns={column: str(column).encode("latin-1").decode(encoding, errors="ignore") for column in frame.columns})


def bring_to_wgs84(frame: gpd.GeoDataFrame, path: Path, boundary_crs: str) -> tuple[gpd.GeoDataFrame, str, tuple[str, ...]]:
    """Return the frame in WGS-84, the coordinate system it was taken for, and warnings."""
    marks = {str(column).lower() for column in frame.columns} & _DATAV_MARKS
    is_datav = "adcode" in {str(column).lower() for column in frame.columns} and len(marks) >= 2
    shifted = boundary_crs if boundary_crs in ("gcj02", "bd09") else ""
    warnings: list[str] = []
    if frame.crs is None and not shifted:
        raise BoundaryError(
            f"边界文件 {path.name} 没有写明坐标系（Shapefile 缺 .prj，或图层未定义坐标系）。请在制图软件中写明坐标系（一般为 CGCS2000，EPSG:4490）后重新导出。"
        )
    declared = _name_of(frame) if frame.crs is not None else CRS_NAMES[shifted]
    if is_datav and not boundary_crs:
        shifted = "gcj02"
        warnings.append(
            f"边界文件 {path.name} 带有 DataV 数据的标记，已按 GCJ-02 坐标还原为 WGS-84；"
            '如确是 WGS-84，请在 workbench.toml 中设 boundary_crs = "wgs84"。此类界线为可视化简化数据，只宜内部使用。'
        )
    elif is_datav and not shifted:
        warnings.append(f"边界文件 {path.name} 带有 DataV 数据的标记，这类数据通常是 GCJ-02 坐标；已按设置当作 {CRS_NAMES[boundary_crs]}。")
    _check_degrees(frame, path)
    if frame.crs is not None and frame.crs.to_epsg() != 4326:
        frame = frame.to_crs(4326)
    elif frame.crs is None:
        frame = frame.set_crs(4326)
    frame, turned = _turn_axes(frame, path, declared)
    warnings += turned
    if shifted:
        declared = f"{CRS_NAMES[shifted]}（已还原为 WGS-84）"
        frame = frame.set_geometry(gpd.GeoSeries(geometry_to_wgs84(np.array(frame.geometry.values), shifted), index=frame.index, crs=4326))
    west, south, east, north = frame.total_bounds
    if not (west >= _CHINA[0] and south >= _CHINA[1] and east <= _CHINA[2] and north <= _CHINA[3]):
        warnings.append(f"边界文件 {path.name} 的范围是经度 {west:.2f} 至 {east:.2f}、纬度 {south:.2f} 至 {north:.2f}，超出我国范围。请核对坐标系。")
    return frame, declared, tuple(warnings)


def _name_of(frame: gpd.GeoDataFrame) -> str:
    if frame.crs.name.upper().endswith("CRS84") or "CRS84" in frame.crs.name.upper():
        return "EPSG:4326"
    code = frame.crs.to_epsg()
    return f"EPSG:{code}" if code else frame.crs.name


def _check_degrees(frame: gpd.GeoDataFrame, path: Path) -> None:
    if frame.crs is not None and not frame.crs.is_geographic:
        return
    bounds = frame.total_bounds
    if np.isfinite(bounds).all() and np.abs(bounds).max() > 360:
        raise BoundaryError(
            f"边界文件 {path.name} 声明为经纬度，坐标值却达 {np.abs(bounds).max():.0f}，像是以米计的投影坐标。请在制图软件中写明正确的坐标系后重新导出。"
        )


def _turn_axes(frame: gpd.GeoDataFrame, path: Path, declared: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Exchange the axes where the declared system has latitude first (EPSG:4490) and the figures can be nothing else; refuse any other exchange."""
    west, south, east, north = frame.total_bounds
    exchanged = west >= _CHINA[1] and east <= _CHINA[3] and south >= _CHINA[0] and north <= _CHINA[2]
    if exchanged and declared == "EPSG:4490":
        turned = shapely.transform(np.array(frame.geometry.values), lambda points: points[:, ::-1])
        said = f"边界文件 {path.name} 按 EPSG:4490 声明的轴序写成纬度在前、经度在后，已换成经度在前读入。请核对图形。"
        return frame.set_geometry(gpd.GeoSeries(turned, index=frame.index, crs=frame.crs)), [said]
    if exchanged or abs(south) > 90 or abs(north) > 90:
        raise BoundaryError(f"边界文件 {path.name} 的经度和纬度写反了（经度应在前、纬度在后）。请在制图软件中交换坐标后重新导出。")
    return frame, []
