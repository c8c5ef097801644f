"""Mistakes in templates, found without data: every tag is read by itself, so that one mistake does not hide the next.

A template's own names (``领先区县``, ``建议项`` …) are read from the code of the document that hands them over; indicators, segments, filters and what
may follow a figure are those the engine knows. Branches that no run takes are read like all others.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import jinja2
from jinja2 import nodes

from analysis.briefings.template_names import METHODS, PLACES, handed_over, known_names, known_slots, shipped_names
from analysis.facts import Register
from analysis.publishing.number_check.tokens import find_figures
from analysis.wording.engine import Engine
from analysis.wording.numbers import Figure
from analysis.wording.story import known_codes

_TAG = re.compile(r"\{#.*?#\}|\{%(?:(?!\{%|\{\{|%\}).)*%\}|\{\{(?:(?!\{%|\{\{|\}\}).)*\}\}", re.DOTALL)  # a tag never runs over the next one
_BROKEN = re.compile(r"\{%-?\s*([a-z]+)")
_WIDE = {"（": "(", "）": ")", "，": ",", "：": ":", "；": ";", "“": '"', "”": '"', "‘": "'", "’": "'", "＝": "=", "＞": ">", "＜": "<", "！": "!", "｜": "|", "。": ".",
         "｛": "{", "｝": "}", "％": "%", "［": "[", "］": "]", "　": "（空格）"}  # fmt: skip
_ENDS = {"if": "endif", "for": "endfor", "sentence": "endsentence", "macro": "endmacro", "filter": "endfilter", "call": "endcall"}
_HEADED = ("标题", "副题", "日期", "署名", "称谓", "落款", "注", "提示", "来源")


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake: ``line`` 0 is the file as a whole."""

    file: str
    line: int
    said: str

    @property
    def sentence(self) -> str:
        return f"模板 {self.file}" + (f" 第 {self.line} 行" if self.line else "") + f"：{self.said}"


@dataclass(frozen=True)
class Tag:
    text: str
    line: int

    @property
    def inside(self) -> str:
        return self.text[2:-2].strip("-").strip()

    @property
    def word(self) -> str:
        found = re.match(r"[a-z_]+", self.inside) if self.text.startswith("{%") else None
        return found[0] if found else ""


def name_mistake(file: str) -> list[Mistake]:
    """Return what is wrong with a file's name: the program would never use it."""
    known = shipped_names()
    if file in known:
        return []
    near = difflib.get_close_matches(file.removesuffix(".txt").replace(" - 副本", "").replace("副本", ""), known, n=1, cutoff=0.6)
    advice = f"请改名为 {near[0]}" if near else f"可用的名字是 {'、'.join(known)}"
    return [Mistake(file, 0, f"“{file}”不是文稿模板的名字，程序不会用它。{advice}。")]


def mistakes(file: str, data: bytes) -> list[Mistake]:
    """Return every mistake of a template, in the order of its lines."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return [Mistake(file, 0, "文件不是 UTF-8 编码（记事本另存时多半选成了 ANSI 或 GBK）。请另存为，编码选 UTF-8。")]
    if not text.strip():
        return [Mistake(file, 0, "文件是空的，文稿会没有内容。请从安装包中恢复，或删去这个文件。")]
    found = [*_broken_tags(file, text), *_pairs(file, text), *_prose(file, text), *_slots(file, text), *_names(file, text)]
    if not found:
        found = _whole(file, text)
    return sorted(set(found))


def _tags(text: str) -> list[Tag]:
    return [Tag(m[0], text.count("\n", 0, m.start()) + 1) for m in _TAG.finditer(text) if not m[0].startswith("{#")]


def _without_tags(text: str) -> str:
    """Return the text with every tag blanked out, line breaks kept."""
    return _TAG.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def _structure(text: str) -> list[Tag]:
    """Return the tags with those that only lost their end: they still open and close."""
    bare = _without_tags(text)
    lost = [(m.start(), Tag(f"{{% {m[1]} %}}", bare.count("\n", 0, m.start()) + 1)) for m in _BROKEN.finditer(bare)]
    whole = [(m.start(), Tag(m[0], text.count("\n", 0, m.start()) + 1)) for m in _TAG.finditer(text) if not m[0].startswith("{#")]
    return [tag for _, tag in sorted([*lost, *whole], key=lambda pair: pair[0])]


def _broken_tags(file: str, text: str) -> Iterator[Mistake]:
    for number, line in enumerate(_without_tags(text).split("\n"), 1):
        if wide := re.search(r"[{｛]\s*[｛％]|｛\s*[{%]|[}｝％%]\s*｝|[％｝]\s*}", line):
            yield Mistake(file, number, f"标记用了全角的括号或百分号“{wide[0]}”。标记一律用半角，写作 {{{{ … }}}} 或 {{% … %}}。")
        elif re.search(r"\{%|\{\{", line):
            what = "%}" if "{%" in line else "}}"
            yield Mistake(file, number, f"有标记没有结束，缺少“{what}”。请在这个标记的末尾补上“{what}”。")
        elif re.search(r"%\}|\}\}", line):
            yield Mistake(file, number, "多了一个“%}”或“}}”，或者它前面的“{%”“{{”被删掉了。请补齐成对的括号。")
        elif "{#" in line or "#}" in line:
            yield Mistake(file, number, "注释没有成对的“{#”和“#}”。请补齐，否则注释会印进文稿。")
    for tag in _tags(text):
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", tag.inside)
        if wide := list(dict.fromkeys(c for c in bare if c in _WIDE)):
            right = " ".join(dict.fromkeys(_WIDE[c] for c in wide))
            yield Mistake(file, tag.line, f"标记 {_short(tag.text)} 里有全角或弯的符号 {' '.join(wide)} ，应为半角的 {right} 。请切换到英文输入法重打。")


def _pairs(file: str, text: str) -> Iterator[Mistake]:
    """Every if, for and sentence must be closed, in the right order."""
    open_tags: list[Tag] = []
    for tag in _structure(text):
        if tag.word in _ENDS:
            open_tags.append(tag)
        elif tag.word in _ENDS.values():
            own = next((number for number in range(len(open_tags) - 1, -1, -1) if _ENDS[open_tags[number].word] == tag.word), None)
            if own is None:
                yield Mistake(file, tag.line, f"“{tag.word}”没有对应的开头。请补上开头，或删去这一个。")
                continue
            for lost in open_tags[own + 1 :]:
                yield _unclosed(file, lost)
            del open_tags[own:]
        elif tag.word in ("elif", "else") and not any(t.word in ("if", "for") for t in open_tags):
            yield Mistake(file, tag.line, f"“{tag.word}”不在 if 之内。请检查前面的 if 是否被删掉了。")
    for lost in open_tags:
        yield _unclosed(file, lost)


def _unclosed(file: str, tag: Tag) -> Mistake:
    end = _ENDS[tag.word]
    return Mistake(file, tag.line, f"这里的 {tag.word} 没有结束。请在它管的文字后面补上 {{% {end} %}}。")


def _prose(file: str, text: str) -> Iterator[Mistake]:
    bare = _without_tags(text)
    for number, line in enumerate(bare.split("\n"), 1):
        for start, end in find_figures(re.sub(r"【[^】]*】", lambda m: " " * len(m[0]), line)):
            said = line[start:end]
            yield Mistake(file, number, f'直接写了数字“{said}”。统计数字写作 {{{{ 全市.指标名 }}}}；日期、序数、门槛写作 {{{{ "{said}" | mark("阈值") }}}}。')
        if line.startswith("＃"):
            yield Mistake(file, number, "标题的“＃”是全角的，应为半角的“#”。")
        if (head := re.match(rf"({'|'.join(_HEADED[:5])})\s*[:﹕]", line.strip())) is not None:
            yield Mistake(file, number, f"“{head[1]}”后面是半角冒号，应为全角的“：”。")
    if file not in METHODS and "标题：" not in bare:
        yield Mistake(file, 0, "没有“标题：”一行，文稿会没有题目。请在开头补上。")


def _slots(file: str, text: str) -> Iterator[Mistake]:
    known = known_slots(file)
    for number, line in enumerate(_without_tags(text).split("\n"), 1):
        for found in re.finditer(r"【([^】\n]*)】?", line):
            shape = re.fullmatch(r"【([图表])：(.+)】", found[0])
            if shape is None or line.strip() != found[0]:
                yield Mistake(file, number, f"图表的位置应单独成行，写作【图：名称】或【表：名称】，这里是“{line.strip()[:30]}”。请改正括号和冒号。")
            elif shape[2] not in known:
                near = difflib.get_close_matches(shape[2], known, n=1, cutoff=0.3)
                advice = f"是不是“{near[0]}”？" if near else ""
                yield Mistake(file, number, f"这份文稿没有名为“{shape[2]}”的图表。{advice}可用的是：{'、'.join(sorted(known)) or '没有图表'}。")


def _names(file: str, text: str) -> Iterator[Mistake]:
    tags = _tags(text)
    own = {name for tag in tags for name in re.findall(r"^(?:for|set)\s+([\w, ]+?)\s*(?:in\b|=)", tag.inside) for name in re.split(r"[,\s]+", name)}
    environment = _environment()
    for tag in tags:
        if any(c in _WIDE for c in re.sub(r"\"[^\"]*\"|'[^']*'", "", tag.inside)):
            continue  # said already
        source = _alone(tag)
        if source is None:
            if tag.word not in (*_ENDS.values(), "else", "sentence"):
                near = difflib.get_close_matches(tag.word, (*_ENDS, *_ENDS.values(), "elif", "else", "set"), n=1)
                yield Mistake(file, tag.line, f"不认识的标记 {_short(tag.text)}" + (f"，是不是 {near[0]}" if near else "") + "。请改正后重试。")
            continue
        try:
            tree = environment.parse(source)
        except jinja2.TemplateSyntaxError:
            yield Mistake(
                file, tag.line, f'标记 {_short(tag.text)} 的写法有误。请检查点、引号和括号是否成对，指标名里有数字或括号的要写成 全市["25人以上单位"]。'
            )
            continue
        for said in _name_mistakes(tree, file, own):
            yield Mistake(file, tag.line, said)


def _alone(tag: Tag) -> str | None:
    """Return the tag as a template of its own, None for one that holds no expression or is unknown."""
    if tag.text.startswith("{{"):
        return tag.text
    if tag.word in ("if", "for", "filter"):
        return tag.text + "{% " + _ENDS[tag.word] + " %}"
    if tag.word == "elif":
        return "{% if true %}" + tag.text + "{% endif %}"
    return tag.text if tag.word == "set" else None


def _name_mistakes(tree: nodes.Template, file: str, own: set[str]) -> Iterator[str]:
    environment, given = _environment(), known_names(file)
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        table = environment.filters if isinstance(node, nodes.Filter) else environment.tests
        if node.name not in table:
            yield f"不认识的{'过滤器' if isinstance(node, nodes.Filter) else '判断'}“{node.name}”" + _near(
                node.name, [n for n in table if not n.isascii()] or table
            )
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in given | own | {"loop"}:
            yield f"用到了没有的名字“{node.name}”" + _near(node.name, given | own)
    inner = {id(node.node) for node in tree.find_all((nodes.Getattr, nodes.Getitem))}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if id(node) not in inner:
            yield from _chain_mistakes(node, file)


def _chain_mistakes(node: nodes.Node, file: str) -> Iterator[str]:
    """Follow ``全市.小微企业.盲区单位.环比.有数`` from its root."""
    parts: list[str] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getitem) and not (isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)):
            return
        parts.insert(0, node.attr if isinstance(node, nodes.Getattr) else node.arg.value)
        node = node.node
    if not isinstance(node, nodes.Name) or node.name == "loop":
        return
    indicators, segments = known_codes()
    kind = "place" if node.name in PLACES else "any"
    for part in parts:
        is_figure, is_segment, is_answer = part in indicators, part in segments, part in Figure.answers
        if kind == "place" and not (is_figure or is_segment or part == "名称"):
            yield f"没有名为“{part}”的指标或分组" + _near(part, [*indicators, *segments])
            return
        if kind == "figure" and not is_answer:
            yield f"“{part}”不能跟在指标后面" + _near(part, Figure.answers)
            return
        if kind == "any" and not (is_figure or is_segment or is_answer or part in handed_over(file)):
            yield f"没有名为“{part}”的内容" + _near(part, [*indicators, *segments, *Figure.answers, *handed_over(file)])
            return
        kind = "figure" if is_figure or (is_answer and kind == "figure") else "place" if is_segment else "any" if kind == "any" else "text"


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"，是不是“{near[0]}”？请核对。" if near else "。名字见 docs/indicators.md 和模板开头的说明，请核对。"


def _whole(file: str, text: str) -> list[Mistake]:
    """Compile the whole file: what reading the tags one by one did not see."""
    try:
        _environment().compile(text)
    except jinja2.TemplateSyntaxError as error:
        return [Mistake(file, error.lineno, f"写法有误（{error.message}）。请检查这一行的标记是否成对。")]
    return []


def _short(tag: str) -> str:
    flat = " ".join(tag.split())
    return flat if len(flat) <= 30 else flat[:28] + "…"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    import pandas as pd

    empty = pd.DataFrame(columns=["quarter", "region_level", "region_code", "region_name", "segment", "indicator"])
    return Engine(Register(empty, "2021Q3", ("", ""))).environment
