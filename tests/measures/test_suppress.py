import pandas as pd

from analysis.measures.indicators import typed
from analysis.measures.suppression.families import REASON, suppress


def rows(code, level="district", **figures):
    common = {
        "quarter": "2021Q3",
        "region_level": level,
        "region_code": code,
        "region_name": code,
        "segment": "all",
        "reason": "",
        "left_out": "",
        "status": "ok",
    }
    return [common | {"indicator": name, "numerator": None, "denominator": None, "value": float(value), "unit": "count"} for name, value in figures.items()]


def city(*districts):
    return typed(pd.DataFrame([row for district in districts for row in district]))


def hidden(frame):
    found = frame[frame["status"] == "suppressed"]
    assert found["value"].isna().all() and set(found["reason"]) <= {REASON}
    return sorted(zip(found["region_code"], found["indicator"], strict=True))


def three(covered):
    return city(*(rows(code, eligible_unit_count=60, covered_unit_count=c, blind_unit_count=60 - c, member_count=900) for code, c in covered.items()),
                rows("970100", "city", eligible_unit_count=180, covered_unit_count=sum(covered.values()), blind_unit_count=180 - sum(covered.values())))  # fmt: skip


def test_internal_readers_see_everything():
    frame = three({"970101": 2, "970102": 30, "970103": 20})
    assert suppress(frame, "internal").equals(frame)


def test_a_small_count_goes_with_its_family_and_the_next_smallest():
    made = suppress(three({"970101": 2, "970102": 30, "970103": 20}), "public")
    assert hidden(made) == [("970101", "blind_unit_count"), ("970101", "covered_unit_count"), ("970102", "blind_unit_count"), ("970102", "covered_unit_count"),
                            ("970103", "blind_unit_count"), ("970103", "covered_unit_count")] or hidden(made) == [
                                ("970101", "blind_unit_count"), ("970101", "covered_unit_count"), ("970103", "blind_unit_count"), ("970103", "covered_unit_count")]  # fmt: skip


def test_zero_and_five_are_shown():
    assert hidden(suppress(three({"970101": 0, "970102": 30, "970103": 5}), "public")) == []


def test_a_cell_of_under_five_units_is_withheld_whole():
    frame = city(rows("970101", eligible_unit_count=4, member_count=30), rows("970102", eligible_unit_count=90, member_count=400),
                 rows("970103", eligible_unit_count=80, member_count=300), rows("970100", "city", eligible_unit_count=174, member_count=730))  # fmt: skip
    made = hidden(suppress(frame, "shared"))
    assert {("970101", "eligible_unit_count"), ("970101", "member_count"), ("970103", "eligible_unit_count"), ("970103", "member_count")} == set(made)


def test_the_city_stays_visible():
    made = suppress(three({"970101": 2, "970102": 30, "970103": 20}), "public")
    assert (made.loc[made["region_level"] == "city", "status"] == "ok").all()
