"""GCJ-02 and BD-09 undone to less than a centimetre."""

import numpy as np
import pytest

from analysis.errors import BoundaryError
from analysis.places.crs import gcj02_to_bd09, to_wgs84, wgs84_to_gcj02

CENTIMETRE_DEG = 0.01 / 111_000


def chinese_points(count=2000):
    rng = np.random.default_rng(7)
    return rng.uniform(80, 130, count), rng.uniform(20, 50, count)


def test_gcj02_round_trip_is_right_to_a_centimetre():
    lon, lat = chinese_points()
    got = to_wgs84(*wgs84_to_gcj02(lon, lat), "gcj02")
    assert np.abs(got[0] - lon).max() < CENTIMETRE_DEG
    assert np.abs(got[1] - lat).max() < CENTIMETRE_DEG


def test_bd09_round_trip_is_right_to_a_centimetre():
    lon, lat = chinese_points()
    got = to_wgs84(*gcj02_to_bd09(*wgs84_to_gcj02(lon, lat)), "bd09")
    assert np.abs(got[0] - lon).max() < CENTIMETRE_DEG
    assert np.abs(got[1] - lat).max() < CENTIMETRE_DEG


def test_the_shift_is_some_hundreds_of_metres():
    lon, lat = wgs84_to_gcj02([114.3055], [30.5931])
    metres = np.hypot((lon - 114.3055) * 95_800, (lat - 30.5931) * 110_900)[0]
    assert 300 < metres < 700


def test_blanks_stay_blank_and_abroad_stays_where_it_is():
    lon, lat = to_wgs84([np.nan, 2.35, 114.0], [30.0, 48.85, 30.0], "gcj02")
    assert np.isnan(lon[0])
    assert (lon[1], lat[1]) == (2.35, 48.85)
    assert lon[2] != 114.0


def test_cgcs2000_is_taken_as_it_is():
    assert to_wgs84([114.0], [30.0], "cgcs2000")[0].tolist() == [114.0]


def test_unknown_crs():
    with pytest.raises(BoundaryError, match="坐标系“xian80”不认识"):
        to_wgs84([114.0], [30.0], "xian80")
