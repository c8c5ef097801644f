"""The font files to draw and print with: the user's licensed fonts first, then Debian's where installed, then the two that pip brings.

And how a character is written that none of them has."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from analysis import tables
from analysis.errors import SettingsError

# joiners, soft hyphens, variation selectors: they change how neighbours look and print nothing themselves
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")

_SUFFIXES = {".ttf", ".otf", ".ttc"}
PACKAGE = "pylopdf_fonts_zh_cn"


def code_point(character: str) -> str:
    """Return the visible name of a character.

    >>> code_point("𠮷")
    '〔U+20BB7〕'
    """
    return f"〔U+{ord(character):04X}〕"


@lru_cache(maxsize=1 << 16)  # asked of every character of every text
def is_private(character: str) -> bool:
    """Whether a character means only what one machine's font draws for it: another shows something else, and PDF/A forbids it.

    >>> is_private("\\ue000"), is_private("区")
    (True, False)
    """
    return unicodedata.category(character) == "Co"


def installed_fonts() -> list[Path]:
    """Return Debian's 仿宋 and 楷体 where they are installed (``tables/fonts.csv``); WORKBENCH_INSTALLED_FONTS=0 leaves them out."""
    if os.environ.get("WORKBENCH_INSTALLED_FONTS") == "0":
        return []
    return [path for name in dict.fromkeys(tables.load("fonts")["installed"]) if name and (path := Path(name)).is_file()]


def packaged_fonts() -> list[Path]:
    """Return Noto Sans SC and Noto Serif SC as installed by ``pylopdf-fonts-zh-cn``."""
    folder = Path(str(files(PACKAGE)))
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not found:
        raise SettingsError("没有找到随程序安装的中文字体（pylopdf-fonts-zh-cn）。请重新执行 make setup。")
    return found


def font_files(font_folder: str | Path = "") -> list[Path]:
    """Return every font file in order of preference."""
    own: list[Path] = []
    if font_folder:
        folder = Path(font_folder)
        if not folder.is_dir():
            raise SettingsError(f"设置 font_folder 指向 {folder}，但没有这个文件夹。请改正 workbench.toml，或留空使用自带字体。")
        own = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    return own + installed_fonts() + packaged_fonts()
