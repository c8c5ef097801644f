"""Divisions that changed and development zones: whatever a ledger writes counts where the city counts it today."""

import geopandas as gpd
import pytest
import shapely

from analysis.errors import SettingsError
from analysis.intake.districts import Districts
from analysis.runs.sources import read_geography
from analysis.settings import Settings

CROSSWALK = """代码,名称,并入代码
990171,高新区,990101
990109,老丙县,990103
990102,乙县,
"""


@pytest.fixture
def settings(tmp_path):
    shapes = [shapely.box(105 + n, 37, 106 + n, 38) for n in range(3)]
    regions = gpd.GeoDataFrame({"adcode": ["990101", "990102", "990103"], "name": ["甲区", "乙区", "丙区"]}, geometry=shapes, crs=4326)
    regions.to_file(tmp_path / "b.geojson")
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK, encoding="utf-8-sig")
    return Settings(boundaries=tmp_path / "b.geojson", crosswalk=tmp_path / "crosswalk.csv")


@pytest.mark.parametrize(
    ("code", "name", "counts", "declared"),
    [
        ("990171", "", "990101", "990171"),  # a zone
        ("", "高新区", "990101", "990171"),
        ("990109", "老丙县", "990103", "990109"),  # dissolved into its neighbour
        ("", "老丙县", "990103", "990109"),
        ("990102", "乙县", "990102", "990102"),  # renamed: same code, name of before
        ("", "乙县", "990102", "990102"),
        ("", "乙区", "990102", "990102"),
    ],
)
def test_old_codes_old_names_and_zones_count_where_they_belong(settings, code, name, counts, declared):
    found = Districts(read_geography(settings).regions, "").resolve(code, name)
    assert (found.code, found.declared, found.rule, found.is_mismatch) == (counts, declared, None, False)


def test_a_renamed_district_bears_its_name_of_today(settings):
    regions = read_geography(settings).regions
    assert dict(zip(regions["code"], regions["name"], strict=True))["990102"] == "乙区"
    assert regions.loc[regions["host_code"] == "", "name"].tolist() == ["甲区", "乙区", "丙区"]
    assert Districts(regions, "").resolve("990102", "丁区").is_mismatch


def test_a_row_that_leads_nowhere_is_named(settings, tmp_path):
    (tmp_path / "crosswalk.csv").write_text("代码,名称,并入代码\n990109,老丙县,990199\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="把老丙县（990109）并入 990199，而本市没有这个区县"):
        read_geography(settings)
