"""What a figure is called where it is told where it comes from: its title, its code, the tables it rests on.

A derived figure (a rank, a gap, what a rate was divided by) bears the indicator that it was worked out from in its id. Its code is another matter: a
reader looks it up in the tables of indicators, so it is told only of what stands there, or of what plainly is that indicator's rank or gap.
"""

from __future__ import annotations

import re
from functools import cache

from analysis import tables
from analysis.facts import CHANGES
from analysis.measures.quality import definitions as quality_definitions

_ONE_OF_SEVERAL = re.compile(r"(body|force|type|target)\d+(_.*)?")  # of the campaign: a responsible body, a task force, a type of guidance, a target


@cache
def definitions() -> dict[str, dict[str, str]]:
    return {row["indicator"]: row for name in ("assessment", "campaign", "building", "indicators") for row in tables.load(name).to_dict("records")}


@cache
def _with_quality() -> dict[str, dict[str, str]]:
    return quality_definitions() | definitions()


@cache
def _counts() -> dict[str, str]:
    """Return the name of every count → its code; of two of one name the one of ``indicators.csv``."""
    return {row["name"]: code for code, row in _with_quality().items() if row["unit"] == "count"}


@cache
def _counted() -> dict[str, str]:
    """Return what is counted (a numerator, as the tables write it) → the code of its count."""
    return {row["numerator"]: code for code, row in _with_quality().items() if row["unit"] == "count" and "numerator" in row}


def _longest(indicator: str, known: dict[str, dict[str, str]]) -> str:
    return max((name for name in known if indicator == name or indicator.startswith(f"{name}_")), key=len, default="")


def base_of(indicator: str) -> str:
    """Return the indicator of ``indicators.csv``, ``building.csv``, ``campaign.csv`` or ``assessment.csv`` that a (perhaps derived) one rests on, "" where none.

    >>> base_of("unit_coverage_rate_qoq_abs")
    'unit_coverage_rate'
    """
    return _longest(indicator, definitions())


def tables_of(record: dict) -> list[str]:
    """Return the codes of the tables that a fact rests on, its segment's needs included."""
    base = base_of(str(record.get("indicator", "")))
    needs = definitions()[base]["needs"] if base else ""
    words = f"{needs} {_segments('needs').get(record.get('segment', 'all'), '')}".split()
    named = (w.removeprefix("before.").partition(".")[0].partition("|")[0] for w in words if w != "previous" and not w.startswith("columns."))
    return list(dict.fromkeys(named))


@cache
def _segments(column: str) -> dict[str, str]:
    return tables.load("segments").set_index("segment")[column].to_dict()


def segment_word(record: dict) -> str:
    segment = record.get("segment", "all")
    return "" if segment in ("all", "") else _segments("name").get(segment, "")


def name_of(record: dict) -> tuple[str, str]:
    """Return the segment's word and the rest of a figure's name; no word where the name says the segment itself.

    >>> name_of({"segment": "sme", "indicator": "unit_coverage_rate_denominator", "name": "中小企业应建会单位"})
    ('中小企业', '应建会单位')
    >>> name_of({"segment": "sme", "indicator": "worker_congress_rate_without", "name": "没有建立职代会制度的中小企业"})
    ('', '没有建立职代会制度的中小企业')
    """
    word, name = segment_word(record), str(record.get("name", ""))
    if word and name.startswith(word) and name != word:
        return word, name.removeprefix(word)
    base = _with_quality().get(_longest(str(record.get("indicator", "")), _with_quality()), {})
    own = name.replace(base["name"], "") if base else ""  # 职代会建制率（已覆盖企业） names no segment
    return ("" if word and word in own else word), name


def title_of(record: dict) -> str:
    """Return a figure's name with its segment, said once."""
    return "".join(name_of(record))


def code_of(record: dict) -> str:
    """Return the code under which a figure is found in the tables of indicators, "" where it has none.

    Its own or its change's; of what a rate was divided by, or of a count that bears another indicator's name, that one's; of what is named after its indicator (a rank, a gap), the indicator's.

    >>> code_of({"indicator": "mandatory_unit_union_rate_denominator", "name": "25人以上应建会单位", "unit": "count"})
    'mandatory_unit_count'
    >>> code_of({"indicator": "unit_coverage_rate_rank", "name": "单位覆盖率名次", "unit": "rank"})
    'unit_coverage_rate'
    >>> code_of({"indicator": "eligible_unit_count_districts", "name": "区县数", "unit": "count"})
    ''
    """
    indicator, known = str(record.get("indicator", "")), _with_quality()
    base = _longest(indicator, known)
    step = indicator[len(base) + 1 :]
    if not base:
        return indicator  # a table that these do not describe
    if not step or step in CHANGES:
        return indicator
    if base.startswith("assessment_") or _ONE_OF_SEVERAL.fullmatch(step):
        return base
    if step == "denominator":
        return _counted().get(known[base]["denominator"], "")
    name = name_of(record)[1]
    if record.get("unit") == "count":
        return _counts().get(name, "")
    return base if name.startswith(known[base]["name"]) else ""
