import pytest
from figures import register, row

from analysis.wording.numbers import has_blank, plain
from analysis.wording.phrases import against_city, change, is_weak, ladder, listed, part_of, prevalence, quantity, rule_of_25, segment_against_city, standing

RATE = "unit_coverage_rate"


def moved(now, then, indicator=RATE, unit=""):
    made = register([row("970101", indicator, now)], [row("970101", indicator, then, quarter="2021Q2")])
    return plain(change(made, made.fact(indicator, "970101"), "qoq", unit))


@pytest.mark.parametrize(("now", "then", "said"), [
    ((6704, 10000), (6495, 10000), "较上季度末提高2.1个百分点"),  # 67.0 − 65.0 of the rounded rates would be 2.0
    ((500, 1000), (500, 1000), "与上季度末持平"),
    ((50004, 100000), (50000, 100000), "与上季度末持平"),
    ((5005, 10000), (5000, 10000), "与上季度末基本持平"),
    ((50299, 100000), (50000, 100000), "与上季度末基本持平"),
    ((503, 1000), (500, 1000), "较上季度末略有提高，升幅为0.3个百分点"),
    ((50999, 100000), (50000, 100000), "较上季度末略有提高，升幅为1.0个百分点"),
    ((4940, 10000), (5000, 10000), "较上季度末略有下降，降幅为0.6个百分点"),
    ((510, 1000), (500, 1000), "较上季度末提高1.0个百分点"),
    ((4999, 10000), (5499, 10000), "较上季度末明显下降5.0个百分点"),
    ((54999, 100000), (50000, 100000), "较上季度末提高5.0个百分点"),
    ((60, 99), (40, 99), "较上季度末提高20.2个百分点"),  # too few units for 明显
    ((100, 100), (0, 100), "较上季度末明显提高100.0个百分点"),
])  # fmt: skip
def test_change_of_a_rate(now, then, said):
    assert moved(now, then) == said


@pytest.mark.parametrize(("now", "then", "said"), [(12, 12, "与上季度末持平"), (120, 108, "较上季度末增加12家"), (120, 100, "较上季度末明显增加20家"), (80, 99, "较上季度末减少19家"),
                                                   (0, 5, "较上季度末减少5家"), (79, 100, "较上季度末明显减少21家")])  # fmt: skip
def test_change_of_a_count(now, then, said):
    assert moved(now, then, "covered_unit_count", "家") == said


def test_a_change_without_an_earlier_ledger_stays_blank():
    made = register([row("970101", RATE, (1, 2))])
    assert has_blank(change(made, made.fact(RATE, "970101")))
    assert made.fact(f"{RATE}_yoy", "970101").reason == "没有2020年第三季度的台账，无可比数据"


@pytest.mark.parametrize(("own", "said"), [((354, 1000), "低于全市10.0个百分点"), ((553, 1000), "高于全市9.9个百分点"), ((454, 1000), "与全市持平"), ((4551, 10000), "高于全市0.1个百分点"),
                                           ((45449, 100000), "与全市持平")])  # fmt: skip
def test_against_the_city(own, said):
    made = register([row("970101", RATE, own), row("970100", RATE, (4540, 10000))])
    assert plain(against_city(made, made.fact(RATE, "970101"))) == said


def districts(*rates, blank=False):
    rows = [row(f"9701{n:02d}", RATE, rate, name=f"{n}区") for n, rate in enumerate(rates, 1)]
    return register([*rows, *([row("970199", RATE, None)] if blank else [])])


def test_standing_words():
    made = districts((90, 100), (80, 100), (70, 100), (60, 100), (50, 100))
    said = [plain(standing(made, made.fact(RATE, f"97010{n}"))) for n in range(1, 6)]
    assert said == [
        "在5个参排区县中名列第一",
        "在5个参排区县中列第2位",
        "在5个参排区县中列第3位",
        "在5个参排区县中列第4位",
        "在5个参排区县中位次靠后，列第5位",
    ]


def test_first_needs_to_be_strict_single_and_complete():
    near = districts((6814, 10000), (6806, 10000))
    assert plain(standing(near, near.fact(RATE, "970101"))) == "在2个参排区县中名列第一"
    tied = districts((50, 100), (50, 100), (40, 100))
    assert plain(standing(tied, tied.fact(RATE, "970102"))) == "在3个参排区县中并列第一"
    lacking = districts((90, 100), (80, 100), blank=True)
    assert plain(standing(lacking, lacking.fact(RATE, "970101"))) == "在2个参排区县中列第1位"
    small = districts((9, 10), (80, 100))
    assert has_blank(standing(small, small.fact(RATE, "970101")))


@pytest.mark.parametrize(
    ("share", "said"),
    [((30, 100), "大量存在"), ((2999, 10000), "比较普遍"), ((20, 100), "比较普遍"), ((1999, 10000), ""), ((0, 50), ""), ((9, 10), ""), (None, "")],
)
def test_prevalence_of_shell_unions(share, said):
    assert prevalence(register([row("970100", "shell_rate", share)]).fact("shell_rate")) == said


@pytest.mark.parametrize(("share", "said"), [((40, 100), "相当多"), ((399, 1000), "一部分"), ((9, 10), "一部分")])
def test_quantity(share, said):
    assert quantity(register([row("970100", "shell_rate", share)]).fact("shell_rate")) == said


@pytest.mark.parametrize(
    ("industry", "weak", "said"),
    [((12, 30), True, "低于全市10.0个百分点"), ((11, 29), False, "低于全市12.1个百分点"), ((401, 1000), False, "低于全市9.9个百分点")],
)
def test_weak_needs_ten_points_and_thirty_units(industry, weak, said):
    made = register(
        [
            row("970100", RATE, (500, 1000)),
            row("970100", RATE, industry, segment="law_firm"),
            row("970100", "eligible_unit_count", industry[1], segment="law_firm"),
        ]
    )
    gap, words = segment_against_city(made, RATE, "law_firm")
    assert (is_weak(gap, made.fact("eligible_unit_count", segment="law_firm")), plain(words)) == (weak, said)


def test_ladder_leaves_out_zeroes_and_keeps_blanks():
    made = register([row("970100", f"union_level_{n}_count", value) for n, value in ((1, 7), (2, 0), (3, 5))])
    assert plain(ladder(made)) == "有牌子无机构的7个，有制度无活动的5个"
    assert has_blank(ladder(register([row("970100", "union_level_1_count", None)])))


def test_a_part_belongs_to_its_whole():
    def part(value, whole, part_without="", whole_without=""):
        made = register(
            [row("970100", "migrant_worker_count", whole, left_out=whole_without), row("970100", "migrant_member_count", value, left_out=part_without)]
        )
        found = part_of(made, made.fact("migrant_member_count"), made.fact("migrant_worker_count"))
        return found.value if found.is_ok else found.reason

    assert [part(4, 5), part(5, 5), part(4, 5, "970101")] == [4, 5, 4]
    assert part(6, 5) == "大于整体，请核对台账"
    assert part(4, 5, "", "970101") == "与农民工缺报的区县不同，不能写“其中”"


def test_an_enumeration_that_ends_in_he_does_not_stutter():
    assert listed(["甲区", "和平区"]) == "甲区以及和平区" and listed(["和平区", "甲区"]) == "和平区和甲区"


def test_lists_and_the_rule():
    assert [listed(names) for names in ([], ["甲"], ["甲", "乙"], ["甲", "乙", "丙"])] == ["", "甲", "甲和乙", "甲、乙和丙"]

    class Rules:
        mandatory_rule, mandatory_minimum = "member_ge_25", 25

    assert plain(rule_of_25(Rules)) == "会员25人以上（含25人）"
