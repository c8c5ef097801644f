"""The quarter's door: links, facts, safety."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from lxml import etree
from sample import bar_svg, fact_id, record, table_block

from analysis.errors import ExportError
from analysis.publishing import blocks as b
from analysis.publishing.index import _own, write_index


def model() -> dict:
    fact = fact_id("990000", "unit_coverage_rate")
    change = b.run("1.2个百分点", fact=f"{fact}_qoq_abs")
    return {
        "city_name": "临州市", "quarter": "2021Q3", "as_of": "2021-09-30", "demo": True, "incomplete": ["经开区未报送"],
        "headline": [{"label": name, "runs": b.as_runs(b.run("45.9%", fact=fact)), "change": b.as_runs("较上季度末提高", change)}
                     for name in ("单位覆盖率", "职工覆盖率", "会员入会率", "盲区单位", "规范化达标率")],
        "map": b.figure("全市单位覆盖率地图", svg=bar_svg(), caption="全市单位覆盖率"), "ranking": table_block(),
        "documents": [{"scope": scope, "scope_name": name, "documents": [
            {"title": "讲话稿", "formats": {kind: f"{scope}/speech.{kind}" for kind in ("html", "pdf", "docx")}},
            {"title": "<script>通报", "formats": {}, "status": "failed", "reason": "笔记本运行失败"}]} 
                      for scope, name in (("city", "全市"), ("990101", "临江区"))],
        "tables": [{"title": "指标表", "href": "indicators.csv", "note": "可用 Excel 打开"}, {"title": "退回单", "href": "intake/临江区 退回.xlsx"}],
        "intake": [{"label": "读入行数", "value": "2408"}, {"label": "退回行数", "value": "12"}],
        "facts": [record("990000", "临州市", "unit_coverage_rate", "45.9%", 0.459)],
    }  # fmt: skip


def test_index_links_everything_relatively(tmp_path):
    path = write_index(tmp_path / "index.html", model())
    text = path.read_text(encoding="utf-8")
    tree = etree.HTML(text)
    links = tree.xpath("//a/@href")
    links = [link for link in links if not link.startswith("#")]
    assert len(links) == 8 and "city/speech.pdf" in links and "intake/%E4%B8%B4%E6%B1%9F%E5%8C%BA%20%E9%80%80%E5%9B%9E.xlsx" in links
    assert set(re.findall(r"https?://[^\"'\s<>]+", text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    (script,) = tree.findall(".//script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode("utf-8")).digest()).decode("ascii")
    assert f"script-src 'sha256-{digest}';" in text and script.text == _own()["script"]
    assert "&lt;script&gt;通报" in text and "笔记本运行失败" in text
    assert [n.text for n in tree.xpath("//ul[@class='plain aside']/li")] == ["经开区未报送", "全市<script>通报没有做成", "临江区<script>通报没有做成"]
    assert all(tree.xpath(f"//*[@id='{link[1:]}']") for link in tree.xpath("//ul[@class='ways']//a/@href"))
    assert f'data-fact="{fact_id("990000", "unit_coverage_rate")}"' in text
    assert [item.name for item in tmp_path.iterdir()] == ["index.html"]


@pytest.mark.parametrize("target", ["https://a.cn/x", "/etc/passwd", "../x.html", "javascript:alert(1)"])
def test_a_link_that_leads_out_is_refused(tmp_path, target):
    with pytest.raises(ExportError, match="不是季度文件夹内的相对路径"):
        write_index(tmp_path / "index.html", model() | {"tables": [{"title": "x", "href": target}]})
    assert not list(tmp_path.iterdir())


def test_a_bare_quarter_still_has_a_door(tmp_path):
    text = write_index(tmp_path / "index.html", {"city_name": "临州市", "quarter": "2021Q3"}).read_text(encoding="utf-8")
    assert "临州市工会覆盖工作台" in text and "banner" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)


def test_a_door_with_a_figure_that_is_no_fact_is_not_put_in_place(tmp_path):
    from finished import CITY

    bare = {"city_name": "临州市", "quarter": "2021Q3", "facts": [CITY.as_record()], "intake": [{"label": "读入行", "value": "2408"}]}
    true = bare | {"headline": [{"label": "单位覆盖率", "runs": b.as_runs(CITY)}]}
    assert write_index(tmp_path / "index.html", true, is_checked=True).is_file()
    with pytest.raises(ExportError, match="“99”没有登记"):
        write_index(tmp_path / "other.html", bare | {"headline": [{"label": "单位覆盖率", "runs": b.as_runs("共99家")}]}, is_checked=True)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
