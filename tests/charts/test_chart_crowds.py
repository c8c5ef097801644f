"""Maps of very many regions: every region is named on the map or in the list of its numbers, and nothing lies on anything."""

import pytest
from crowds import all_of, counties, counts_of, eligible_of, inverse, odd_places, rates_of, townships
from squares import overlapping

from analysis.charts.grades import grade_map
from analysis.charts.imprint import Imprint
from analysis.charts.keys import Entry, list_sheets
from analysis.charts.maps import choropleth, pair_map, symbol_map
from analysis.charts.sheet import PAGE_MM

PLAIN = Imprint(source="演示台账", is_demo=True)


def nothing_lost(drawn, regions, labels):
    """Every region has a label or a number; every number a line with name and figure; no box on another; all on the paper; no box for a character."""
    sheets = [drawn, *drawn.more]
    assert set(labels) == set(regions["code"])
    for sheet in sheets:
        assert overlapping([text["box"] for text in sheet.record["texts"]]) == []
        for text in sheet.record["texts"]:
            west, south, east, north = text["box"]
            assert west >= -0.1 and east <= 156.1 and south >= -sheet.record["height_mm"] and north <= sheet.record["height_mm"], text
            assert "〔U+" not in text["text"]
    written = [text["text"] for sheet in sheets for text in sheet.record["texts"]]
    assert len([1 for text in sheets[0].record["texts"] if text["role"] == "key_number" and text["text"].isdigit()]) >= 1
    return written


@pytest.mark.parametrize(("regions", "seed"), [(townships(56), 3), (townships(300), 3), (counties(), 4)], ids=["56", "300", "counties"])
def test_all_regions_are_named_and_none_on_another(regions, seed):
    facts = rates_of(regions, seed)
    drawn = choropleth(regions, facts, PLAIN)
    written = nothing_lost(drawn, regions, drawn.record["labels"])
    joined = "".join(written).replace(" ", "")
    assert [name for name in regions["name"] if name.replace(" ", "") not in joined] == []
    numbers = drawn.record["keys"]
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
    shown = {text["fact"] for sheet in (drawn, *drawn.more) for text in sheet.record["texts"] if text["fact"]}
    assert shown == {f.id for f in facts}
    assert all(sheet.record["height_mm"] <= PAGE_MM for sheet in drawn.more)


def test_grades_keep_the_number_of_units_of_a_numbered_region():
    regions = townships(56)
    rates = rates_of(regions)
    drawn = grade_map(regions, inverse(rates), counts_of(rates), eligible_of(rates), PLAIN)
    nothing_lost(drawn, regions, drawn.record["labels"])
    code = next(iter(drawn.record["keys"]))
    name = regions.set_index("code").at[code, "name"]
    texts = [text["text"] for sheet in (drawn, *drawn.more) for text in sheet.record["texts"]]
    blank = next(f for f in counts_of(rates) if f.region_code == code)
    assert name in texts and f"{blank.text}家" in texts


def test_a_region_has_one_number_on_both_panels():
    regions = townships(56)
    facts = rates_of(regions, segment="small_micro"), rates_of(regions, 9, segment="two_new")
    drawn = pair_map(regions, *facts, PLAIN)
    left, right = (panel["keys"] for panel in drawn.record["panels"])
    assert {code: left[code] for code in left if code in right} == {code: right[code] for code in right if code in left}
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []


def test_three_hundred_regions_take_a_sheet_a_group_and_share_numbers_and_colours():
    regions = townships(300)
    facts = rates_of(regions, segment="small_micro"), rates_of(regions, 9, segment="two_new")
    first = pair_map(regions, *facts, PLAIN)
    second, *lists = first.more
    assert [sheet.part for sheet in (first, second, *lists)] == ["小微企业", "两新组织", "编号表"]
    assert first.record["colours"] == second.record["colours"] and first.record["legend"] == second.record["legend"]
    assert set(first.record["labels"]) == set(second.record["labels"]) == set(regions["code"])
    known = {code: number for sheet in lists for code, number in sheet.record["keys"].items()}
    assert all(known[code] == number for sheet in (first, second) for code, number in sheet.record["keys"].items())
    for sheet in (first, second, *lists):
        assert overlapping([text["box"] for text in sheet.record["texts"]]) == []


@pytest.mark.parametrize("title", ["图上编号：盲区分级", "图上编号：" + "很长的指标名称" * 7], ids=["short", "long"])
def test_the_frames_of_the_marks_cover_no_line_of_the_list(title):
    entries = [Entry(n, f"99010100{n}", f"三里铺镇{n}", (("红 61.5%", f"f{n}"), ("16家", f"g{n}"))) for n in range(1, 12)]
    (drawn,) = list_sheets(entries, title, "图上编号对照表。", PLAIN)
    boxes = []
    for text in drawn.record["texts"]:
        west, south, east, north = text["box"]
        middle = (south + north) / 2
        boxes.append((west - 1.5, middle - 3.0, east + 1.5, middle + 3.0) if text["role"] == "mark" else text["box"])  # the frame is 5 mm high
    assert overlapping(boxes) == [] and [t["text"] for t in drawn.record["texts"] if t["role"] == "mark"] == ["内部使用 不得公开", "演示数据"]


ODD = odd_places()


@pytest.mark.parametrize("status", ["no_data", "suppressed", "zero", "incomplete"])
def test_regions_that_are_all_alike_are_drawn_and_told_in_the_legend(status):
    drawn = choropleth(ODD, all_of(ODD, status), PLAIN)
    assert {look["kind"] for look in drawn.record["regions"].values()} == {status} and len(drawn.record["regions"]) == 6
    assert {"no_data": "无数据", "suppressed": "不予显示", "zero": "零", "incomplete": "数据不全（加点）"}[status] in drawn.record["legend"]
    assert drawn.svg.count('class="region"') == 6


@pytest.mark.parametrize("draw", [choropleth, lambda r, f, i: symbol_map(r, f, counts_of(f), i, unit="家"),
                                  lambda r, f, i: grade_map(r, inverse(f), counts_of(f), eligible_of(f), i), lambda r, f, i: pair_map(r, f, f, i)])  # fmt: skip
def test_enclaves_islands_threads_and_specks_keep_place_label_and_symbol(draw):
    drawn = draw(ODD, rates_of(ODD), PLAIN)
    for record in drawn.record.get("panels", [drawn.record]):
        assert set(record["labels"]) == set(record["regions"]) == set(ODD["code"])
        named = {code for code, label in record["labels"].items() if "".join(label["lines"]).startswith(ODD.set_index("code").at[code, "name"][:2])}
        assert named | set(record["keys"]) == set(ODD["code"])
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []


def test_one_region_alone():
    drawn = choropleth(ODD.iloc[:1], rates_of(ODD.iloc[:1]), PLAIN)
    assert drawn.record["labels"]["990101"]["lines"] == ["包围的县", "15.0%"] and not drawn.more


def test_hostile_names_are_wrapped_not_lost():
    names = [f"{'很' * (i % 5) * 6}长的名字街道管理委员会{i}" for i in range(60)]
    regions = townships(60, names=names)
    drawn = choropleth(regions, rates_of(regions), PLAIN)
    nothing_lost(drawn, regions, drawn.record["labels"])
    joined = "".join(text["text"] for sheet in (drawn, *drawn.more) for text in sheet.record["texts"])
    assert [name for name in names if name not in joined] == []
