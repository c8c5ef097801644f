"""A figure as PNG for DOCX: the one that the notebook drew, else its SVG drawn by Typst with our fonts."""

from __future__ import annotations

import base64
import binascii
import struct
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.charts.svg import texts_digest
from analysis.errors import ExportError
from analysis.publishing.characters import Coverage
from analysis.publishing.svg import clean_svg
from analysis.publishing.typefaces import Faces

__all__ = ["decode_png", "drawn_digest", "figure_png", "png_ratio", "texts_digest"]
_PPI = 200
_SOURCE = b'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("figure.svg", width: %dmm)\n'


def decode_png(text: str, where: str) -> bytes:
    """Return the bytes of a PNG given in base64, or raise ExportError naming the figure."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ExportError(f"{where}的 png 不是 base64 文字。请检查生成这幅图的单元格。") from error
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ExportError(f"{where}的 png 不是 PNG 图片。请检查生成这幅图的单元格。")
    return data


def png_ratio(data: bytes) -> float:
    """Return height ÷ width of a PNG."""
    return int.from_bytes(data[20:24], "big") / max(int.from_bytes(data[16:20], "big"), 1)


def drawn_digest(data: bytes) -> str:
    """Return the digest of texts that a PNG drawn by our charts carries (chunk ``tEXt`` Source), "" for any other PNG."""
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"tEXt" and data[at + 8 : at + 15] == b"Source\x00":
            return data[at + 15 : at + 8 + length].decode("latin-1")
        at += length + 12
    return ""


def figure_png(block: dict, where: str, width_mm: float, faces: Faces) -> bytes:
    """Return the figure block as PNG bytes."""
    if block.get("png"):
        return decode_png(block["png"], where)
    import typst

    svg, _ratio = clean_svg(block["svg"], "d", where=where, redraw=Coverage(list(faces.files)).printable)
    with TemporaryDirectory(prefix="workbench-png-") as name:
        folder = Path(name)
        (folder / "figure.svg").write_text(svg, encoding="utf-8")
        (folder / "main.typ").write_bytes(_SOURCE % round(width_mm))
        try:
            made = typst.Compiler(str(folder / "main.typ"), root=name, font_paths=faces.loaded, ignore_system_fonts=True).compile(format="png", ppi=_PPI)
        except typst.TypstError as error:
            raise ExportError(f"{where}的 SVG 画不出来：{error.message}。请检查生成这幅图的单元格。") from error
    return made[0] if isinstance(made, list) else made
