import re
from types import SimpleNamespace

import pytest
from story_world import cells, package, paragraph, text_of, whole
from ten_districts import ten

from analysis.briefings import research_report
from analysis.errors import ParameterError
from analysis.measures.blanks.decompose import CAUSES

CAUSAL = re.compile("因为.*所以|由于.*导致|得益于|归功于|促使|使得")


@pytest.fixture(scope="module")
def document():
    return research_report.write(ten("city"))


def test_frame(document):
    heads = [t for b, t in zip(document.blocks, text_of(document.blocks), strict=True) if b["type"] == "heading" and b["level"] == 1]
    assert heads == [
        "一、调研概况",
        "二、总体状况",
        "三、结构差异",
        "四、工会质量和民主管理",
        "五、变化情况",
        "六、需要进一步核实的问题",
        "七、工作建议",
        "八、局限",
        "口径说明",
    ]


def test_situation_and_extremes(document):
    assert paragraph(document.part(3), "截至2021年9月30日，参加排名").startswith(
        "截至2021年9月30日，参加排名的区县中，单位覆盖率最高的子县为100.0%，最低的丑县为0.0%，相差100.0个百分点。"
    )


def test_causes_are_questions_and_never_claims(document):
    said = "".join(text_of(document.blocks))
    assert not CAUSAL.search(said)
    part = text_of(document.part(6))
    assert all("待核实" in text or "需进一步调研" in text for text in part[1:])


def test_advice_rests_on_figures(document):
    part = text_of(document.part(7))
    assert any(text.startswith("一是") for text in part)
    for block in document.part(7)[1:]:
        assert any("fact" in r for r in block["runs"]) or "补齐" in block["runs"][0]["text"], block


def test_groups_too_small_have_no_rate_and_empty_ones_no_row():
    more = whole({"970101": (2, 9)}, segment="above_scale") + whole({"970101": (30, 60)}, segment="two_new") + whole({"970101": (0, 0)}, segment="sme")
    document = research_report.write(package(more=more))
    found = next(b for b in document.blocks if b["type"] == "table")
    rows = {line[0]: line[1:] for line in cells(found)}
    assert rows["规上企业"] == ["9", "2", "—", "—", "7", "70"] and rows["两新组织"][2] == "50.0%" and "中小企业" not in rows


def test_without_an_earlier_quarter_there_is_no_comparison():
    document = research_report.write(package(earlier=None))
    assert text_of(document.part(5)) == ["五、变化情况", "与上季度不作比较，原因是没有2021年第二季度的台账，无可比数据。"]


def test_what_is_lacking_is_said():
    gaps = [{"region": "970103", "region_name": "丙县", "table": "covers", "column": "", "reason": "没有报送“覆盖关系”表"}]
    said = "".join(text_of(research_report.write(package(incomplete=gaps)).part(1)))
    assert "数据并不完整：丙县没有报送“覆盖关系”表。" in said


def test_every_digit_is_a_fact_or_marked(document):
    assert not [r for b in document.blocks for r in b.get("runs", []) if re.search(r"\d", r["text"]) and not ({"fact", "mark"} & set(r))]


def test_a_district_has_no_report():
    with pytest.raises(ParameterError, match="调研报告只有全市的"):
        research_report.write(package("970101"))


@pytest.mark.parametrize(
    ("parts", "cause"),
    [
        ([{"units": 1, "covered": -3}], "covered"),
        ([{"units": -2, "covered": 0}, {"units": -3, "covered": -1}], "units"),
        ([{"units": -2, "covered": 0}, {"units": 0, "covered": -1}], ""),
        ([{"moved": -2}], ""),
        ([None], ""),
        ([], ""),
    ],
)
def test_a_fall_is_laid_to_what_drew_all_districts_down(monkeypatch, parts, cause):
    """A quarter that cannot be split into causes (None) leaves the question open."""
    made = [
        SimpleNamespace(reason="" if part else "没有上季度末的逐单位台账", parts={c: SimpleNamespace(value=(part or {}).get(c, 0)) for c in CAUSES})
        for part in parts
    ]
    monkeypatch.setattr(research_report, "why", lambda package, code: made[int(code)])
    assert research_report.drawn_down_by(None, [str(n) for n in range(len(made))]) == cause
