"""Characters that a format or a font cannot carry print as 〔U+XXXX〕: seen by the reader, counted in the record, never fatal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from analysis.errors import SettingsError
from analysis.fonts import INVISIBLE, code_point, is_private

# C0 and C1 controls, surrogates, non-characters (none may stand in XML), and the marks that reverse or hide the text around them
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb"
_UNPRINTABLE = re.compile(f"[{_CONTROLS}{_TURNING}]")
_BREAKS = re.compile(r"[\t\r\n\u2028\u2029]+")


@lru_cache(maxsize=1 << 14)  # most of what a document says, it says more than once
def visible(text: str, keep_breaks: bool = False) -> str:
    """Return text that every format can carry: controls named, line breaks as spaces, invisible characters left out.

    >>> visible("甲\\x01乙\\n丙")
    '甲〔U+0001〕乙 丙'
    """
    text = _UNPRINTABLE.sub(lambda hit: code_point(hit[0]), text)
    return re.sub("[\u2028\u2029]", " ", text) if keep_breaks else INVISIBLE.sub("", _BREAKS.sub(" ", text))


@lru_cache(maxsize=64)
def _characters_of(path: str, _modified: int) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        with open(path, "rb") as file:
            fonts = TTCollection(file, lazy=True).fonts if path.lower().endswith(".ttc") else [TTFont(file, lazy=True)]
            return frozenset().union(*(font.getBestCmap() or {} for font in fonts))
    except TTLibError as error:
        raise SettingsError(f"字体文件 {path} 读不懂（{error}）。请从 font_folder 所指的文件夹里移走它，或换一个完好的文件。") from error


class _Known(dict[str, bool]):
    """Character → whether one of the fonts has it, worked out when first asked."""

    def __init__(self, fonts: list[frozenset[int]]) -> None:
        super().__init__()
        self._fonts = fonts

    def __missing__(self, character: str) -> bool:
        has = character.isspace() or (not is_private(character) and any(ord(character) in known for known in self._fonts))
        return self.setdefault(character, has)


class Coverage:
    """What a set of font files can print, and what it was asked for in vain (``missing``: character → count)."""

    def __init__(self, files: list[Path]) -> None:
        self._known = _Known([_characters_of(str(path), path.stat().st_mtime_ns) for path in files])
        self.missing: Counter[str] = Counter()

    def printable(self, text: str) -> str:
        """Return the text with every character that no font has written as 〔U+XXXX〕."""
        if all(map(self._known.__getitem__, text)):
            return text
        out = []
        for character in text:
            if self._known[character]:
                out.append(character)
            else:
                self.missing[character] += 1
                out.append(code_point(character))
        return "".join(out)

    def record(self) -> list[dict]:
        """Return the missing characters for the export record."""
        return [{"character": character, "code": f"U+{ord(character):04X}", "count": count} for character, count in sorted(self.missing.items())]


_CODES = re.compile(r"〔U\+([0-9A-F]{4,6})〕")


def named_in_figures(blocks: list[dict]) -> list[dict]:
    """Return the characters that figures show by their code, for the export record.

    >>> named_in_figures([{"type": "figure", "svg": "<text>〔U+20BB7〕田区</text>"}])
    [{'character': '𠮷', 'code': 'U+20BB7', 'count': 1, 'where': '图中写作编号'}]
    """
    found = Counter(code for block in blocks if block["type"] == "figure" for code in _CODES.findall(block.get("svg") or ""))
    return [{"character": chr(int(code, 16)), "code": f"U+{code}", "count": count, "where": "图中写作编号"} for code, count in sorted(found.items())]


def kept_as_they_are(blocks: list[dict], files: list[Path]) -> list[dict]:
    """Return the characters of the text that none of our fonts has and that the format leaves to the reader's machine, for the export record."""
    coverage = Coverage(files)
    for text in _texts(blocks):
        coverage.printable(text)
    return [item | {"where": "文字中照写，由阅读者的字体显示"} for item in coverage.record()]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("svg", "png", "alt"):
                yield from _texts(item)
