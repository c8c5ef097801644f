"""Templates into blocks: sandboxed Jinja2, a small mark-up, sentences that vanish as a whole where a figure is missing.

A template is plain text. A blank line ends a paragraph; lines without one between them run on. ``标题：`` ``副题：`` ``日期：`` ``署名：`` ``称谓：``
open the head, ``# `` ``## `` ``### `` are headings 1 to 3, ``注：`` and ``提示：`` are small print and notices. A line ``【图：名称】`` or ``【表：名称】``
keeps the place of a figure or table.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import SandboxedEnvironment, SecurityError

from analysis.errors import StoryError, TemplateError
from analysis.facts import Fact, Register
from analysis.wording import phrases
from analysis.wording.mistakes import in_chinese, place_of, reason_of
from analysis.wording.numbers import (
    BREAK,
    LINE,
    LINE_END,
    Figure,
    blank_ids,
    has_blank,
    in_ten_thousands,
    lines,
    mark,
    plain,
    runs,
    say,
    without_lines,
)
from analysis.wording.provisos import with_left_out, with_small_counts
from analysis.wording.sources import Given, Loader
from analysis.wording.story import segment_name

SHIPPED = Path(__file__).parent / "templates"
_HEADS = {"标题": "title", "副题": "subtitle", "日期": "dateline", "署名": "byline", "称谓": "salutation", "落款": "signature"}
_SMALL = {"注": "note", "提示": "notice", "来源": "source"}
_SLOT = re.compile(r"【[图表]：(.+)】")
_LINE_SIGN = re.compile(f"{LINE}[^{LINE_END}]*{LINE_END}")
_SENTENCE_ENDS = re.compile(r"(?<=[。！？])(?![”’）])")


@dataclass
class Text:
    """A rendered template: blocks of the block model, and the records of what was left unsaid (template, line, text, reason)."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    unsaid: list[dict[str, Any]] = field(default_factory=list)


class _Sentence(Extension):
    """``{% sentence %}…{% endsentence %}``: vanishes when a figure in it is blank."""

    tags = {"sentence"}

    def parse(self, parser: jinja2.parser.Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endsentence",), drop_needle=True)
        call = self.call_method("_keep", [nodes.Name("_unsaid", "load"), nodes.Const(parser.name or ""), nodes.Const(line)])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _keep(self, unsaid: Callable[[str, str, int], None], name: str, line: int, caller: Callable[[], str]) -> str:
        said = caller()
        if not has_blank(said):
            return said
        unsaid(said, name, line)
        return ""


class _Undefined(jinja2.StrictUndefined):
    @property
    def _undefined_message(self) -> str:
        name, owner = str(self._undefined_name), self._undefined_obj
        if owner is jinja2.utils.missing:
            return f"用到了没有的名字“{name}”"
        near = difflib.get_close_matches(name, getattr(owner, "known_names", []), n=1, cutoff=0.5)
        return f"没有名为“{name}”的指标或分组" + (f"，是不是“{near[0]}”" if near else "")


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Figure):
        return str(value)
    if isinstance(value, Fact):
        return say(value)
    if isinstance(value, jinja2.Undefined):
        return str(value)
    raise StoryError(f"直接写出了“{value!s:.30}”，它不是登记过的数字。请写成“全市.指标名”，日期、序数、阈值请用 mark 标注")


def _figure_filter(phrase: Callable[..., str]) -> Callable[..., str]:
    def apply(figure: Figure, *arguments: Any) -> str:
        if not isinstance(figure, Figure):
            raise StoryError(f"“{figure!s:.20}”不是登记过的数字，不能用这个过滤器")
        return phrase(figure.register, figure.fact, *arguments)

    return apply


FILTERS = {
    "mark": mark,
    "标注": mark,
    "较上季度末": _figure_filter(lambda r, f, unit="": phrases.change(r, f, "qoq", unit)),
    "较上年同期": _figure_filter(lambda r, f, unit="": phrases.change(r, f, "yoy", unit)),
    "与全市相比": _figure_filter(phrases.against_city),
    "位次": _figure_filter(phrases.standing),
    "以万计": _figure_filter(lambda r, f, decimals=1: in_ten_thousands(f, decimals)),
    "其中": _figure_filter(lambda r, f, whole: say(phrases.part_of(r, f, whole.fact))),
    "普遍程度": _figure_filter(lambda r, f: phrases.prevalence(f)),
    "多少": _figure_filter(lambda r, f: phrases.quantity(f)),
    "并列": lambda names: phrases.listed([str(name) for name in names]),
}


@lru_cache(maxsize=4)
def environment(*folders: str) -> SandboxedEnvironment:
    """Return the templates' environment for these folders: a template is compiled once a process, and again when its file changes."""
    made = SandboxedEnvironment(loader=Loader(folders, encoding="utf-8-sig"), undefined=_Undefined, extensions=[_Sentence], finalize=_written)
    made.filters.update(FILTERS)
    return made


class Engine:
    """Renders templates of ``folder`` (the user's own) over the shipped ones, file by file."""

    def __init__(self, register: Register, folder: Path | str | None = None) -> None:
        folders = [Path(folder)] if folder and Path(folder).is_dir() else []
        self.register = register
        self.environment = environment(*map(str, [*folders, SHIPPED]))
        self.rendered: set[str] = set()  # the templates that were asked for

    def with_text(self, name: str, text: str) -> Engine:
        """Return an engine that has a template of this name given as text, beside those of the folders."""
        made = copy(self)
        made.environment = self.environment.overlay(loader=Given(name, text, self.environment.loader), cache_size=0)
        return made

    def render(self, name: str, **context: Any) -> Text:
        """Render a template into blocks.

        Raises
        ------
        TemplateError
            One sentence with file and line, for any mistake in the template.
        """
        made = Text()
        self.rendered.add(name)

        def unsaid(said: str, template: str, line: int) -> None:
            made.unsaid.append(self._record(said, template, line))

        try:
            source = self.environment.get_template(name).render(_unsaid=unsaid, **context)
        except jinja2.TemplateNotFound as error:
            raise TemplateError(
                f"没有找到模板 {error.name or name}。请核对文件名，或从安装包中恢复该模板。"
            ) from None  # IPython cannot show Jinja's rewritten frames: the notebook would end without a word
        except jinja2.TemplateSyntaxError as error:
            reason = in_chinese(error.message or "")
            raise TemplateError(f"模板 {error.name or name} 第 {error.lineno} 行：写法有误（{reason}）。请检查成对的标记后重试。") from None
        except (jinja2.UndefinedError, SecurityError, StoryError, TypeError, ValueError, KeyError, AttributeError, UnicodeDecodeError) as error:
            where, line = place_of(error, name)
            raise TemplateError(f"模板 {where} 第 {line} 行：{reason_of(error)}。请改正后重试。") from None
        self._to_blocks(source, name, made)
        return made

    def _record(self, said: str, template: str, line: int) -> dict[str, Any]:
        facts = [self.register.used[i] for i in dict.fromkeys(blank_ids(said)) if i in self.register.used]
        parts = {f.segment: "" if f.segment == "all" else segment_name(f.segment) for f in facts}
        reasons = [f"{'' if parts[f.segment] in f.name else parts[f.segment]}{f.name}：{f.reason or '无数据'}" for f in facts]
        text = "".join(plain(said).split())
        return {"template": template, "line": line, "text": text, "reason": "；".join(dict.fromkeys(reasons)), "facts": [f.id for f in facts]}

    def _to_blocks(self, source: str, name: str, made: Text) -> None:
        waiting: list[str] = []

        def flush() -> None:
            self._paragraph("".join(waiting), name, made)
            waiting.clear()

        for signed in source.replace(BREAK, f"\n{BREAK}\n").split("\n"):
            line = without_lines(signed).strip(" \t　")
            head, _, rest = line.partition("：")
            if line == BREAK:
                flush()
            elif line.startswith("#"):
                flush()
                marks = line[: len(line) - len(line.lstrip("#"))]
                made.blocks.append({"type": "heading", "level": min(len(marks), 4), "runs": runs(line[len(marks) :].strip()), "lines": lines(signed)})
            elif slot := _SLOT.fullmatch(line):
                flush()
                made.blocks.append({"type": "slot", "name": slot[1], "template": name})
            elif head in _HEADS and rest:
                flush()
                made.blocks.append({"type": _HEADS[head], "runs": runs(rest), "lines": lines(signed)})
            elif line:
                waiting.append(signed.strip(" \t　"))
        flush()

    def _paragraph(self, text: str, name: str, made: Text) -> None:
        """Add a paragraph without the sentences that hold a blank, and say which districts its figures leave out."""
        kept: list[str] = []
        last = 0
        for sentence in filter(str.strip, _SENTENCE_ENDS.split(text)):
            begun = [line for _, _, line in lines(sentence)]
            line, last = (begun[0] if sentence.startswith(LINE) else last), begun[-1] if begun else last
            if has_blank(sentence):
                made.unsaid.append(self._record(sentence, name, line))
            else:
                kept.append(sentence)
        head, _, rest = "".join(kept).partition("：")
        style = _SMALL.get(plain(head), "body")
        if style != "body":
            kept = [sentence for sentence in _SENTENCE_ENDS.split("".join(_LINE_SIGN.findall(head)) + rest) if sentence.strip()]
        if style in ("body", "notice"):
            kept = with_small_counts(self.register, kept)
        said = "".join(with_left_out(self.register, kept))
        said = said[:-1] + "。" if said[-1:] in ("；", "，") else said
        if plain(said).strip():
            made.blocks.append({"type": "paragraph", "runs": runs(said), "style": style, "lines": lines(said)})
