"""Characters that a format or a font cannot carry print as 〔U+XXXX〕: seen by the reader, counted in the record, never fatal."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

from analysis.errors import SettingsError

# C0 and C1 controls, surrogates, non-characters (none may stand in XML), and the marks that reverse or hide the text around them
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb"
_UNPRINTABLE = re.compile(f"[{_CONTROLS}{_TURNING}]")
_BREAKS = re.compile(r"[\t\r\n\u2028\u2029]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")


def code_point(character: str) -> str:
    """Return the visible name of a character.

    >>> code_point("𠮷")
    '〔U+20BB7〕'
    """
    return f"〔U+{ord(character):04X}〕"


def visible(text: str, keep_breaks: bool = False) -> str:
    """Return text that every format can carry: controls named, line breaks as spaces, invisible characters left out.

    >>> visible("甲\\x01乙\\n丙")
    '甲〔U+0001〕乙 丙'
    """
    text = _UNPRINTABLE.sub(lambda hit: code_point(hit[0]), text)
    return text if keep_breaks else _INVISIBLE.sub("", _BREAKS.sub(" ", text))


@lru_cache(maxsize=64)
def _characters_of(path: str, _modified: int) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        with open(path, "rb") as file:
            fonts = TTCollection(file, lazy=True).fonts if path.lower().endswith(".ttc") else [TTFont(file, lazy=True)]
            return frozenset().union(*(font.getBestCmap() or {} for font in fonts))
    except TTLibError as error:
        raise SettingsError(f"字体文件 {path} 读不懂（{error}）。请从 font_folder 所指的文件夹里移走它，或换一个完好的文件。") from error


class Coverage:
    """What a set of font files can print, and what it was asked for in vain (``missing``: character → count)."""

    def __init__(self, files: list[Path]) -> None:
        self._known = [_characters_of(str(path), path.stat().st_mtime_ns) for path in files]
        self.missing: Counter[str] = Counter()

    def _has(self, character: str) -> bool:
        return character.isspace() or any(ord(character) in known for known in self._known)

    def printable(self, text: str) -> str:
        """Return the text with every character that no font has written as 〔U+XXXX〕."""
        if all(self._has(character) for character in set(text)):
            return text
        out = []
        for character in text:
            if self._has(character):
                out.append(character)
            else:
                self.missing[character] += 1
                out.append(code_point(character))
        return "".join(out)

    def record(self) -> list[dict]:
        """Return the missing characters for the export record."""
        return [{"character": character, "code": f"U+{ord(character):04X}", "count": count} for character, count in sorted(self.missing.items())]
