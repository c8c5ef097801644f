"""A document as PPTX: an editable deck of native text and tables, every figure of the register marked with its fact."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from pptx.oxml.ns import qn
from pptx.util import Cm

from analysis.publishing import deck_pages as room
from analysis.publishing.annex import day
from analysis.publishing.deck import Slide, deck_of
from analysis.publishing.document import DEMO_NOTICE, Document
from analysis.publishing.layout import title_lines, words
from analysis.publishing.number_check.allowed import Allowed
from analysis.publishing.pictures import figure_png, png_ratio
from analysis.publishing.pptx_file import add_facts, add_properties, fixed_bytes, open_deck, slide_fonts
from analysis.publishing.pptx_parts import ACCENT, GREY, PALE, cell_borders, element, fill, page_number, paragraph, run, set_text
from analysis.publishing.typefaces import load_faces

_ALIGN = {"left": "l", "right": "r", "center": "ctr"}
_FOOT_PT, _PLACE_PT, _CAPTION_PT, _NOTES_PT = 10.5, 13.0, 13.0, 14.0


class _Writer:
    def __init__(self, document: Document, deck: Any, font_folder: str | Path | None) -> None:
        self.document, self.deck, self.font_folder = document, deck, font_folder
        self.allowed, self.pictures = Allowed(document.facts, document.meta), []

    def add(self, slide: Slide) -> None:
        page = self.deck.slides.add_slide(self.deck.slide_layouts[5])
        if slide.kind == "cover":
            self._cover(page, slide)
        else:
            self._finding(page, slide)
            self._body(page, slide)
        self._foot(page, slide)
        frame = page.notes_slide.notes_text_frame
        for old in frame._txBody.findall(qn("a:p")):
            frame._txBody.remove(old)
        frame._txBody.extend(element("p", [run(item, _NOTES_PT) for item in said]) for said in slide.said)

    def _box(self, page: Any, name: str, left: float, top: float, width: float, height: float, paragraphs: list[Any], anchor: str = "t") -> Any:
        box = page.shapes.add_textbox(Cm(left), Cm(top), Cm(width), Cm(height))
        box.name = name
        set_text(box.text_frame, paragraphs, anchor)
        return box

    def _title(self, page: Any, top: float, height: float, paragraphs: list[Any], anchor: str) -> None:
        title = page.shapes.title
        title.name = "标题"
        title.left, title.top, title.width, title.height = Cm(room.LEFT_CM), Cm(top), Cm(room.WIDE_CM), Cm(height)
        set_text(title.text_frame, paragraphs, anchor)

    def _rule(self, page: Any, top: float) -> None:
        line = page.shapes.add_connector(1, Cm(room.LEFT_CM), Cm(top), Cm(room.LEFT_CM + room.WIDE_CM), Cm(top))
        line.name = "横线"
        line._element.spPr.append(element("ln", [fill(ACCENT)], w=19050))
        style = line._element.find(qn("p:style"))
        line._element.remove(style)

    def _cover(self, page: Any, slide: Slide) -> None:
        text = words(slide.finding)
        lines = [text] if any(r.get("fact") for r in slide.finding) else title_lines(text)
        size = room.block_size(lines, room.COVER_TITLE_CM, room.COVER_SIZES)
        content = [[{"text": p.text, "mark": p.mark} for p in self.allowed.split(line)] for line in lines] if len(lines) > 1 else [slide.finding]
        self._title(page, 4.6, room.COVER_TITLE_CM, [paragraph([run(item, size, bold=True) for item in line], size, "ctr") for line in content], "b")
        self._rule(page, 10.3)
        small = room.block_size([words(point) for point in slide.points], room.COVER_CM, room.COVER_LINE_SIZES)
        made = [paragraph([run(item, small, GREY) for item in point], small, "ctr", after=room.PARAGRAPH * small) for point in slide.points]
        self._box(page, "说明", room.LEFT_CM, 10.8, room.WIDE_CM, room.COVER_CM, made)

    def _finding(self, page: Any, slide: Slide) -> None:
        size = room.finding_size(words(slide.finding)) or room.FINDING_SIZES[-1][0]
        self._title(
            page, room.FINDING_TOP_CM, room.FINDING_CM, [paragraph([run(item, size, bold=True, figures=ACCENT) for item in slide.finding], size)], "ctr"
        )
        place = slide.place + ([] if slide.is_first else [{"text": "（续）"}])
        if place:
            small = room.block_size([words(place)], 0.9, (_PLACE_PT, 11.0, 9.0, 7.5))
            line = paragraph([run(item, small, ACCENT) for item in place], small)
            self._box(page, "所在部分", room.LEFT_CM, room.PLACE_TOP_CM, room.WIDE_CM, 0.7, [line])
        self._rule(page, room.BODY_TOP_CM - 0.35)

    def _body(self, page: Any, slide: Slide) -> None:
        if slide.exhibit is None:
            self._points(page, slide.points, room.WIDE_CM, room.NOTE_SIZES if slide.kind == "method" else room.POINT_SIZES)
        elif slide.exhibit["type"] == "figure":
            self._figure(page, slide)
        else:
            self._points(page, slide.points, room.NARROW_CM, room.POINT_SIZES)
            self._table(page, slide.exhibit)

    def _points(
        self, page: Any, points: Any, width: float, sizes: Any, left: float = room.LEFT_CM, top: float = room.BODY_TOP_CM, height: float = room.BODY_CM
    ) -> None:
        if not points:
            return
        size = room.points_size(points, width, height, sizes) or sizes[-1]
        made = [paragraph([run(item, size, figures=ACCENT) for item in point], size, bullet=True, after=room.PARAGRAPH * size) for point in points]
        self._box(page, "要点", left, top, width, height, made)

    def _figure(self, page: Any, slide: Slide) -> None:
        block = slide.exhibit
        data = figure_png(block, f"第 {len(self.pictures) + 1} 幅图", float(block.get("width_mm") or 150), load_faces(self.font_folder))
        self.pictures.append(data)
        at = room.figure_place(block, slide.points, png_ratio(data))
        top = room.BODY_TOP_CM
        if block.get("caption"):
            number = [{"text": f"{block['kind']}{block['number']}", "mark": "ordinal"}, {"text": "　"}] if "number" in block else []
            line = paragraph([run(item, _CAPTION_PT, bold=True) for item in [*number, *block["caption"]]], _CAPTION_PT, "ctr")
            self._box(page, "图题", at.left, top, at.width, 0.7, [line])
        picture = page.shapes.add_picture(BytesIO(data), Cm(at.left), Cm(top + at.caption), Cm(at.width), Cm(at.height))
        picture.name = f"插图{len(self.pictures)}"
        picture._element.nvPicPr.cNvPr.set("descr", block["alt"])
        if block.get("note"):
            note = paragraph([run(item, room.NOTE_PT, GREY) for item in block["note"]], room.NOTE_PT)
            self._box(page, "图注", at.left, top + at.caption + at.height + 0.1, at.width, room.note_cm(block), [note])
        self._points(page, slide.points, at.points_width, room.POINT_SIZES, at.points_left, at.points_top, at.points_height)

    def _table(self, page: Any, block: dict) -> None:
        size, width = room.table_size(block), room.table_width_cm(block)
        left, top = room.LEFT_CM + room.WIDE_CM - width, room.BODY_TOP_CM
        if block.get("caption"):
            number = [{"text": f"{block['kind']}{block['number']}", "mark": "ordinal"}, {"text": "　"}] if "number" in block else []
            line = paragraph([run(item, _CAPTION_PT, bold=True) for item in [*number, *block["caption"]]], _CAPTION_PT, "ctr")
            self._box(page, "表题", left, top, width, 0.7, [line])
            top += room.CAPTION_CM
        rows, widths = [block["columns"], *block["rows"]], room.column_cms(block, width)
        height = room.table_cm(block, size, width)
        frame = page.shapes.add_table(len(rows), len(widths), Cm(left), Cm(top), Cm(width), Cm(height))
        frame.name = "表"
        frame._element.nvGraphicFramePr.cNvPr.set("descr", words(block.get("caption") or [{"text": "本页所说数字的分子、分母"}]))
        table = frame.table
        table.horz_banding = False
        table._tbl.tblPr.find(qn("a:tableStyleId")).text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid: what we draw is what is seen
        for column, wide in zip(table.columns, widths, strict=True):
            column.width = Cm(wide)
        aligns = [_ALIGN[c.get("align", "left")] for c in block["columns"]]
        for number, cells in enumerate(rows):
            table.rows[number].height = Cm(room.row_cm(cells, widths, size))
            for column, cell in enumerate(cells):
                self._cell(table.cell(number, column), cell["runs"], size, aligns[column], number == 0)
        if block.get("note"):
            note = paragraph([run(item, room.NOTE_PT, GREY) for item in block["note"]], room.NOTE_PT)
            self._box(page, "表注", left, top + height + 0.15, width, room.note_cm(block), [note])

    def _cell(self, cell: Any, runs: list[dict], size: float, align: str, is_head: bool) -> None:
        set_text(cell.text_frame, [paragraph([run(item, size, bold=is_head) for item in runs], size, align)])
        about = cell._tc.txBody.find(qn("a:bodyPr"))
        for key in list(about.attrib):
            del about.attrib[key]
        for child in list(about):
            about.remove(child)
        cell.margin_left = cell.margin_right = Cm(room.CELL_X_CM)
        cell.margin_top = cell.margin_bottom = Cm(room.CELL_Y_CM)
        cell._tc.get_or_add_tcPr().set("anchor", "ctr")
        cell_borders(cell, ACCENT if is_head else "CCCCCC")
        cell._tc.get_or_add_tcPr().append(fill(PALE) if is_head else element("noFill"))

    def _foot(self, page: Any, slide: Slide) -> None:
        line = paragraph([run(item, _FOOT_PT, GREY) for item in foot(self.document)], _FOOT_PT)
        self._box(page, "页脚", room.LEFT_CM, room.FOOT_TOP_CM, room.WIDE_CM - 3, 0.6, [line])
        self._box(page, "页码", room.LEFT_CM + room.WIDE_CM - 2.5, room.FOOT_TOP_CM, 2.5, 0.6, [paragraph([page_number(_FOOT_PT)], _FOOT_PT, "r")])


def foot(document: Document) -> list[dict]:
    """Return the line at the foot of every slide: source, as-of day, whether the data are whole, the label."""
    meta = document.meta
    is_totals = any(source.get("table") == "totals" for source in meta["sources"])
    made = [{"text": "来源：公布的汇总表" if is_totals else "来源：市总工会季度工会台账"}]
    made += [{"text": "　时点："}, {"text": day(meta["as_of"]), "mark": "date"}] if meta["as_of"] else []
    said = ["数据不完整，见封面" if meta["incomplete"] else "", meta["label"], DEMO_NOTICE if meta["demo"] else ""]
    return made + [{"text": f"　{text}"} for text in said if text]


def render_pptx(document: Document, font_folder: str | Path | None = None) -> tuple[bytes, dict]:
    """Return the PPTX and its record. ``font_folder`` serves only to draw figures that came without a PNG."""
    deck = open_deck()
    slides = deck_of(document)
    writer = _Writer(document, deck, font_folder)
    for slide in slides:
        writer.add(slide)
    add_properties(deck, document)
    add_facts(deck, document, slides, writer.pictures)
    fonts = [{"role": "slide", "family": slide_fonts()[0]["docx_name"], "source": "由阅读者的电脑提供"}]
    return fixed_bytes(deck), {"format": "pptx", "fonts": fonts, "missing": [], "slides": len(slides)}
