"""The visit workbooks: who gets them, what stands in them, what becomes of old ones."""

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from test_versions import code, world  # noqa: F401 — a fixture

from analysis.measures.blanks.planner import Blank, plan
from analysis.measures.blanks.visits import ANY, JOIN, NEW_JOINT, OWN, WIDEN
from analysis.runs.lists.visiting import plan_rows, refresh_visit_workbooks, widened
from analysis.runs.package import open_package
from analysis.runs.packing import build_package


@pytest.fixture
def package(world):  # noqa: F811
    _, settings = world
    made = open_package(str(build_package(settings, "2021Q3")), "2021Q3")
    return replace(made, settings=replace(made.settings, visits_per_quarter=2, coverage_target=0.0))


def test_a_workbook_lists_the_units_without_a_union(package, tmp_path):
    [path] = refresh_visit_workbooks(package, ["970101"], tmp_path, {})
    assert path == tmp_path / "970101" / "visits.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["走访清单", "本季度方案", "乡镇街道汇总", "说明"]
    rows = list(book["走访清单"].iter_rows(min_row=3, values_only=True))
    assert rows[0][:7] == ("次序", "单位名称", "统一社会信用代码", "乡镇街道", "职工数", "有无党组织", "建议形式")
    assert [row[2] for row in rows[1:]] == sorted(code("91", n) for n in range(6, 10))
    assert {row[6] for row in rows[1:]} == {"单独建会或选组织员"}
    assert [row[4:] for row in book["本季度方案"].iter_rows(min_row=4, values_only=True)] == [
        (1, 1, 5, 5),
        (1, 2, 5, 10),
        (0, None, 0, None),
        (2, None, 10, None),
    ]
    assert [row[1] for row in book["本季度方案"].iter_rows(min_row=6, values_only=True)] == ["其中联合工会", "其中单个单位"]
    assert [row[10] for row in rows] == ["方案第几次", 1, 2, None, None]
    assert list(book["乡镇街道汇总"].iter_rows(min_row=4, values_only=True)) == [("（乡镇街道不明）", 4, 0, 0, 4, 20), ("合计", 4, 0, 0, 4, 20)]


def test_other_readers_get_none_and_old_ones_go(package, tmp_path):
    refresh_visit_workbooks(package, ["970101"], tmp_path, {})
    assert refresh_visit_workbooks(replace(package, audience="shared"), ["970101"], tmp_path, {}) == []
    assert not list(tmp_path.glob("*/visits.xlsx"))


def test_a_workbook_of_the_same_data_stays_and_of_other_data_goes(package, tmp_path):
    [path] = refresh_visit_workbooks(package, ["970101"], tmp_path, {})
    settings = {name: getattr(package.settings, name) for name in ("visits_per_quarter", "joint_radius_km", "coverage_target")}
    assert refresh_visit_workbooks(package, [], tmp_path, {"package": package.folder.name, "settings": settings}) == [path]
    assert refresh_visit_workbooks(package, [], tmp_path, {"package": "another", "settings": settings}) == [] and not path.exists()


def test_a_township_with_a_joint_union_is_widened_and_no_second_one_founded():
    drawn = [("a", "T1", WIDEN, "甲联合工会", "甲联合工会"), ("b", "T1", JOIN, "乙联合工会", "甲联合工会"), ("c", "T2", NEW_JOINT, "", ""), ("d", "T2", NEW_JOINT, "", ""),
             ("e", "T3", JOIN, "乙联合工会", ""), ("f", "T3", NEW_JOINT, "", ""), ("g", "T4", WIDEN, "丁联合工会", "丁联合工会"), ("h", "T4", OWN, "", "丁联合工会"), ("i", "", ANY, "", "")]  # fmt: skip
    rows = pd.DataFrame(drawn, columns=["uscc", "township_code", "form", "union_name", "township_union"])
    rows = rows.assign(unit_name=rows["uscc"], township_name=rows["township_code"], union_id="81X")
    chosen = plan([Blank(r.uscc, r.township_code, r.form != OWN) for r in rows.itertuples()], 9)
    assert [(row[2], row[1]) for row in plan_rows(rows, chosen)[:-2]] == [
        ("T1", "并入或扩大甲联合工会"), ("T2", "建一个联合工会"), ("T3", "建一个联合工会，或并入附近的"),
        ("T4", "并入或扩大丁联合工会"), ("T4", "单个单位建会"), ("", "单个单位建会")]  # fmt: skip
    assert [visit.township for visit in widened(rows, chosen).visits] == ["T1"]
