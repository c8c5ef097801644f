"""The index page of a small city drawn by hand: what it says, and what it keeps to itself."""

from __future__ import annotations

import re

import pytest
from figures import row
from lxml import etree
from story_world import COVERED, package, text_of

from analysis.facts import Register
from analysis.runs.index.changes import COMPARED, change_blocks
from analysis.runs.index.door import write_door
from analysis.runs.notebook import Outcome

NO_INTAKE = dict.fromkeys(("files", "rows_read", "accepted", "flagged", "quarantined"), 0)


def page(tmp_path, made, outcomes=()):
    path = write_door(tmp_path, made, list(outcomes), lambda _: None)
    return etree.HTML(path.read_text(encoding="utf-8"))


def words(nodes):
    return ["".join(node.itertext()).strip() for node in nodes]


def test_headlines_say_size_denominator_and_change(tmp_path):
    tree = page(tmp_path, package(intake=NO_INTAKE))
    cards = [" ".join(words(card)) for card in tree.xpath("//ul[@class='cards aside']/li")]
    assert cards[1] == "单位覆盖率 43.2% 分母：应建会单位 较上季度末提高2.7个百分点 较上年同期：—（没有2020年第三季度的台账，无可比数据）"
    assert cards[2].startswith("盲区单位 125 单位：家 较上季度末减少6家")
    assert len(cards) == 5


def test_what_changed_is_told_by_figures_of_the_register():
    made = package(intake=NO_INTAKE, more=[row("970100", "newly_covered_unit_count", 7)])
    blocks = change_blocks(made)
    assert text_of(blocks[1:]) == [
        "截至2021年9月30日，本季度新覆盖单位7家，已覆盖单位较上季度末增加6家，盲区单位较上季度末减少6家。",
        "各区县单位覆盖率与上季度末相比，提高的有2个（甲区5.0个百分点、丙县5.0个百分点），持平的有1个。",
    ]
    assert blocks[0]["type"] == "table" and ["".join(r["text"] for r in c["runs"]) for c in blocks[0]["rows"][2]] == [
        "单位覆盖率",
        "40.5%",
        "43.2%",
        "2.7个百分点",
    ]
    assert set(COMPARED) >= {"unit_coverage_rate", "shell_rate"}


def test_without_an_earlier_quarter_nothing_is_compared():
    assert text_of(change_blocks(package(earlier=None))) == ["没有2021年第二季度的台账，无从比较。"]


def test_a_district_that_has_handed_in_now_is_named():
    now = [row("970104", "unit_coverage_rate", (5, 10), name="丁县")]
    then = [row("970104", "unit_coverage_rate", None, name="丁县", status="no_data", reason="没有报送“工会”表", quarter="2021Q2")]
    said = text_of(change_blocks(package(more=now, more_then=then)))
    assert "上季度没有覆盖数据、本季度已有的：丁县。" in said


def test_documents_failures_and_gaps_stand_on_the_page(tmp_path):
    outcomes = [Outcome("speech", "city", "made", files=["city/speech.html", "city/speech.pdf", "notebooks/city/speech.ipynb"]),
                Outcome("district_brief", "970101", "failed", reason="内核意外结束")]  # fmt: skip
    gap = {"region": "970102", "region_name": "乙区", "table": "units", "column": "has_party_org", "reason": "乙区报送的“单位”表没有“有无党组织”一列"}
    tree = page(tmp_path, package(intake=NO_INTAKE, incomplete=[gap]), outcomes)
    assert words(tree.xpath("//section[@id='place-city']//li")) == ["讲话稿网页PDF笔记本"]
    assert words(tree.xpath("//section[@id='place-970101']//p")) == ["单位覆盖率60.0%，较上季度末提高5.0个百分点；盲区单位40家"]
    assert words(tree.xpath("//ul[@class='plain aside']/li")) == ["甲区区县简报没有做成", "乙区报送的“单位”表没有“有无党组织”列"]
    found = tree.xpath("//section[@id='place-city']//li/@data-find")
    assert found == ["苇津市 讲话稿 网页 PDF 笔记本"]


def test_other_readers_get_no_names_of_failures(tmp_path):
    tree = page(tmp_path, package(intake=NO_INTAKE, audience="shared"), [Outcome("speech", "city", "failed", reason="张三.xlsx 第3行")])
    text = "".join(tree.itertext())
    assert "张三" not in text and "没有做成，原因见内部版" in text


def test_a_withheld_district_takes_the_count_of_rises_with_it():
    made = package()
    frame = made.register.frame.copy()
    frame.loc[(frame["indicator"] == "unit_coverage_rate_qoq") & (frame["region_code"] == "970102"), "status"] = "suppressed"
    said = " ".join(text_of(change_blocks(package(register=Register(frame, made.quarter, made.city)))))
    assert "提高的有" not in said


@pytest.mark.parametrize("covered", [COVERED, {"970101": (60, 100)}])
def test_no_address_but_the_svgs_own(tmp_path, covered):
    write_door(tmp_path, package(intake=NO_INTAKE, covered=covered, earlier=None), [], lambda _: None)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r"https?://(?!www\.w3\.org/)", text)
