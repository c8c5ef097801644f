"""The visit list on a street of units a known way apart."""

import pandas as pd
import pytest

from analysis.measures.blanks.visits import ANY, JOIN, NEW_JOINT, OWN, WIDEN, joint_unions, local_unions, visit_list

DAY = pd.Timestamp("2021-09-30")


def units(*rows):
    """Units as (uscc, district, township, employees, party, lon), all on one parallel near the equator: 0.01° is 1.11 km."""
    made = pd.DataFrame(rows, columns=["uscc", "district_code", "township_code", "employee_count", "has_party_org", "lon"])
    made = made.assign(unit_name="单位" + made["uscc"], township_name=made["township_code"], lat=0.0, is_point_drawn=made["lon"].notna())
    return made.astype({"has_party_org": "boolean", "employee_count": "Int64"})


JOINT = pd.DataFrame({"union_id": ["81A", "81B"], "union_name": ["甲联合工会", None], "district_code": ["970101", "970102"], "lon": [0.0, 0.03], "lat": [0.0, 0.0],
                      "members": [3, 2]})  # fmt: skip


LOCAL = pd.DataFrame({"township_code": ["T1", "T9"], "union_id": ["81A", "81C"], "union_name": ["甲联合工会", "丙联合工会"], "members": [3, 1]})


def listed(*rows, radius=3.0, joint=JOINT, local=None):
    return visit_list(units(*rows), joint, radius, local=local).set_index("uscc")


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
    assert made.loc["unplaced", "why"] == "按职工数排列；职工不足25人，没有可用的坐标，未比较与联合工会的距离；没有可以联合的小单位"
    assert made.loc["lone", "why"] == "按职工数排列；职工不足25人，3公里内没有查到联合工会；没有可以联合的小单位"
    assert made.index[~made["is_compared"]].tolist() == ["unplaced"]
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


def test_a_unit_without_a_point_is_not_said_to_have_no_joint_union_near():
    made = listed(("p", "970101", "T1", 9, False, None), ("q", "970101", "T2", 8, False, None), ("r", "970101", "T2", 7, False, None), local=LOCAL)
    assert made["form"].to_dict() == {"p": WIDEN, "q": NEW_JOINT, "r": NEW_JOINT} and not made["is_compared"].any()
    assert made.loc["p", ["union_id", "union_name", "township_union"]].tolist() == ["81A", "甲联合工会", "甲联合工会"] and made.loc["q", "union_id"] == ""
    assert made.loc["p", "why"] == "按职工数排列；职工不足25人，没有可用的坐标，未比较与联合工会的距离；本乡镇街道已有联合工会，可由它扩大覆盖"
    assert made.loc["q", "why"] == "按职工数排列；职工不足25人，没有可用的坐标，未比较与联合工会的距离；同一乡镇街道还有未建会的小单位"
    assert pd.isna(made.loc["p", "distance_km"])


def test_joint_unions_without_a_place_leave_nothing_to_compare_with():
    nowhere = JOINT.assign(lon=float("nan"), lat=float("nan"))
    made = listed(("a", "970101", "T3", 9, False, 0.0), ("b", "970103", "T4", 9, False, None), joint=nowhere)
    assert made["is_compared"].to_dict() == {"a": False, "b": True}  # 970103 has no joint union at all: none can be near
    assert made.loc["a", "why"] == "按职工数排列；职工不足25人，本区县的联合工会没有可用的位置，未比较与联合工会的距离；没有可以联合的小单位"


def test_beyond_the_radius_the_township_s_own_joint_union_comes_before_a_new_one():
    made = listed(("a", "970101", "T1", 9, False, 0.2), ("b", "970101", "T1", 8, False, 0.2), ("near", "970101", "T1", 7, False, 0.0), local=LOCAL)
    assert made["form"].to_dict() == {"a": WIDEN, "b": WIDEN, "near": JOIN} and made["is_compared"].all()
    assert made.loc["a", "why"] == "按职工数排列；职工不足25人，3公里内没有查到联合工会；本乡镇街道已有联合工会，可由它扩大覆盖"


def test_a_township_s_joint_union_is_the_one_with_most_units_there_and_of_its_district():
    joint = pd.DataFrame({"union_id": ["J1", "J2", "J3"], "union_name": ["一", "二", "三"], "district_code": ["970101", "970101", "970102"]})
    states = pd.DataFrame({"uscc": list("abcdef"), "district_code": "970101", "township_code": ["T1", "T1", "T1", "T2", "", "T3"]})
    covers = pd.DataFrame([("J1", "a", None), ("J2", "b", "直接"), ("J2", "c", "直接"), ("J1", "d", "兜底"), ("J1", "e", None), ("J3", "f", None)],
                          columns=["union_id", "uscc", "cover_type"]).assign(valid_from=DAY, valid_to=pd.NaT)  # fmt: skip
    assert local_unions(joint, covers, states, DAY).values.tolist() == [["T1", "J2", "二", 2]]
    assert local_unions(joint, covers, states, DAY - pd.Timedelta(days=1)).empty
