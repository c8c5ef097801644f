"""Maps: what is drawn, in which colour, with which label, and what stands around it."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction

import pytest
import shapely
from squares import counts, fact, overlapping, rates, regions

from analysis.charts.grades import blind_grade, grade_map
from analysis.charts.imprint import Imprint
from analysis.charts.maps import choropleth, pair_map, symbol_map
from analysis.errors import ExportError
from analysis.settings import Settings

PLAIN = Imprint(source="演示台账")
SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn, role):
    return [text["text"] for text in drawn.record["texts"] if text["role"] == role]


def test_classes_colours_and_blanks():
    record = choropleth(regions(), rates(), PLAIN).record
    looks = record["regions"]
    assert {code: look["kind"] for code, look in looks.items()} == {"990101": "class", "990102": "class", "990103": "zero", "990104": "no_data",
                                                                    "990105": "suppressed", "990106": "incomplete"}  # fmt: skip
    assert looks["990101"]["fill"] == record["colours"][0]
    assert looks["990102"]["fill"] == record["colours"][3]
    assert len({(look["fill"], look["hatch"]) for look in looks.values()}) == 6


def test_the_legend_names_the_blanks_that_occur_and_no_others():
    assert choropleth(regions(), rates(), PLAIN).record["legend"] == [
        "90%及以上", "70%～90%", "50%～70%", "30%～50%", "不足30%", "零", "无数据", "不予显示", "数据不全（加点）"]  # fmt: skip
    whole = [fact(code, 45) for code in regions()["code"]]
    assert len(choropleth(regions(), whole, PLAIN).record["legend"]) == 5


def test_every_label_is_a_facts_own_text_and_none_lies_on_another():
    facts = rates()
    drawn = choropleth(regions(), facts, PLAIN)
    assert drawn.record["labels"]["990101"]["lines"] == ["甲区", "25.0%"]
    assert drawn.record["labels"]["990104"]["lines"] == ["丁县", "无数据"]
    assert drawn.record["labels"]["990105"]["lines"] == ["戊县", "不予显示"]
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []
    assert drawn.facts == tuple(f.id for f in facts)


def test_a_label_too_large_for_its_polygon_is_led_out_clear_of_all():
    place = regions()
    place.loc[1, "geometry"] = shapely.box(105.2, 37, 105.21, 37.2)
    place.loc[2, "geometry"] = shapely.box(105.21, 37, 105.6, 37.2)
    drawn = choropleth(place, rates(), PLAIN)
    assert drawn.record["labels"]["990102"]["led_out"]
    assert not drawn.record["labels"]["990103"]["led_out"]
    assert drawn.record["keys"] == {}
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []


def test_labels_lie_on_the_paper():
    drawn = choropleth(regions(), rates(), replace(PLAIN, is_demo=True))
    for text in drawn.record["texts"]:
        west, south, east, north = text["box"]
        assert west >= -0.1 and east <= 156.1 and north <= drawn.record["height_mm"], text
        assert south >= -drawn.record["height_mm"], text


def test_what_stands_around_the_map():
    drawn = choropleth(regions(), rates(), replace(PLAIN, is_demo=True))
    assert texts(drawn, "mark") == ["内部使用 不得公开", "演示数据"]
    assert texts(drawn, "north") == ["北"]
    assert texts(drawn, "scale")[1].endswith("公里")
    notes = "".join(drawn.record["notes"])
    assert "资料来源：演示台账。时点：2021年9月30日。单位覆盖率的分母为应建会单位。" in notes
    assert "无数据：丁县（没有交覆盖关系表）。" in notes
    assert "不予显示：戊县（单位不足5家）。" in notes
    assert "数据不全：己市" in notes


def test_the_scale_bar_is_right():
    record = choropleth(regions(), rates(), PLAIN).record
    assert record["scale_km"] in (1, 2, 5, 10, 20, 50)


def test_facts_without_polygon_are_listed_and_polygons_without_fact_are_blank():
    drawn = choropleth(regions(), [fact("990101", 25), replace(fact("999999", 30), region_name="其余地区")], PLAIN)
    assert "未上图：其余地区 30.0%。" in drawn.record["notes"]
    assert drawn.record["regions"]["990102"]["kind"] == "no_data"
    assert any(note.startswith("没有数字：乙区") for note in drawn.record["notes"])
    assert "999999" not in drawn.record["regions"]


def test_counts_stand_as_n_under_the_rate():
    drawn = choropleth(regions(), rates(), PLAIN, counts=counts(120, 80, 60, 50, 40, 30, indicator="eligible_unit_count", name="应建会单位"))
    assert drawn.record["labels"]["990101"]["lines"] == ["甲区", "25.0%", "n=120"]


def test_svg_is_well_formed_titled_and_quiet():
    place = regions()
    place.loc[0, "name"] = '甲<区>&"'
    svg = choropleth(place, rates(), PLAIN).svg
    root = ElementTree.fromstring(svg)
    drawn = [group for group in root.iter(f"{SVG}g") if group.get("class") == "region"]
    assert [group.get("data-region") for group in drawn] == regions()["code"].tolist()
    assert drawn[0].find(f"{SVG}title").text == '甲<区>&"：单位覆盖率 25.0%（25/100）'
    assert drawn[3].find(f"{SVG}title").text == "丁县：单位覆盖率 无数据（没有交覆盖关系表）"
    figures = {group.get("data-fact"): "".join(group.itertext()).strip() for group in root.iter(f"{SVG}g") if group.get("class") == "figure"}
    assert figures["2021Q3/990101/all/unit_coverage_rate"] == "25.0%"
    assert "Microsoft YaHei" in svg and "<script" not in svg and "dc:date" not in svg and 'id="text' not in svg
    assert len(svg) < 60_000


def test_the_same_facts_give_the_same_bytes():
    first, second = (choropleth(regions(), rates(), PLAIN) for _ in range(2))
    assert (first.svg, first.png) == (second.svg, second.png)


def test_alt_text():
    assert choropleth(regions(), rates(), PLAIN).alt == "分级统计图：单位覆盖率，4个地区有数据，最高为乙区 75.0%，最低为丙区 0.0%；丁县、戊县无数据或不予显示。"


@pytest.mark.parametrize(
    "draw",
    [
        lambda imprint: choropleth(regions(), rates(), imprint),
        lambda imprint: pair_map(regions(), rates(), rates(), imprint),
        lambda imprint: symbol_map(regions(), rates(), counts(1, 2), imprint),
        lambda imprint: grade_map(regions(), rates(), counts(1), counts(20), imprint),
    ],
)
def test_a_public_map_needs_an_approval_number(draw):
    with pytest.raises(ExportError, match="没有审图号"):
        draw(replace(PLAIN, map_use="public"))
    assert texts(draw(replace(PLAIN, map_use="public", approval_no="某S（2021）1号")), "mark") == ["审图号：某S（2021）1号"]


def test_the_imprint_follows_the_settings():
    imprint = Imprint.from_settings(Settings(map_use="meeting"), source="年报")
    assert (imprint.map_use, imprint.source, imprint.marks) == ("meeting", "年报", ("内部使用 不得公开",))
    with pytest.raises(ExportError, match="地图用途“poster”不认识"):
        replace(imprint, map_use="poster").check()


def test_pair_map_has_one_legend_and_the_same_breaks():
    drawn = pair_map(regions(), rates(segment="small_micro"), [fact(c, 75, segment="two_new") for c in regions()["code"]], PLAIN)
    assert drawn.record["panel_titles"] == ["小微企业", "两新组织"]
    left, right = drawn.record["panels"]
    assert left["regions"]["990102"]["fill"] == right["regions"]["990101"]["fill"] == drawn.record["colours"][3]
    assert texts(drawn, "legend_title") == ["单位覆盖率"]
    assert "无数据：丁县小微企业（没有交覆盖关系表）。" in drawn.record["notes"]
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []


def test_circles_are_in_proportion_to_the_counts():
    drawn = symbol_map(regions(), rates(), counts(400, 100, 25, indicator="blind_unit_count", name="盲区单位"), PLAIN, unit="家")
    radii = drawn.record["circles"]
    assert radii["990101"] == pytest.approx(2 * radii["990102"]) == pytest.approx(4 * radii["990103"])
    assert "990104" not in radii
    assert drawn.record["key"] == ["400家（最多）", "25家（最少）"]
    assert drawn.record["labels"]["990101"]["lines"] == ["甲区", "25.0%", "400家"]


@pytest.mark.parametrize(
    ("rate", "blind", "eligible", "grade"),
    [(50, 10, 20, "红"), (50, 9, 18, "黄"), (49, 10, 21, "橙"), (30, 30, 100, "橙"), (29, 29, 100, "黄"),
     (10, 10, 100, "黄"), (9, 9, 100, "绿"), (0, 0, 50, "绿"), (100, 9, 9, "灰")],
)  # fmt: skip
def test_blind_grades(rate, blind, eligible, grade):
    assert blind_grade(fact("990101", rate), fact("990101", blind, None), fact("990101", eligible, None)) == grade


def test_grades_are_grey_where_base_data_are_not_verified_and_blank_where_the_rate_is():
    parts = fact("990101", 60), fact("990101", 60, None), fact("990101", 100, None)
    assert blind_grade(*parts, fact("990101", 79)) == "灰"
    assert blind_grade(*parts, fact("990101", 80)) == "红"
    assert blind_grade(replace(parts[0], value=None, status="no_data"), *parts[1:]) == ""


def test_grade_map():
    drawn = grade_map(regions(), rates(), counts(25, 75, 0, 5, 5, 45), counts(100, 100, 9, 20, 20, 100), PLAIN)
    assert drawn.record["grades"] == {"990101": "黄", "990102": "红", "990103": "灰", "990104": "no_data", "990105": "suppressed", "990106": "橙"}
    assert len({(look["fill"], look["hatch"]) for look in drawn.record["regions"].values()}) == 6
    assert drawn.record["labels"]["990102"]["lines"] == ["乙区", "红 75.0%", "75家"]
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []


def test_the_same_rate_has_the_same_colour_in_two_quarters_and_two_groups():
    pinned = replace(PLAIN, breaks={("unit_coverage_rate", "district"): (Fraction(1, 5), Fraction(2, 5), Fraction(3, 5))})
    earlier = [fact(code, 25 + 10 * i, quarter="2021Q2") for i, code in enumerate(regions()["code"])]
    later = [fact(code, 75 - 10 * i, segment="two_new") for i, code in enumerate(regions()["code"])]
    drawn = [choropleth(regions(), facts, pinned).record for facts in (earlier, later)]
    assert drawn[0]["classes"] == drawn[1]["classes"] == ["不足20%", "20%～40%", "40%～60%", "60%及以上"]
    colours = [{f.value: record["regions"][f.region_code]["fill"] for f in facts} for record, facts in zip(drawn, (earlier, later), strict=True)]
    assert colours[0] == colours[1]
    assert len(set(colours[0].values())) == 3


def test_townships_do_not_take_the_districts_breaks():
    pinned = replace(PLAIN, breaks={("unit_coverage_rate", "district"): (Fraction(1, 5),)})
    assert choropleth(regions(), rates(region_level="township"), pinned).record["classes"][0] == "不足30%"


def test_a_number_for_which_a_label_has_no_room_stands_in_the_notes():
    place = regions()
    place.loc[0, "geometry"] = shapely.box(105.0, 37, 105.2, 37.045)
    drawn = symbol_map(place, rates(), counts(4, 100, 25, indicator="blind_unit_count", name="盲区单位"), PLAIN, unit="家")
    assert drawn.record["labels"]["990101"]["lines"] == ["甲区", "25.0%"] and drawn.record["labels"]["990103"]["lines"][2] == "25家"
    assert [note for note in drawn.record["notes"] if "放不下" in note] == ["标注放不下数量、只写了率的：甲区 4家。"]
    assert not any("放不下" in note for note in symbol_map(regions(), rates(), counts(1, 2), PLAIN, unit="家").record["notes"])
    assert not any("放不下" in note for note in choropleth(place, rates(), PLAIN).record["notes"])
