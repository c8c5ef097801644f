"""The study of blank areas in whole sentences: why a rate changed, whom a direction names, what is left unsaid for other readers."""

import pandas as pd
from story_world import cells, package, paragraph, text_of, whole

from analysis.briefings import blank_areas, blank_changes
from analysis.briefings.reversals import reversals
from analysis.measures.flows import flows
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
    return package(scope, covered=NOW, earlier=THEN, more=PARTS, flows=table, **options)


def test_the_largest_cause_is_named_first():
    said = paragraph(blank_areas.write(with_flows()).blocks, "苇津市单位覆盖率上季度末")
    assert said == ("苇津市单位覆盖率上季度末为40.5%，本季度末为39.6%，下降0.9个百分点（分母为应建会单位）。影响最大的是单位增减，拉低3.5个百分点；此外，新建会与失去覆盖拉高2.6个百分点。"
                    "具体看，新出现的应建会单位20家，退出的0家；原有单位中新覆盖6家，失去覆盖0家。")  # fmt: skip


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
    assert "本期不能分解变化的原因：没有上一季度的逐单位台账。" in text_of(blank_areas.write(package(more=PARTS)).blocks)


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
    assert paragraph(blocks, "要点") == "要点：苇津市下一步的优先方向是乙区，理由和依据见第八部分。"


def test_places_that_chance_could_exchange_share_their_ranks():
    table = next(b for b in blank_areas.write(package(more=PARTS)).blocks if b["type"] == "table" and "波动区间" in "".join(r["text"] for r in b["caption"]))
    assert cells(table)[:2] == [["乙区", "80", "81.3%", "71.3%～88.3%", "1", "高于"], ["甲区", "80", "50.0%", "39.3%～60.7%", "2", "低于"]]


def test_the_comparable_rate_adds_up_with_the_structure():
    """Domain §1.9: 720/800 and 60/200 → 728/800 and 280/800; comparable 79.8 %, +1.8 and −16.8 points, −15.0 in all."""
    made = package(covered={"970101": (728, 800), "970102": (280, 800)}, earlier={"970101": (720, 800), "970102": (60, 200)})
    [found] = reversals(made.register)
    assert found["可比率"].text == "79.8%" and "1.8个百分点" in found["率影响"] and "16.8个百分点" in found["结构影响"]


def test_a_handful_of_units_is_no_reversal():
    made = package(covered={"970101": (4, 4), "970102": (3, 8)}, earlier={"970101": (4, 4), "970102": (1, 3)})
    assert reversals(made.register) == []
