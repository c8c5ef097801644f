"""The visit list on a street of units a known way apart."""

import pandas as pd
import pytest

from analysis.measures.blanks.visits import ANY, JOIN, NEW_JOINT, OWN, joint_unions, visit_list

DAY = pd.Timestamp("2021-09-30")


def units(*rows):
    """Units as (uscc, district, township, employees, party, lon), all on one parallel near the equator: 0.01° is 1.11 km."""
    made = pd.DataFrame(rows, columns=["uscc", "district_code", "township_code", "employee_count", "has_party_org", "lon"])
    made = made.assign(unit_name="单位" + made["uscc"], township_name=made["township_code"], lat=0.0, is_point_drawn=made["lon"].notna())
    return made.astype({"has_party_org": "boolean", "employee_count": "Int64"})


JOINT = pd.DataFrame({"union_id": ["81A", "81B"], "union_name": ["甲联合工会", None], "district_code": ["970101", "970102"], "lon": [0.0, 0.03], "lat": [0.0, 0.0],
                      "members": [3, 2]})  # fmt: skip


def listed(*rows, radius=3.0, joint=JOINT):
    return visit_list(units(*rows), joint, radius).set_index("uscc")


def test_party_organisations_first_then_employees_then_code():
    made = listed(
        ("c", "970101", "T1", 30, False, 0), ("b", "970101", "T1", 30, None, 0), ("a", "970101", "T1", 5, True, 0), ("d", "970101", "T1", 90, False, 0)
    )
    assert made.index.tolist() == ["a", "d", "b", "c"]


def test_form_by_size_distance_and_fellows():
    made = listed(("big", "970101", "T1", 25, False, 0.0), ("near", "970101", "T1", 24, False, 0.02), ("far1", "970101", "T2", 5, False, 0.05),
                  ("far2", "970101", "T2", 6, False, 0.06), ("lone", "970101", "T3", 4, False, 0.08), ("unplaced", "970101", "", 3, False, None))  # fmt: skip
    assert made["form"].to_dict() == {"big": OWN, "near": JOIN, "far1": NEW_JOINT, "far2": NEW_JOINT, "lone": ANY, "unplaced": ANY}
    assert made.loc["near", "union_name"] == "甲联合工会" and made.loc["near", "distance_km"] == pytest.approx(2.2239, abs=1e-3)
    assert made.loc["big", "union_id"] == "" and pd.isna(made.loc["lone", "distance_km"])
    assert made.loc["unplaced", "why"] == "按职工数排列；职工不足25人，附近没有联合工会，也没有可以联合的小单位；没有可用的坐标，未比较与联合工会的距离"
    assert made.loc["near", "why"] == "按职工数排列；职工不足25人，3公里内有联合工会"


def test_a_joint_union_of_another_district_takes_nobody_in():
    made = listed(("a", "970101", "", 5, True, 0.03), radius=2.0)
    assert made.loc["a", "form"] == ANY and made.loc["a", "why"].startswith("有党组织而无工会，排在前面；")


def test_without_joint_unions_or_units():
    assert listed(("a", "970101", "T1", 5, False, 0.0), joint=JOINT.iloc[:0])["form"].tolist() == [ANY]
    assert listed().empty


def test_a_joint_union_stands_in_the_middle_of_the_units_it_covers():
    unions = pd.DataFrame({"union_id": ["J", "S", "F", "L"], "union_name": ["联合", "单独", "联合会", "以后"], "union_type": ["联合", "单独", "区域联合会", "联合"],
                           "district_code": "970101", "established_on": pd.to_datetime(["2015-01-01"] * 3 + ["2021-10-01"])})  # fmt: skip
    own = units(
        ("a", "970101", "", 5, False, 0.0), ("b", "970101", "", 5, False, 0.02), ("c", "970101", "", 5, False, 0.10), ("d", "970101", "", 5, False, None)
    )
    covers = pd.DataFrame(
        [("J", "a", None, "2016-01-01", None), ("J", "b", "直接", "2016-01-01", None), ("J", "c", "兜底", "2016-01-01", None), ("J", "d", "直接", "2016-01-01", None),
         ("J", "c", "直接", "2016-01-01", "2021-01-01"), ("S", "a", "直接", "2016-01-01", None), ("F", "a", "直接", "2016-01-01", None)],
        columns=["union_id", "uscc", "cover_type", "valid_from", "valid_to"])  # fmt: skip
    covers = covers.assign(valid_from=pd.to_datetime(covers["valid_from"]), valid_to=pd.to_datetime(covers["valid_to"]))
    made = joint_unions(unions, covers, own, DAY)
    assert made[["union_id", "lon", "members"]].values.tolist() == [["J", pytest.approx(0.01), 2]]
