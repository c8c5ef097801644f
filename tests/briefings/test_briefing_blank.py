"""The study of blank areas in whole sentences: why a rate changed, whom a direction names, what is left unsaid for other readers."""

import pandas as pd
import pytest
from figures import row
from story_world import COVERED, NO_STATES, cells, of_units, package, paragraph, text_of, whole

from analysis.briefings import blank_areas, blank_changes, blank_cross, blank_first, blank_kinds, blank_places
from analysis.briefings.areas import areas_of
from analysis.briefings.context import industries
from analysis.briefings.reversals import reversals
from analysis.measures.blanks.flows import flows
from analysis.measures.tally import segment_bits

CODES = ["970101", "970102", "970103"]
SEGMENTS = {"small_micro": {"970101": (20, 50), "970102": (10, 60)}, "two_new": {"970101": (30, 60), "970102": (10, 70)},
            "small_micro_and_two_new": {"970101": (10, 30), "970102": (5, 50)}, "small_micro_or_two_new": {"970101": (40, 80), "970102": (15, 80)}}  # fmt: skip
PARTS = [r for segment, pairs in SEGMENTS.items() for r in whole(pairs, segment=segment)]


def states(pairs):
    """Units of (covered, eligible) a district; the same names in both quarters, the covered first."""
    rows = [(f"{code}-{n}", code, 1 << segment_bits()["all"], n < covered) for code, (covered, eligible) in pairs.items() for n in range(eligible)]
    return pd.DataFrame(rows, columns=["uscc", "district_code", "mask", "covered"])


NOW, THEN = {"970101": (60, 100), "970102": (30, 120), "970103": (5, 20)}, {"970101": (55, 100), "970102": (30, 100), "970103": (4, 20)}


def with_flows(stored=None, scope="city", **options):
    readings = [states(THEN) if stored is None else stored, states(THEN), states(NOW)]
    table = flows(readings, "970100", CODES, dict.fromkeys(segment_bits(), CODES))
    return package(scope, covered=NOW, earlier=THEN, flows=table, **{"more": PARTS} | options)


def test_the_largest_cause_is_named_first():
    said = paragraph(blank_areas.write(with_flows()).blocks, "苇津市单位覆盖率上季度末")
    assert said == ("苇津市单位覆盖率上季度末为40.5%，本季度末为39.6%，下降0.9个百分点（分母为应建会单位）。影响最大的是单位增减，拉低3.5个百分点；此外，新建会与失去覆盖拉高2.6个百分点。"
                    "具体看，新出现的应建会单位20家，退出的0家；原有单位中新覆盖6家，失去覆盖0家。")  # fmt: skip


def test_units_that_only_a_returned_row_took_away_are_told_apart():
    now = pd.concat([states(NOW | {"970101": (59, 99)})], ignore_index=True)  # one unit of 甲区 is not there this quarter
    table = flows([states(THEN), states(THEN), now], "970100", CODES, dict.fromkeys(segment_bits(), CODES))
    back = pd.DataFrame([("970100", "appeared", 5), ("970100", "closed", 1), ("970102", "appeared", 5), ("970101", "closed", 2)],
                        columns=["region_code", "kind", "units"])  # fmt: skip
    covered = NOW | {"970101": (59, 99)}
    said = paragraph(blank_areas.write(package(covered=covered, earlier=THEN, flows=table, sent_back=back, more=PARTS)).blocks, "苇津市单位覆盖率上季度末")
    assert "新出现的应建会单位20家（其中因上季度台账行被退回、本季度改正的5家），退出的1家（其中只因本季度台账行被退回的1家，改正以后就会回来）；" in said
    county = package("970101", covered=covered, earlier=THEN, flows=table, sent_back=back)
    assert "closed_returned" not in blank_changes.why(county, "970101").counts  # more than closed at all: counted otherwise, not told


def test_parts_of_every_row_add_up():
    made = with_flows()
    for code in ("970100", *CODES):
        found = blank_changes.why(made, code)
        assert abs(float(sum(p.value for p in found.parts.values())) - float(found.change.value)) < 1e-9
        assert sum(p.value for p in found.parts.values()) == found.change.value


def test_a_restated_quarter_is_told_apart_from_progress():
    stored = states(THEN | {"970102": (40, 100)})
    document = blank_areas.write(with_flows(stored))
    said = paragraph(document.blocks, "苇津市单位覆盖率上季度末")
    assert said.startswith("苇津市单位覆盖率上季度末为45.0%，本季度末为39.6%，下降5.4个百分点")
    assert "上季度的台账在入库以后有过更正，涉及10家单位，数据更正的影响单独列出，它不是工作进展。" in said
    heads = [["".join(r["text"] for r in c["runs"]) for c in b["columns"]] for b in document.blocks if b["type"] == "table"]
    assert any("数据更正" in columns for columns in heads)


def test_why_nothing_can_be_split():
    assert "本期不能分解变化的原因：没有2021年第二季度的台账，无可比数据。" in text_of(blank_areas.write(package(earlier=None, more=PARTS)).blocks)
    assert "本期不能分解变化的原因：没有上季度末的逐单位台账。" in text_of(blank_areas.write(package(more=PARTS)).blocks)


def test_flows_of_other_units_than_the_figures_are_not_believed():
    made = with_flows()
    made.flows = made.flows.assign(units=made.flows["units"] + 1)
    assert blank_changes.why(made, "970100").reason == "有区县只报了汇总数，不能逐单位分解"


def test_other_readers_see_no_district_split():
    made = with_flows(scope="970101", audience="public")
    found = blank_changes.why(made, "970101")
    assert {p.status for p in found.parts.values()} == {"suppressed"} and found.counts == {}


def test_three_directions_by_rule():
    blocks = blank_areas.write(package(more=PARTS)).blocks
    assert paragraph(blocks, "一是") == ("一是乙区。盲区率明确高于苇津市合并水平，小微企业或两新组织盲区单位有65家，占其应建会单位的81.3%，涉及职工650人。"
                                       "包联力量先放到乙区，按走访清单逐户销号。")  # fmt: skip
    assert (
        paragraph(blocks, "按截至2021年9月30日的台账")
        == "按截至2021年9月30日的台账，苇津市下一步的优先方向是乙区，盲区率明确偏高，小微企业或两新组织盲区单位有65家。方向按固定规则选出，规则和做法见第八部分。"
    )


def test_the_three_directions_stand_on_the_first_page():
    shops = whole({"970101": (10, 40), "970102": (5, 40)}, segment="express_delivery")
    party = [row("970100", "party_union_sync_rate", (12, 20))]
    document = blank_areas.write(package(more=[*PARTS, *shops, *party]))
    assert paragraph(document.opening, "按截至") == (
        "按截至2021年9月30日的台账，苇津市下一步有三个优先方向：一是乙区，盲区率明确偏高，小微企业或两新组织盲区单位有65家；二是快递，在薄弱行业中盲区家数居首，有65家；"
        "三是有党组织无工会的单位，共有8家。方向按固定规则选出，规则和做法见第八部分。")  # fmt: skip
    assert [b[:2] for b in text_of(document.part(8)) if b[:2] in ("一是", "二是", "三是")] == ["一是", "二是", "三是"]


def test_places_that_chance_could_exchange_share_their_ranks():
    made = package(more=PARTS)
    areas = areas_of(made)
    found = blank_places.ranges(areas)
    table = blank_places.range_table(areas, found)
    assert cells(table)[:2] == [["乙区", "80", "81.3%", "71.3%～88.3%", "1", "高于"], ["甲区", "80", "50.0%", "39.3%～60.7%", "2", "低于"]]
    rows = cells(blank_kinds.area_table(areas, found))
    assert rows[0] == ["甲区", "10", "10", "20", "40", "400", "60.0%", "50.0%", "50.0%", "2"]
    assert rows[2][-1] == "—" and rows[3][:5] == ["苇津市合计", "15", "25", "65", "105"] and rows[3][-1] == "—"


def of_kind(*names):
    return sum(1 << segment_bits()[name] for name in ("all", *names))


def crossed_world(**changes):
    """Express units of 甲区: two only 小微, one only 两新, one both, one neither; a covered one counts nowhere."""
    express = "express_delivery"
    masks = [of_kind(express, "small_micro")] * 2 + [of_kind(express, "two_new"), of_kind(express, "small_micro", "two_new"), of_kind(express)]
    rows = [(f"u{n}", "970101", "", mask, False) for n, mask in enumerate(masks)] + [
        ("u9", "970101", "", masks[0], True),
        ("x", "970102", "", of_kind(), False),
    ]
    units = pd.DataFrame(rows, columns=["uscc", "district_code", "township_code", "mask", "covered"])
    return package(more=[*PARTS, *whole({"970101": (1, 6)}, segment=express)], states=lambda: units, **changes)


def test_an_industry_is_crossed_with_the_kinds():
    made = crossed_world()
    facts = blank_cross.crossed(made, industries())
    assert [f.text for f in facts["express_delivery"]] == ["2", "1", "1"]
    assert {f.status for f in facts["law_firm"]} == {"no_data"}
    table = blank_kinds.industry_table(made.register, "970100", "苇津市", facts)
    heads = ["".join(r["text"] for r in c["runs"]) for c in table["columns"]]
    assert heads[1:7] == ["应建会（家）", "盲区单位（家）", "其中：只是小微", "只是两新", "两者兼是", "盲区职工（人）"]
    assert cells(table)[0][:7] == ["快递", "6", "5", "2", "1", "1", "50"]


def test_units_that_do_not_add_up_to_the_figure_are_not_crossed():
    made = crossed_world(scope="970102")
    made.register = package(more=whole({"970102": (1, 6)}, segment="express_delivery")).register
    [facts] = blank_cross.crossed(made, ["express_delivery"]).values()
    assert {(f.status, f.reason) for f in facts} == {("no_data", "划型或登记注册类型没有报齐，不能分类")}
    assert blank_cross.crossed(package(), ["express_delivery"]) == {}


def test_a_year_ago_stands_beside_the_quarter_before():
    earlier = {"970101": (50, 100), "970102": (20, 100), "970103": (4, 20)}
    flowed = flows([states(earlier), states(earlier), states(NOW)], "970100", CODES, dict.fromkeys(segment_bits(), CODES))
    made = with_flows(year_ago=whole(earlier, quarter="2020Q3"), flows_yoy=flowed)
    text = "".join(text_of(blank_areas.write(made).blocks))
    assert "与上年同期相比，单位覆盖率由33.6%变为39.6%，提高5.9个百分点。影响最大的是新建会与失去覆盖，拉高" in text
    rows = blank_changes.segment_rows(made)
    assert [name for name, _ in rows] == ["全部单位环比", "全部单位同比", "小微企业环比", "小微企业同比", "两新组织环比", "两新组织同比"]
    assert sum(p.value for p in rows[1][1].parts.values()) == rows[1][1].change.value


def test_the_comparable_rate_adds_up_with_the_structure():
    """Domain §1.9: 720/800 and 60/200 → 728/800 and 280/800; comparable 79.8 %, +1.8 and −16.8 points, −15.0 in all."""
    made = package(covered={"970101": (728, 800), "970102": (280, 800)}, earlier={"970101": (720, 800), "970102": (60, 200)})
    [found] = reversals(made.register)
    assert found["可比率"].text == "79.8%" and "1.8个百分点" in found["率影响"] and "16.8个百分点" in found["结构影响"]


def test_a_handful_of_units_is_no_reversal():
    made = package(covered={"970101": (4, 4), "970102": (3, 8)}, earlier={"970101": (4, 4), "970102": (1, 3)})
    assert reversals(made.register) == []


def small_county(points):
    """丙县: of four small units one is covered by a joint union, three of the same township and another are not; ``points``: whether they have coordinates."""
    units = pd.DataFrame({"uscc": list("abcd"), "unit_name": list("甲乙丙丁"), "district_code": "970103", "township_code": ["T1", "T1", "T1", "T2"], "mask": 1, "covered": [True, False, False, False],
                          "township_name": "镇", "employee_count": 9, "has_party_org": False, "lon": [0.0, 0.01, 0.2, 0.2], "lat": 0.0, "is_point_drawn": points})  # fmt: skip
    day = pd.Timestamp("2020-01-01")
    tables = {"unions": pd.DataFrame([("81A", "甲联合工会", "联合", "970103", day)], columns=["union_id", "union_name", "union_type", "district_code", "established_on"]),
              "covers": pd.DataFrame([("81A", "a", "直接", day, pd.NaT)], columns=["union_id", "uscc", "cover_type", "valid_from", "valid_to"])}  # fmt: skip
    return package(
        "970103",
        covered=COVERED | {"970103": (1, 4)},
        states=lambda: units[list(NO_STATES.columns)],
        units=lambda: units,
        table=tables.get,
        more=of_units("970103", 1, 4, segment="small_micro"),
    )


@pytest.mark.parametrize(
    ("points", "told"),
    [
        (True, ["3", "0", "0", "1", "1", "0", "0"]),
        (False, ["3", "0", "0", "—", "2", "0", "3"]),
        ([True, True, False, False], ["3", "0", "0", "1", "1", "0", "2"]),
    ],
)
def test_what_was_not_compared_is_no_zero(points, told):
    made = small_county(points)
    forms, visits = blank_first.outlook_tables(made, blank_first.outlook(made))
    assert cells(forms) == [["丙县", *told]]
    assert cells(visits)[0][:5] == ["丙县", "1", "1", "2", "1"]
    said = paragraph(blank_areas.write(small_county(points)).blocks, "职工不足")
    assert said.endswith(f"有{told[-1]}家小单位没有可用的坐标，没有与联合工会比较距离，不能说附近有没有联合工会。") is (told[-1] != "0")
    note = "".join(r["text"] for r in forms["note"])
    assert note.endswith("“—”为无数据：丙县（没有可用的坐标，没有与联合工会比较距离）。") is (points is False) and "没有联合工会，也没有" not in note
