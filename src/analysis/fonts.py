"""The font files to draw and print with: the user's licensed fonts first, then the two that pip brings."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from analysis.errors import SettingsError

_SUFFIXES = {".ttf", ".otf", ".ttc"}
PACKAGE = "pylopdf_fonts_zh_cn"


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
    return own + packaged_fonts()
