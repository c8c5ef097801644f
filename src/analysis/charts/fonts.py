"""Chinese fonts for figures: registered with matplotlib from the files, checked, and asked which characters they have."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from analysis.errors import SettingsError
from analysis.fonts import INVISIBLE, code_point, font_files, is_private

_PREFERRED = ("SimHei", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei")
# for a reader's machine that lacks our font
READER_FAMILIES = ("Noto Sans SC", "Source Han Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "SimHei", "PingFang SC", "Heiti SC", "sans-serif")
_MEASURE_PT = 100


@lru_cache(maxsize=8)
def use_fonts(font_folder: str = "") -> tuple[str, ...]:
    """Register the font files and return their families, the one for figures first.

    Raises
    ------
    SettingsError
        Where matplotlib cannot find one again: figures would show boxes instead of hanzi.
    """
    families = tuple(register(path) for path in font_files(font_folder))
    ranked = sorted(dict.fromkeys(families), key=lambda name: _PREFERRED.index(name) if name in _PREFERRED else len(_PREFERRED))
    for family in ranked:
        try:
            font_manager.findfont(family, fallback_to_default=False)
        except ValueError as error:
            raise SettingsError(f"字体“{family}”没有登记成功，图中的汉字会变成方框。请重新执行 make setup，或检查设置 font_folder。") from error
    return tuple(ranked)


def register(path: Path) -> str:
    """Make one font file known to matplotlib and return its family name."""
    try:
        font_manager.fontManager.addfont(str(path))
        return FT2Font(str(path)).family_name
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"字体文件 {path} 读不出来，可能不完整。请换一个文件，或把它移出字体文件夹。") from error


@lru_cache(maxsize=8)
def _faces(families: tuple[str, ...]) -> tuple[FT2Font, ...]:
    faces = tuple(FT2Font(font_manager.findfont(name, fallback_to_default=False)) for name in families)
    for face in faces:
        face.set_size(_MEASURE_PT, 72)
    return faces


if hasattr(os, "register_at_fork"):  # forked kernels would share the open file and its place in it, and read each other's bytes
    os.register_at_fork(after_in_child=_faces.cache_clear)


@lru_cache(maxsize=20_000)
def _advance(character: str, families: tuple[str, ...]) -> float | None:
    """Return the character's width in em, None where no face has it."""
    for face in _faces(families):
        if face.get_char_index(ord(character)):
            return face.load_char(ord(character)).linearHoriAdvance / 65536 / _MEASURE_PT
    return None


def drawable(text: str, families: Sequence[str]) -> str:
    """Return the text with every character that no font has written as 〔U+20BB7〕, never as a box.

    Examples
    --------
    >>> drawable("澄东区", use_fonts())
    '澄东区'
    """
    known = tuple(families)
    shown = (c for c in INVISIBLE.sub("", text) if c.isprintable() or is_private(c))
    return "".join(c if _advance(c, known) is not None and not is_private(c) else code_point(c) for c in shown)


def text_width_mm(text: str, size_pt: float, families: Sequence[str]) -> float:
    """Return how wide the text will be drawn."""
    known = tuple(families)
    return sum(_advance(c, known) or 1.0 for c in text) * size_pt * 25.4 / 72
