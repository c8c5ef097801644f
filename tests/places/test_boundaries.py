"""Boundary files as users have them: formats, encodings, names of columns, coordinate systems, and every way to be wrong."""

import json

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from analysis.errors import BoundaryError
from analysis.places.boundaries import read_boundaries, read_townships
from analysis.places.crs import wgs84_to_gcj02
from analysis.settings import Settings

SETTINGS = Settings()
EAST, WEST = shapely.box(105.0, 37.0, 106.0, 38.0), shapely.box(104.0, 37.0, 105.0, 38.0)
BOW_TIE = shapely.Polygon([(105, 37), (106, 38), (106, 37), (105, 38)])


def frame(codes=("990102", "990101"), names=("澄东区", "澄西区"), shapes=(EAST, WEST), code="adcode", name="name", crs=4326, **more):
    return gpd.GeoDataFrame({code: list(codes), name: list(names), **more}, geometry=list(shapes), crs=crs)


def geojson(folder, features, **members):
    path = folder / "界线.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}, ensure_ascii=False), encoding="utf-8")
    return path


def feature(shape, **properties):
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}


def pair(**more):
    return [feature(EAST, adcode=990102, name="澄东区", **more), feature(WEST, adcode=990101, name="澄西区", **more)]


def test_geojson_without_crs_is_wgs84_and_codes_are_sorted_text(tmp_path):
    got = read_boundaries(geojson(tmp_path, pair()), SETTINGS)
    assert got.regions["code"].tolist() == ["990101", "990102"]
    assert got.regions["name"].tolist() == ["澄西区", "澄东区"]
    assert (got.declared_crs, got.warnings, got.regions.crs.to_epsg()) == ("EPSG:4326", (), 4326)
    assert got.regions.geometry.iloc[1].equals(EAST)


@pytest.mark.parametrize("raw", ["156990101", "990101000000", " 990101 ", "９９０１０１", 990101.0])
def test_codes_are_tidied(tmp_path, raw):
    path = geojson(tmp_path, [feature(EAST, gb=raw, 名称="澄东区")])
    assert read_boundaries(path, SETTINGS).regions["code"].tolist() == ["990101"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_shapefile_in_either_encoding(tmp_path, encoding):
    path = tmp_path / "区划.shp"
    frame(code="区划代" if encoding == "utf-8" else "区划代码", name="名称", crs=4490).to_file(path, encoding=encoding)
    (tmp_path / "区划.cpg").unlink()
    got = read_boundaries(path, SETTINGS)
    assert got.regions["name"].tolist() == ["澄西区", "澄东区"]
    assert got.declared_crs == "EPSG:4490"


def test_geopackage_in_projected_coordinates(tmp_path):
    path = tmp_path / "a.gpkg"
    frame().to_crs(4544).to_file(path)
    got = read_boundaries(path, SETTINGS)
    assert got.declared_crs == "EPSG:4544"
    assert shapely.hausdorff_distance(got.regions.geometry.iloc[1], EAST) < 1e-6


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::4490", "EPSG:4490", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_axis_declarations_read_as_longitude_latitude(tmp_path, name):
    path = geojson(tmp_path, pair(), crs={"type": "name", "properties": {"name": name}})
    got = read_boundaries(path, SETTINGS)
    assert got.regions.total_bounds.round(6).tolist() == [104.0, 37.0, 106.0, 38.0]


def gcj(shape):
    return shapely.transform(shape, lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))


def test_gcj02_by_setting_is_undone(tmp_path):
    path = geojson(tmp_path, [feature(gcj(EAST), adcode="990102", name="澄东区")])
    got = read_boundaries(path, Settings(boundary_crs="gcj02"))
    assert shapely.hausdorff_distance(got.regions.geometry.iloc[0], EAST) < 1e-7
    assert got.declared_crs.startswith("GCJ-02")


def test_datav_marks_are_undone_and_warned_of(tmp_path):
    path = geojson(tmp_path, [feature(gcj(EAST), adcode=990102, name="澄东区", childrenNum=0, level="district", parent={"adcode": 990100}, acroutes=[100000])])
    got = read_boundaries(path, SETTINGS)
    assert shapely.hausdorff_distance(got.regions.geometry.iloc[0], EAST) < 1e-7
    assert "DataV" in got.warnings[0]
    kept = read_boundaries(path, Settings(boundary_crs="wgs84"))
    assert kept.regions.geometry.iloc[0].equals(gcj(EAST))
    assert "已按设置当作 WGS-84" in kept.warnings[0]


def test_missing_crs_says_what_to_do(tmp_path):
    path = tmp_path / "a.shp"
    frame().to_file(path)
    (tmp_path / "a.prj").unlink()
    with pytest.raises(BoundaryError, match=r"没有写明坐标系.*缺 \.prj.*重新导出"):
        read_boundaries(path, SETTINGS)


def test_metres_declared_as_degrees(tmp_path):
    shape = shapely.box(500_000, 4_100_000, 510_000, 4_110_000)
    with pytest.raises(BoundaryError, match="像是以米计的投影坐标"):
        read_boundaries(geojson(tmp_path, [feature(shape, adcode="990101", name="澄东区")]), SETTINGS)


def test_exchanged_axes(tmp_path):
    shape = shapely.box(37, 104, 38, 105)
    with pytest.raises(BoundaryError, match="经度和纬度写反了"):
        read_boundaries(geojson(tmp_path, [feature(shape, adcode="990101", name="澄东区")]), SETTINGS)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_latitude_first_as_4490_declares_it_is_turned_and_told(tmp_path, suffix):
    right = gpd.GeoDataFrame({"adcode": ["990101"], "name": ["澄东区"]}, geometry=[shapely.box(104, 37, 105, 38)], crs=4490)
    turned = right.set_geometry(gpd.GeoSeries([shapely.box(37, 104, 38, 105)], crs=4490))
    turned.to_file(tmp_path / f"b.{suffix}")
    got = read_boundaries(tmp_path / f"b.{suffix}", SETTINGS)
    assert got.regions.total_bounds.round(6).tolist() == [104, 37, 105, 38]
    assert got.warnings == (f"边界文件 b.{suffix} 按 EPSG:4490 声明的轴序写成纬度在前、经度在后，已换成经度在前读入。请核对图形。",)


def test_invalid_ring_is_named_or_repaired(tmp_path):
    path = geojson(tmp_path, [feature(BOW_TIE, adcode="990101", name="澄东区"), feature(WEST, adcode="990102", name="澄西区")])
    with pytest.raises(BoundaryError, match=r"澄东区（自相交，位置 .*repair_boundaries = true"):
        read_boundaries(path, SETTINGS)
    got = read_boundaries(path, Settings(repair_boundaries=True))
    assert got.regions.geometry.is_valid.all()
    assert "已自动修复" in got.warnings[0]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([], "是空的"),
        ([feature(EAST, adcode="990101", name="甲"), feature(WEST, adcode="990101", name="乙")], "代码 990101（甲、乙）出现不止一次而名称不同"),
        ([feature(EAST, 编号="990101", name="甲")], "找不到代码列；看到的列有：编号、name"),
        ([feature(EAST, adcode="990101", 标题="甲")], "找不到名称列；看到的列有：adcode、标题"),
        ([feature(EAST, adcode="9901", name="甲")], r"甲（9901） 的代码不是六位数字"),
        ([feature(shapely.Point(105, 37), adcode="990101", name="甲")], "甲 不是面"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, features, message):
    with pytest.raises(BoundaryError, match=message):
        read_boundaries(geojson(tmp_path, features), SETTINGS)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.geojson", b"{oops", "不是完整的"),
        ("a.json", b"[1, 2]", "不是地图"),
        ("a.gpkg", b"abc", "打不开"),
        ("a.shp", b"abc", "打不开"),
        ("a.xlsx", b"abc", "格式不认识"),
    ],
)
def test_files_that_are_no_map(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BoundaryError, match=message):
        read_boundaries(tmp_path / name, SETTINGS)


def test_no_such_file_and_several_layers(tmp_path):
    with pytest.raises(BoundaryError, match="没有找到边界文件"):
        read_boundaries(tmp_path / "没有.geojson", SETTINGS)
    pyogrio.write_dataframe(frame(), tmp_path / "a.gpkg", layer="区县")
    pyogrio.write_dataframe(frame(), tmp_path / "a.gpkg", layer="旧区县", append=True)
    with pytest.raises(BoundaryError, match="2 个图层（区县、旧区县）"):
        read_boundaries(tmp_path / "a.gpkg", SETTINGS)


def test_a_named_layer_is_read_and_points_beside_it_do_not_matter(tmp_path):
    pyogrio.write_dataframe(frame(), tmp_path / "a.gpkg", layer="区县")
    pyogrio.write_dataframe(frame(names=("旧东区", "旧西区")), tmp_path / "a.gpkg", layer="旧区县", append=True)
    assert read_boundaries(tmp_path / "a.gpkg", Settings(boundary_layer="旧区县")).regions["name"].tolist() == ["旧西区", "旧东区"]
    with pytest.raises(BoundaryError, match="没有图层“新区县”，有的图层是：区县、旧区县"):
        read_boundaries(tmp_path / "a.gpkg", Settings(boundary_layer="新区县"))
    pyogrio.write_dataframe(frame(), tmp_path / "b.gpkg", layer="区县")
    pyogrio.write_dataframe(frame(shapes=(EAST.centroid, WEST.centroid)), tmp_path / "b.gpkg", layer="驻地", append=True)
    assert read_boundaries(tmp_path / "b.gpkg", SETTINGS).regions["code"].tolist() == ["990101", "990102"]


def test_a_region_in_several_parts_is_joined_and_told(tmp_path):
    island = shapely.box(106.5, 37.0, 106.6, 37.1)
    got = read_boundaries(geojson(tmp_path, [*pair(), feature(island, adcode=990102, name="澄东区")]), SETTINGS)
    assert got.regions["code"].tolist() == ["990101", "990102"]
    assert got.regions.geometry.iloc[1].equals(shapely.union(EAST, island))
    assert got.warnings == ("边界文件 界线.geojson 中 澄东区（2 块） 分成几个图形，已合为一个区域。",)


def test_overlaps_and_slivers_are_measured_and_named(tmp_path):
    wide = shapely.box(104.0, 37.0, 105.001, 38.0)
    got = read_boundaries(geojson(tmp_path, [feature(EAST, adcode=990102, name="澄东区"), feature(wide, adcode=990101, name="澄西区")]), SETTINGS)
    assert got.warnings == ("边界文件 界线.geojson 中有界线重叠：澄西区与澄东区 9.8平方公里。重叠处的点算作代码靠前的区域，请在制图软件中修正。",)
    notched = shapely.difference(WEST, shapely.box(104.99, 37.5, 105.0, 37.51))
    got = read_boundaries(geojson(tmp_path, [feature(EAST, adcode=990102, name="澄东区"), feature(notched, adcode=990101, name="澄西区")]), SETTINGS)
    assert got.warnings == (
        "边界文件 界线.geojson 中有缝隙不属于任何区域：澄西区、澄东区之间 0.980平方公里。落在里面的点不上图；如不是外地飞地或水面，请在制图软件中修正。",
    )


def test_a_lake_is_no_sliver_and_rounding_no_overlap(tmp_path):
    lake = shapely.difference(WEST, shapely.box(104.7, 37.3, 105.0, 37.6))
    near = shapely.box(105.0 - 1e-9, 37.0, 106.0, 38.0)
    got = read_boundaries(geojson(tmp_path, [feature(near, adcode=990102, name="澄东区"), feature(lake, adcode=990101, name="澄西区")]), SETTINGS)
    assert got.warnings == ()


def test_townships_find_their_district_by_column_code_or_place(tmp_path):
    districts = read_boundaries(geojson(tmp_path, pair()), SETTINGS).regions
    features = [
        feature(shapely.box(105.1, 37.1, 105.2, 37.2), code="990101009", name="按列", district_code="990102"),
        feature(shapely.box(104.1, 37.1, 104.2, 37.2), code="990101001000", name="按代码", district_code=None),
        feature(shapely.box(105.3, 37.1, 105.4, 37.2), code="990199001", name="按位置", district_code=None),
    ]
    got = read_townships(geojson(tmp_path, features), districts, SETTINGS).regions
    assert dict(zip(got["name"], got["district_code"], strict=True)) == {"按列": "990102", "按代码": "990101", "按位置": "990102"}
    assert got["code"].tolist() == ["990101001", "990101009", "990199001"]


def test_a_township_in_no_district(tmp_path):
    districts = read_boundaries(geojson(tmp_path, pair()), SETTINGS).regions
    path = geojson(tmp_path, [feature(shapely.box(110, 37, 111, 38), code="880101001", name="飞地镇")])
    with pytest.raises(BoundaryError, match="飞地镇 不在任何区县内"):
        read_townships(path, districts, SETTINGS)
