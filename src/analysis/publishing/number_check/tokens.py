"""What counts as a figure in running text: digits of any script, and Chinese numerals where they act as figures (a closed rule)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CN = "〇零一二两三四五六七八九十百千万亿"
_MEASURE = "家人个份户名次项条件起宗篇元亿万"
# a single numeral before a measure word is a word (一家一策, 三点意见); two and more with 十 百 千 万 are a count (二十五人, 一百二十家)
_NOT_TENTHS = "[立为员本绩就果功效长熟色因分不型人家套批品交都册]"
_CHINESE = re.compile(
    f"[百千万]分之[{_CN}点]+"
    f"|[{_CN}]+分之[{_CN}]+"
    f"|[一二两三四五六七八九]成(?!{_NOT_TENTHS})[一二三四五六七八九半多]?"
    f"|[{_CN}]+点[{_CN}]+[万亿%倍]"
    r"|[一二两三四五六七八九十]倍|翻[一两二三]番"
    f"|[{_CN}]*[二三四五六七八九][十百千万亿][{_CN}]*(?=[多余]?[{_MEASURE}])"
    f"|[一二两三四五六七八九][百千万亿][{_CN}]+(?=[多余]?[{_MEASURE}])"
    f"|十[一二三四五六七八九](?=[多余]?[{_MEASURE}])"
    r"|[〇零一二三四五六七八九]{4}年"
)


_CODE = re.compile(r"〔U\+[0-9A-F]{4,6}〕")  # a character that no font has


@lru_cache(maxsize=1 << 16)
def _is_digit(character: str) -> bool:
    # Nd: digits of any script, full width too; No, Nl: ① ½ ² Ⅳ
    return character.isdigit() or (character > "\x7f" and unicodedata.category(character) in ("Nd", "No", "Nl") and character not in _CN)


def find_figures(text: str) -> list[tuple[int, int]]:
    """Return the spans (start, end) of all figures.

    Examples
    --------
    >>> [("有１２家，覆盖45.9%，约三成。"[a:b]) for a, b in find_figures("有１２家，覆盖45.9%，约三成。")]
    ['１２', '45.9%', '三成']
    >>> find_figures("一家一策，三点意见，十分重要，千方百计"), figures("〔U+20BB7〕田公司2家")
    ([], ['2'])
    """
    return list(_spans(text))


@lru_cache(maxsize=1 << 14)  # the same words are asked about when a document is prepared, and again in each of its finished files
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    if not any(map(_is_digit, text)):
        return tuple(m.span() for m in _CHINESE.finditer(text))
    at, codes = 0, {m.start(): m.end() for m in _CODE.finditer(text)}
    while at < len(text):
        at = codes.get(at, at)
        if at >= len(text):
            break
        if not _is_digit(text[at]):
            at += 1
            continue
        end = at + 1
        while end < len(text) and (_is_digit(text[end]) or (text[end] in ".．," and end + 1 < len(text) and _is_digit(text[end + 1]))):
            end += 1
        if end < len(text) and text[end] in "%％‰":
            end += 1
        found.append((at, end))
        at = end
    return tuple(sorted([*found, *(m.span() for m in _CHINESE.finditer(text))]))


def figures(text: str) -> list[str]:
    """Return the figures of a text in order."""
    return [text[start:end] for start, end in find_figures(text)]
