"""The speech as it is read out: the speech's own facts, in words, in paragraphs that fit a page, with pauses and minutes."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from story_world import package, text_of

from analysis.briefings import speech, speech_read
from analysis.facts.forms import forms
from analysis.publishing.document import prepare
from analysis.publishing.docx import render_docx
from analysis.publishing.html import render_html
from analysis.publishing.number_check import check_export
from analysis.publishing.pdf import render_pdf


@pytest.fixture(scope="module")
def read():
    return speech_read.write(package()).blocks


def facts_of(blocks):
    return [run["fact"] for block in blocks if block["type"] in ("paragraph", "heading") for run in block["runs"] if run.get("fact")]


def test_it_says_the_same_facts_in_the_same_order(read):
    printed = speech.write(package())
    assert facts_of(read) == facts_of(b for part in printed.parts for b in part)


def test_a_whole_sentence_as_it_is_said(read):
    said = "".join(text_of(read)).replace("/", "")
    assert "截至二〇二一年九月三十日，全市二百二十家应建会单位中，已有九十五家建立或者加入了工会组织，单位覆盖率为百分之四十三点二。" in said
    assert "甲区单位覆盖率为百分之六十点零" in said


def test_no_arabic_figure_is_left_to_read(read):
    body = [b for b in read if b["type"] == "paragraph" and b["style"] == "body"]
    assert [t for t in text_of(body) if re.search(r"[\d%]", t)] == []


def test_paragraphs_are_short_and_pauses_follow_every_sentence(read):
    body = text_of(b for b in read if b["type"] == "paragraph" and b["style"] == "body")
    assert max(len(t.replace("/", "")) for t in body) <= speech_read.LONGEST
    assert all(re.search(r"[。！？][”’）]*//$", t) or t[-1] not in "。！？" for t in body)


def test_minutes_add_up_to_the_whole(read):
    told = [int(m[1]) for t in text_of(read) if (m := re.match(r"【(?:全文|本部分)(\d+)字，约[\d.]+分钟】", t))]
    assert len(told) == 4 and told[0] > sum(told[1:]) > 0
    whole = next(t for t in text_of(read) if t.startswith("【全文"))
    assert whole == f"【全文{told[0]}字，约{told[0] / 200:.1f}分钟】" or abs(told[0] / 200 - float(re.search(r"约([\d.]+)分钟", whole)[1])) <= 0.05


@pytest.mark.parametrize(("record", "after", "said"), [
    ({"text": "2", "figure": "2", "unit": "count", "value": 2}, "家", "两"),
    ({"text": "2", "figure": "2", "unit": "count", "value": 2}, "。", "二"),
    ({"text": "12", "figure": "12", "unit": "count", "value": 12}, "家", "十二"),
    ({"text": "12035", "figure": "12035", "unit": "count", "value": 12035}, "人", "一万二千零三十五"),
    ({"text": "1.2万", "figure": "12035", "unit": "count", "value": 12035}, "人", "一点二万"),
    ({"text": "0.0个百分点", "figure": "0.0", "unit": "pp", "value": 0.0}, "，", "零点零个百分点"),
    ({"text": "1.2个百分点", "figure": "1.2", "unit": "pp", "value": 1.2}, "，", "一点二个百分点"),
    ({"text": "100.0%", "figure": "100.0", "unit": "ratio", "value": 1.0}, "，", "百分之百"),
    ({"text": "10.05%", "figure": "10.05", "unit": "ratio", "value": 0.1005}, "，", "百分之十点零五"),
    ({"text": "2", "figure": "2", "unit": "rank", "value": 2}, "位", "二"),
    ({"text": "0", "figure": "0", "unit": "count", "value": 0}, "家", "零"),
    ({"text": "—", "figure": "—", "unit": "count", "value": None, "status": "no_data"}, "家", "—"),
])  # fmt: skip
def test_figures_as_they_are_said(record, after, said):
    run = {"text": record["text"] if record["text"] != "1.2万" else forms({**record, "text": "12035"})["wan"], "fact": "f"}
    assert speech_read._said(run, after, {"f": {**record, "text": "12035"} if record["text"] == "1.2万" else record})["text"] == said


def test_every_format_passes_the_number_check_and_a_changed_word_does_not(read):
    document = prepare(read)
    for form, render in (("html", render_html), ("pdf", render_pdf), ("docx", render_docx)):
        made = render(document)[0]
        assert check_export(made.encode() if isinstance(made, str) else made, form, document) == []
    wrong = render_html(document)[0].replace(">百分之四十三点二<", ">百分之四十四点二<", 1)
    assert any("登记的是“43.2%”" in f.problem for f in check_export(wrong.encode(), "html", document))


def test_the_teleprompters_script_is_the_one_its_policy_names(read):
    page = render_html(prepare(read))[0]
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page and page.count("<script") == 1 and "http" not in script
    assert "<script" not in render_html(prepare(speech.write(package()).blocks))[0]
