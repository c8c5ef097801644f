"""A figure's id taken apart: quarter, region, segment, indicator, and what was derived from it (``qoq``, ``rank``, ``of_blind`` …)."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from analysis import tables
from analysis.errors import ParameterError
from analysis.periods import Quarter
from analysis.runs.tracing.parts import STEPS

_ELSEWHERE = (
    ("assessment", "行动推进情况", "campaign_evidence.xlsx：每一分失在哪个文件、哪一行，逐家的类型"),
    ("campaign", "行动推进情况", "campaign_figures.csv（分子、分母）和 campaign.csv（名单，写明文件和行）"),
    ("building", "工会建设分析", "union_building_figures.csv（分子、分母）和 union_building.csv（名单）"),
)


@dataclass(frozen=True)
class Address:
    """A fact's id taken apart; ``indicator`` is one of ``indicators.csv``, ``steps`` what was derived from it (``qoq``, ``abs``, ``rank`` …)."""

    quarter: str
    region: str
    segment: str
    indicator: str
    steps: tuple[str, ...] = ()


def nearest(word: str, known: list[str]) -> str:
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return f"，最接近的是 {found[0]}" if found else ""


def read_address(text: str) -> Address:
    """Take an id apart.

    Raises
    ------
    ParameterError
        For what is no id; says which part is wrong and what comes nearest.
    """
    parts = text.strip().split("/")
    if len(parts) != 4:
        raise ParameterError(
            f"“{text}”不是数据编号，应有四段：季度/地区代码/分组/指标，例如 2021Q3/990100/all/unit_coverage_rate。网页里点开数字可以看到编号。"
        )
    quarter, region, segment, name = parts
    Quarter(quarter)
    segments, indicators = tables.load("segments")["segment"].tolist(), tables.load("indicators")["indicator"].tolist()
    if segment not in segments:
        raise ParameterError(f"没有名为“{segment}”的分组{nearest(segment, segments)}。可用的分组见 docs/indicators.md。")
    base = max((i for i in indicators if name == i or name.startswith(f"{i}_")), key=len, default="")
    if not base:
        _refuse_told_elsewhere(name)
        raise ParameterError(f"没有名为“{name}”的指标{nearest(name, indicators)}。可用的指标见 docs/indicators.md。")
    return Address(quarter, region, segment, base, _steps(name[len(base) + 1 :]))


def _refuse_told_elsewhere(name: str) -> None:
    """Say where a figure can be looked up that is a document's own and no indicator."""
    for table, document, where in _ELSEWHERE:
        own = tables.load(table).set_index("indicator")["name"]
        base = max((i for i in own.index if name == i or name.startswith(f"{i}_")), key=len, default="")
        if base:
            raise ParameterError(f"“{own[base]}”（{base}）是{document}文稿自己的数，不在 indicators.csv 里，不能用 trace 追到行。请看文稿旁边的 {where}。")


def _steps(rest: str) -> tuple[str, ...]:
    steps: list[str] = []
    while rest:
        step = max((k for k in STEPS if rest == k or rest.startswith(f"{k}_")), key=len, default=rest)
        steps.append(step)
        rest = rest[len(step) + 1 :]
    return tuple(steps)
