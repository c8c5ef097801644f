"""Settings that are not at their defaults are told; the list of those that move numbers and the assumptions' page name the same."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from analysis import tables
from analysis.publishing.layout import words
from analysis.runs.assumed import changed_settings
from analysis.runs.rerun.fingerprint import _DATA_SETTINGS
from analysis.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "assumptions.md").read_text(encoding="utf-8")
# what these say is which data are read, not how they count
NO_ASSUMPTION = {"city_code", "city_name", "boundary_layer", "township_layer", "max_unpacked_mb", "max_cells"}


def test_defaults_are_silent_and_changes_are_told():
    assert changed_settings(Settings(), "public") == []
    prefixes = ("99", *(p for p in Settings().excluded_prefixes if p != "11"))
    changed = Settings(excluded_prefixes=prefixes, two_new_self_employed=False, totals_multipliers={"employee_count": 10000.0}, suppress_below=3, jobs=7)
    told = [(row["said"], row["value"], row["usual"]) for row in changed_settings(changed)]
    assert told == [
        ("不计入应建会单位的代码前两位", "增加 99，减少 11", "程序所列"),
        ("两新组织含有雇工的个体工商户", "否", "是"),
        ("汇总表各列的倍数", "employee_count 为 10000", "无"),
    ]
    assert [row["setting"] for row in changed_settings(changed, "public")][-1] == "suppress_below"


def test_the_page_and_the_table_name_the_same_settings():
    rated = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| 假设")]
    assert all(re.fullmatch(r"\| .+ \| (高|中|低) \| (大|中|小|无)(（.+）)? \| .+ \|", line) for line in rated), rated
    named = {name for line in rated for name in re.findall(r"`(\w+)`", line.split("|")[4])}
    listed = set(tables.load("assumed_settings")["setting"])
    assert listed <= {f.name for f in fields(Settings)} and listed <= named
    assert {name for name in named if name in {f.name for f in fields(Settings)}} - listed <= {
        "store",
        "breaks",
        "sealed",
        "targets",
        "aliases",
        "crosswalk",
        "townships",
        "guidance_units",
        "guidance_districts",
    }
    assert set(_DATA_SETTINGS) - NO_ASSUMPTION <= listed


def test_the_method_note_says_it(monkeypatch):
    from types import SimpleNamespace

    from analysis.briefings.context import Draft
    from analysis.publishing.document import prepare
    from analysis.publishing.html import render_html
    from analysis.publishing.number_check import check_export

    package = SimpleNamespace(settings=Settings(mandatory_minimum=30, two_new_self_employed=False), audience="internal")
    (block,) = Draft(package, "speech", "讲话", None).changed()
    assert words(block["runs"]) == "本次改动了下列默认设置：“25人以上”的人数界限为30（默认25）；两新组织含有雇工的个体工商户为否（默认是）。"
    document = prepare([{"type": "meta", "document": "d", "title": "题", "quarter": "2021Q3"}, block])
    assert check_export(render_html(document)[0].encode(), "html", document) == []
    assert Draft(SimpleNamespace(settings=Settings(), audience="public"), "speech", "讲话", None).changed() == []
