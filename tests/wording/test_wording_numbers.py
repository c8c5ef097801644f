import pytest
from figures import register, row

from analysis.wording.numbers import Figure, has_blank, in_ten_thousands, mark, plain, runs, say
from analysis.wording.story import Place

RATE = "970101", "unit_coverage_rate"


def test_a_figure_keeps_its_id_through_the_text():
    fact = register([row(*RATE, (459, 1000))]).fact("unit_coverage_rate", "970101")
    assert runs(f"覆盖率为{say(fact)}。") == [{"text": "覆盖率为"}, {"text": "45.9%", "fact": "2021Q3/970101/all/unit_coverage_rate"}, {"text": "。"}]


def test_a_figure_that_is_no_fact_is_marked():
    assert runs(mark("25人", "阈值")) == runs(mark("25人", "threshold")) == [{"text": "25人", "mark": "threshold"}]
    with pytest.raises(ValueError, match="标注的种类“数”不认识"):
        mark("25人", "数")


def test_signs_of_ours_inside_a_name_are_dropped():
    made = register([row("970101", "eligible_unit_count", 3, name="甲\ue000区\ue004")])
    assert Place(made, "970101")["名称"] == "甲区"


@pytest.mark.parametrize(
    ("count", "decimals", "shown"),
    [(9999, 1, "9999"), (10000, 1, "1.0万"), (123456, 1, "12.3万"), (122908000, 2, "12290.80万"), (19950, 1, "2.0万"), (0, 1, "0")],
)
def test_ten_thousands_are_rounded_once_from_the_count(count, decimals, shown):
    fact = register([row("970101", "employee_count", count)]).fact("employee_count", "970101")
    assert plain(in_ten_thousands(fact, decimals)) == shown


def test_a_blank_is_marked_and_never_true():
    made = register([row(*RATE, None), row("970102", "unit_coverage_rate", (0, 40))])
    blank, zero = (Figure(made, made.fact("unit_coverage_rate", code)) for code in ("970101", "970102"))
    assert has_blank(str(blank)) and plain(str(blank)) == "—" and not has_blank(str(zero))
    assert not blank and not blank > 0 and not blank <= 0 and not blank["为零"] and blank["原因"] == "没有报送工会表"
    assert not zero and zero <= 0 and zero["为零"] and not zero["满百"]


def test_figures_compare_unrounded():
    made = register([row(*RATE, (4996, 10000)), row("970102", "unit_coverage_rate", (50, 100))])
    one, other = (Figure(made, made.fact("unit_coverage_rate", code)) for code in ("970101", "970102"))
    assert str(one).split("\ue003")[1] == str(other).split("\ue003")[1] == "50.0%\ue004"
    assert one < other and other >= 0.5 and not one >= 0.5


def test_places_answer_to_chinese_names():
    made = register(
        [row("970100", "unit_coverage_rate", (3, 4)), row("970100", "blind_unit_count", 7, segment="small_micro"), row("970100", "mandatory_unit_count", 5)]
    )
    city = Place(made)
    shown = [plain(str(f)) for f in (city["单位覆盖率"], city["unit_coverage_rate"], city["小微企业"]["盲区单位"], city["25人以上单位"])]
    assert shown == ["75.0%", "75.0%", "7", "5"]
    with pytest.raises(KeyError):
        city["覆盖程度"]
