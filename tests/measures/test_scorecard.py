"""The assessment worked out by hand: points, deductions, vetoes, ties, peer groups, blanks, and ranks when weights move."""

import itertools
from fractions import Fraction as F

import pytest

from analysis.errors import SettingsError
from analysis.measures.assessment.score_sheet import read_sheet
from analysis.measures.assessment.scorecard import Subject, assess, least_lead

KNOWN = {"district": {"rate", "net", "late", "covered_unit_count_qoq", "newly_covered_unit_count"}, "body": {"rate"}, "force": {"rate"}}
RATE = {"name": "率", "weight": 60, "indicator": "rate", "full": 0.8, "zero": 0.3}
NET = {"name": "净增", "weight": 40, "indicator": "net", "rule": "best"}


def sheet(items=(RATE, NET), **more):
    district = {"item": list(items)} | {k: more.pop(k) for k in ("deduction", "veto") if k in more}
    return read_sheet({"district": district, "smallest": 30} | more, "评分表", KNOWN, {"all"})


def card(figures, the_sheet=None, sizes=None, order=None):
    people = [Subject(c, c, (sizes or {}).get(c, 100), "应建会单位", c) for c in (order or sorted(figures))]

    def look(code, name, segment):
        value = figures[code][name]
        return (None, value) if isinstance(value, str) else (F(str(value)), "")

    return assess(the_sheet or sheet(), "district", people, look, "2021Q3")


CITY = {"甲": {"rate": 0.8, "net": 2}, "乙": {"rate": 0.55, "net": 8}, "丙": {"rate": 0.3, "net": -1}}


def test_points_are_as_worked_out_by_hand():
    made = card(CITY)
    # 甲 60 + 40·2/8 = 70; 乙 60·(0.55-0.3)/0.5 + 40 = 70; 丙 0 + 0
    assert [(s.subject.code, s.total, s.rank) for s in made.standings] == [("乙", 70, 1), ("甲", 70, 1), ("丙", 0, 3)]
    assert [(line.item.name, line.points, line.lost) for line in made.of("乙").lines] == [("率", 30, 30), ("净增", 40, 0)]


def test_ranks_do_not_depend_on_the_order_of_the_subjects():
    wanted = [(s.subject.code, s.rank, s.best, s.worst) for s in card(CITY).standings]
    for order in itertools.permutations(CITY):
        assert [(s.subject.code, s.rank, s.best, s.worst) for s in card(CITY, order=order).standings] == wanted


def test_a_tie_that_the_weights_decide_is_no_firm_rank():
    made = {s.subject.code: (s.rank, s.best, s.worst) for s in card(CITY).standings}
    assert made == {"甲": (1, 1, 2), "乙": (1, 1, 2), "丙": (3, 3, 3)}


def test_the_least_lead_is_that_of_the_worst_corner():
    made = card({"甲": {"rate": 0.7, "net": 2}, "乙": {"rate": 0.55, "net": 8}, "丙": {"rate": 0.4, "net": 5}})
    for a, b in itertools.permutations(made.standings, 2):
        corners = []
        for moves in itertools.product((F(4, 5), 1, F(6, 5)), repeat=2):
            corners.append(sum(m * (x.points - y.points) for m, x, y in zip(moves, a.lines, b.lines, strict=True)))
        assert least_lead(a, b, F(1, 5)) == min(corners)


def test_deductions_are_counted_and_capped():
    the_sheet = sheet(deduction=[{"name": "逾期", "indicator": "late", "each": 0.5, "most": 2}])
    made = card({"甲": {"rate": 0.8, "net": 1, "late": 3}, "乙": {"rate": 0.8, "net": 1, "late": 9}, "丙": {"rate": 0.8, "net": 1, "late": 0}}, the_sheet)
    assert {s.subject.code: s.total for s in made.standings} == {"甲": F("98.5"), "乙": 98, "丙": 100}


def test_a_veto_and_a_decision_keep_out_of_the_ranking_with_their_reason():
    the_sheet = sheet(veto=[{"name": "逾期太多", "indicator": "late", "above": 5}],
                      manual=[{"kind": "district", "subject": "丙", "name": "数据造假", "veto": True, "evidence": "通报〔2021〕3号"},
                              {"kind": "district", "subject": "乙", "name": "错报倒扣", "points": 2.5, "evidence": "抽查〔2021〕1号"},
                              {"kind": "district", "subject": "乙", "name": "上年的", "points": 9, "quarter": "2020Q3", "evidence": "旧"}])  # fmt: skip
    made = card({"甲": {"rate": 0.8, "net": 1, "late": 6}, "乙": {"rate": 0.8, "net": 1, "late": 5}, "丙": {"rate": 0.8, "net": 1, "late": 0}}, the_sheet)
    assert {s.subject.code: (s.rank, s.why, s.total) for s in made.standings} == {
        "乙": (1, "", F("97.5")), "甲": (None, "否决：逾期太多", 100), "丙": (None, "否决：数据造假（通报〔2021〕3号）", 100)}  # fmt: skip


def test_fewer_than_thirty_are_listed_and_not_ranked():
    made = card(CITY, sizes={"乙": 29, "甲": 30})
    assert (made.of("乙").rank, made.of("乙").why) == (None, "应建会单位不足30家")
    assert (made.of("甲").rank, made.of("甲").total) == (1, 70)


def test_peer_groups_have_their_own_best_and_their_own_ranks():
    made = card(CITY, sheet(peer_edges=[50]), sizes={"甲": 40, "乙": 60, "丙": 50})
    # 甲 is alone among the small: its two are the best there
    assert {s.subject.code: (s.total, s.peer, s.peer_rank) for s in made.standings} == {"甲": (100, 1, 1), "乙": (70, 2, 1), "丙": (0, 2, 2)}


def test_what_is_blank_for_all_is_left_out_and_what_is_blank_for_one_keeps_it_unranked():
    everywhere = card({c: v | {"net": "没有上季度"} for c, v in CITY.items()})
    assert [(i.name, why) for i, why in everywhere.dropped] == [("净增", "没有上季度")] and everywhere.of("甲").total == 100
    alone = card(CITY | {"甲": {"rate": "没有报送覆盖关系表", "net": 2}})
    assert (alone.of("甲").rank, alone.of("甲").why, alone.of("甲").total) == (None, "“率”没有数据（没有报送覆盖关系表）", 10)
    assert alone.of("乙").rank == 1


def test_steps_and_lower_is_better():
    steps = {"name": "率", "weight": 100, "indicator": "rate", "rule": "steps", "steps": [[0.8, 1.0], [0.5, 0.7]]}
    assert {s.subject.code: s.total for s in card(CITY, sheet([steps])).standings} == {"甲": 100, "乙": 70, "丙": 0}
    lower = RATE | {"weight": 100, "full": 0.3, "zero": 0.8}
    assert {s.subject.code: s.total for s in card(CITY, sheet([lower])).standings} == {"甲": 0, "乙": 50, "丙": 100}
    assert not sheet([lower]).items["district"][0].is_rising


def test_a_formula_of_figures():
    ratio = {"name": "每家净增", "weight": 100, "formula": "(net + 1) / 9", "full": 1, "zero": 0}
    assert card(CITY, sheet([ratio])).of("甲").total == F(100, 3)


@pytest.mark.parametrize(
    ("items", "more", "sentence"),
    [
        ([RATE], {}, "评分表 的区县考核项的权重合计 60，应为 100。请调整 weight 后重试。"),
        (
            [RATE | {"weight": 100, "indicator": "rates"}],
            {},
            "评分表 的区县考核项1“率”的“rates”不是可用的指标代码，是不是 rate。可用的见 docs/indicators.md，请改正后重试。",
        ),
        (
            [RATE | {"weight": 100, "indicator": "newly_covered_unit_count"}],
            {},
            "评分表 的区县考核项1“率”用了“newly_covered_unit_count”，这是毛增数，撤了再建也会增加；只数净增，请改用 covered_unit_count_qoq。",
        ),
        ([RATE | {"weight": 100, "full": 0.3}], {}, "评分表 的区县考核项1“率”的 full（满分值）和 zero（零分值）相同，无法按比例给分。请改正后重试。"),
        ([RATE | {"weight": "六十"}], {}, "评分表 的区县考核项1“率”的 weight 写作 '六十'，应为数字。请改正后重试。"),
        (
            [RATE | {"wieght": 1}],
            {},
            "评分表 的区县考核项1 有不认识的“wieght”，可用的是 formula、full、group、indicator、name、note、rule、segment、steps、weight、zero。请核对拼写后重试。",
        ),
        ([RATE | {"weight": 100, "formula": "rate"}], {}, "评分表 的区县考核项1“率”应写 indicator（一个指标代码）或 formula（算式）中的一个。请改正后重试。"),
        (
            [{"name": "算", "weight": 100, "formula": "rate ** 2", "full": 1, "zero": 0}],
            {},
            "评分表 的区县考核项1“算”的算式“rate ** 2”读不懂，只能用指标代码、数字、+ - * / 和括号，例如 covered_unit_count_qoq / eligible_unit_count。请改正后重试。",
        ),
        (
            [RATE, NET],
            {"peer_edges": [300, 100]},
            "评分表 的 peer_edges 写作 [300, 100]，应为由小到大的整数，例如 [100, 300]：按应建会单位数分组的界限。请改正后重试。",
        ),
        ([RATE, RATE | {"weight": 40}], {}, "评分表 的区县考核项有重名的“率”。请改成不同的名称后重试。"),
        (
            [RATE, NET],
            {"manual": [{"kind": "district", "subject": "甲", "name": "错报", "points": 2}]},
            "评分表 的人工认定1“错报”应写明 kind（district、body、force）、subject（区县代码或名称）、evidence（依据的文件），以及 points（扣几分）或 veto = true。请改正后重试。",
        ),
    ],
)
def test_mistakes_of_the_sheet_are_answered_in_a_sentence(items, more, sentence):
    with pytest.raises(SettingsError) as caught:
        sheet(items, **more)
    assert caught.value.sentence == sentence
