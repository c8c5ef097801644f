"""``workbench new-notebook``: a notebook of one's own, wired to facts, figures, export and index like the shipped ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.errors import ParameterError
from analysis.paths import NOTEBOOKS
from analysis.runs.outputs import write_whole
from analysis.runs.plan import notebooks

_POINTS = " “”‘’（）《》、，：；·—…？！-"  # a title stands in code and in a template: no sign that either would read as its own
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
TEXT = """标题：{{{{ 本地.名称 }}}}{title}

# 一、总体情况

{{% sentence %}}截至{{{{ 时点 }}}}，{{{{ 本地.名称 }}}}{of_indicator}。{{% endsentence %}}

【图：地图】

# 二、各地情况

【表：分地区】

【图：排序】
"""


def new_notebook(
    name: str, title: str, indicator: str = "unit_coverage_rate", scopes: tuple[str, ...] = ("city", "district"), folder: Path = NOTEBOOKS
) -> Path:
    """Write the notebook and return its path; the run, ``workbench list`` and the index page know it from then on.

    Parameters
    ----------
    name : two digits and a name, as ``45_topic``; the name is the document's
    title : Chinese title, also the document's name on the index page

    Raises
    ------
    ParameterError
        For a name of another form or one that is taken, an unknown indicator, a title that is none.
    """
    found = re.fullmatch(r"(\d\d)_([a-z][a-z0-9_]{1,30})", name.removesuffix(".ipynb"))
    if not found:
        raise ParameterError(f"笔记本名写作“{name}”，应为两位数字加下划线加英文名，例如 45_topic。请改正后重试。")
    taken = {n.document for n in notebooks(folder)} | {"index"}
    path = folder / f"{found[0]}.ipynb"
    if path.exists() or found[2] in taken:
        raise ParameterError(f"名为“{found[2]}”的笔记本已经有了，没有覆盖。请换一个名字；现有的是 {'、'.join(sorted(taken - {'index'}))}。")
    known = dict(tables.load("indicators")[["indicator", "name"]].itertuples(index=False))
    if indicator not in known:
        raise ParameterError(f"没有名为“{indicator}”的指标。请在 docs/indicators.md 中查指标代码，例如 unit_coverage_rate。")
    plain = title.strip()
    if not any(sign.isalpha() for sign in plain) or not all(sign.isalpha() or sign in _POINTS for sign in plain) or len(plain) > 40:
        raise ParameterError(f"题目写作“{title[:50]}”，应为四十字以内的中文，不带数字和符号（中文标点可以），例如“物业行业工会覆盖专题”。请改正后重试。")
    made = written(found[2], plain, indicator, known[indicator], scopes)
    write_whole(path, lambda p: p.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"))
    return path


def written(document: str, title: str, indicator: str, indicator_name: str, scopes: tuple[str, ...]) -> dict[str, Any]:
    """Return the notebook as nbformat 4.5."""
    unit = dict(tables.load("indicators")[["indicator", "unit"]].itertuples(index=False))[indicator]
    said = f'{indicator_name}为{{{{ 本地["{indicator_name}"] }}}}' + ("（分母为{{ 本地.名称 }}的" + _below(indicator) + "）" if unit == "ratio" else "")
    text = TEXT.format(title=title, of_indicator=said)
    parameters = [
        'quarter: str = "2021Q3"  # 季度，例如 2021Q3',
        'scope: str = "city"  # city 为全市，或六位区县代码',
        'package: str = ""  # 留空则用演示数据',
        'audience: str = "internal"  # internal 内部、shared 跨部门、public 公开',
        'map_use: str = "internal"  # internal 内部研判、meeting 会议、public 公开',
    ]
    load = [
        "from analysis.briefings import topic", "from analysis.publishing.blocks import show", "from analysis.runs.package import open_package", "",
        f'document = topic.write(open_package(package, quarter, scope, audience, map_use), "{document}", "{title}", text, indicator="{indicator}")',
    ]  # fmt: skip
    cells = [
        _words(f"# {title}"),
        _code(parameters, ["parameters"]),
        _words("正文是模板，写法见 docs/guides/templates.md：数字写成变量，【图：…】【表：…】是图表的位置。改文字只改这一格。"),
        _code([f"text = '''{text}'''"]),
        _words('指标换成别的，改 indicator；只看一类单位，加 segment，例如 segment="small_micro"。代码见 docs/indicators.md。'),
        _code(load),
    ]
    for call, heading, words in (
        ("opening", "开头", "题目和季度。"),
        ("part(1)", "一、总体情况", "总体情况和地图。缺数的句子整句不出。"),
        ("part(2)", "二、各地情况", "各地的排序和表。正文里再加的部分，由最后一格写出。"),
        ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
    ):
        cells += [_words(f"## {heading}\n\n{words}"), _code([f"show(document.{call})"])]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02d}"
    about = {"document": document, "name": title, "scopes": list(scopes)}
    return {"cells": cells, "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}, "workbench": about}, "nbformat": 4, "nbformat_minor": 5}


def _below(indicator: str) -> str:
    return dict(tables.load("indicators")[["indicator", "denominator_name"]].itertuples(index=False))[indicator]


def _words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": ["remove-cell"]}, "source": text}


def _code(lines: list[str], tags: list[str] | None = None) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {"tags": tags} if tags else {}, "outputs": [], "source": "\n".join(lines)}
