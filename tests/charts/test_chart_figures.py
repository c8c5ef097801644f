"""Tile grid, bars, ladder, slopes and overlap."""

from dataclasses import replace
from math import pi

import pandas as pd
import pytest
from squares import NAMES, counts, fact, overlapping, rates

from analysis import paths
from analysis.charts.bars import ladder, ranked_bars
from analysis.charts.imprint import Imprint
from analysis.charts.overlap import distance_for, lens_area, overlap_chart
from analysis.charts.slopes import slope_chart
from analysis.charts.tilegrid import tile_grid
from analysis.errors import ExportError

PLAIN = Imprint()
TILES = pd.DataFrame({"code": list(NAMES), "row": list("000111"), "col": list("012012"), "short_name": [name[0] for name in NAMES.values()]})


def texts(drawn, role):
    return [text["text"] for text in drawn.record["texts"] if text["role"] == role]


def boxes(drawn):
    return [text["box"] for text in drawn.record["texts"]]


def test_tiles_show_every_kind_and_list_what_has_no_place():
    drawn = tile_grid(TILES, [*rates(), replace(fact("999999", 30), region_name="其余地区")], PLAIN)
    assert [look["kind"] for look in drawn.record["regions"].values()] == ["class", "class", "zero", "no_data", "suppressed", "incomplete"]
    assert "未上图：其余地区 30.0%。" in drawn.record["notes"]
    assert texts(drawn, "label")[:4] == ["甲", "25.0%", "乙", "75.0%"]
    assert texts(drawn, "mark") == []
    assert overlapping(boxes(drawn)) == []


def test_tiles_say_what_is_wrong_with_their_placement():
    with pytest.raises(ExportError, match="缺少列：col"):
        tile_grid(TILES.drop(columns="col"), rates(), PLAIN)
    with pytest.raises(ExportError, match="甲、乙 占了同一格"):
        tile_grid(TILES.assign(col=["1", "1", "2", "0", "1", "2"]), rates(), PLAIN)


def test_the_provinces_are_complete_and_each_has_a_square():
    tiles = pd.read_csv(paths.DATA / "census2004" / "tiles.csv", dtype=str)
    assert len(tiles) == 34 and tiles["code"].is_unique
    assert not tiles.duplicated(["row", "col"]).any()
    assert {"710000", "810000", "820000"} <= set(tiles["code"])


def test_bars_are_ranked_to_scale_with_blanks_last():
    city = fact("990100", 40)
    drawn = ranked_bars(rates(), PLAIN, city=city, highlight="990106")
    assert texts(drawn, "name") == ["乙区", "己市", "甲区", "丙区", "丁县", "戊县"]
    assert texts(drawn, "label") == ["75.0%", "45.0%", "25.0%", "0.0%", "无数据", "不予显示"]
    assert texts(drawn, "city") == ["全市 40.0%"]
    lengths = [row["length_mm"] for row in drawn.record["rows"]]
    assert lengths[0] == pytest.approx(3 * lengths[2])
    assert lengths[3] == 0 and lengths[4] is None
    assert drawn.facts[-1] == city.id
    assert overlapping(boxes(drawn)) == []


@pytest.mark.parametrize("city", range(20, 80, 3))
def test_no_figure_touches_the_city_s_line(city):
    drawn = ranked_bars(rates(), PLAIN, city=fact("990100", city))
    line = drawn.record["city_mm"]
    labels = [text["box"] for text in drawn.record["texts"] if text["role"] == "label" and text["text"].endswith("%")]
    assert len(labels) == 4 and all(box[2] + 1 < line or line < box[0] - 1 for box in labels)


def test_bars_of_counts_carry_their_unit():
    drawn = ranked_bars(counts(30, 5, indicator="blind_unit_count"), PLAIN, unit="家", is_ascending=True)
    assert texts(drawn, "label") == ["5家", "30家"]


def test_bars_with_nothing_to_show():
    drawn = ranked_bars([fact("990101", None, status="no_data", reason="缺表")], PLAIN)
    assert drawn.alt == "条形图：单位覆盖率。全部地区无数据。"


def test_ladder_stands_on_its_lowest_level():
    levels = [replace(fact("990100", n, None, indicator=f"union_level_{i}_count"), name=f"第{i}级") for i, n in enumerate([30, 44, 61, 190, 120, 33], start=1)]
    shell = replace(fact("990100", 135, 478, indicator="shell_rate"), name="挂牌、空壳工会占比")
    drawn = ladder(levels, PLAIN, shell=shell)
    assert texts(drawn, "name")[0] == "L1 第1级"
    assert texts(drawn, "label") == ["30个", "44个", "61个", "190个", "120个", "33个"]
    assert texts(drawn, "bracket") == ["挂牌、空壳工会占比", "28.2%"]
    assert overlapping(boxes(drawn)) == []


def test_slopes_say_which_way_and_name_what_is_not_drawn():
    then = [fact(code, n, quarter="2021Q2") for code, n in zip(NAMES, (20, 80, 0, 30, 30, 45), strict=True)]
    drawn = slope_chart(then, rates(), PLAIN, city=(fact("990100", 40, quarter="2021Q2"), fact("990100", 41)))
    assert [line["way"] for line in drawn.record["lines"]] == ["rise", "fall", "flat", "flat", "rise"]
    assert drawn.record["lines"][-1]["colour"] == "#a40e26"
    assert "缺一个季度的数字、未画线：丁县、戊县。" in drawn.record["notes"]
    assert overlapping(boxes(drawn)) == []


def test_slope_labels_of_equal_figures_do_not_collide():
    then = [fact(code, 40, quarter="2021Q2") for code in NAMES]
    drawn = slope_chart(then, [fact(code, 41) for code in NAMES], PLAIN)
    assert overlapping(boxes(drawn)) == []


@pytest.mark.parametrize(("one", "other", "share"), [(20, 15, 0.3), (20, 20, 0.9), (10, 3, 0.5), (20, 15, 0.01)])
def test_circles_share_the_area_asked_for(one, other, share):
    shared = share * pi * min(one, other) ** 2
    assert lens_area(one, other, distance_for(one, other, shared)) == pytest.approx(shared, rel=1e-6)


@pytest.mark.parametrize(
    "numbers", [(820, 610, 410, 1020), (820, 610, 0, 1430), (820, 610, 610, 820), (820, 10, 3, 827), (7, 0, 0, 7), (0, 7, 0, 7), (0, 0, 0, 0)]
)
def test_overlap_shows_four_figures_clear_of_each_other(numbers):
    segments = ("small_micro", "two_new", "small_micro_and_two_new", "small_micro_or_two_new")
    drawn = overlap_chart(*[fact("990100", n, None, indicator="eligible_unit_count", segment=s) for n, s in zip(numbers, segments, strict=True)], PLAIN)
    assert overlapping(boxes(drawn)) == []
    assert len(drawn.facts) == 4
    assert drawn.alt.startswith(f"重叠图：小微企业{numbers[0]}家，两新组织{numbers[1]}家")


def test_overlap_of_a_blank_is_not_drawn():
    parts = [fact("990100", None, None, segment=s, status="no_data", reason="没有登记注册类型") for s in ("small_micro", "two_new", "small_micro", "two_new")]
    assert texts(overlap_chart(*parts, PLAIN), "blank") == ["无数据，不画重叠图"]
