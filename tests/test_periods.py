import pytest

from analysis.errors import ParameterError
from analysis.periods import Quarter


def test_neighbours_cross_years():
    assert (Quarter("2021Q1").previous.key, Quarter("2021Q1").year_ago.key, Quarter("2020Q4").shifted(1).key) == ("2020Q4", "2020Q1", "2021Q1")


@pytest.mark.parametrize(("key", "day"), [("2021Q1", "2021-03-31"), ("2021Q2", "2021-06-30"), ("2021Q3", "2021-09-30"), ("2021Q4", "2021-12-31")])
def test_as_of_is_the_last_day(key, day):
    assert Quarter(key).as_of.isoformat() == day


def test_labels():
    assert (Quarter("2021Q4").label, Quarter("2021Q4").as_of_label) == ("2021年第四季度", "2021年12月31日")


@pytest.mark.parametrize("key", ["2021Q5", "21Q3", "2021q3", "", "2021-Q3", "2021Q3 "])
def test_anything_else_is_refused(key):
    with pytest.raises(ParameterError, match=r"^季度写作“.*”，应为四位年份加 Q 加 1 至 4，例如 2021Q3。请改正后重试。$"):
        Quarter(key)
