"""The first sheet of a return workbook: what was found, how to mend it, how to send it again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import xlsxwriter

from analysis.intake.findings import meaning_of
from analysis.intake.return_pages import Page
from analysis.intake.schema import table_names
from analysis.periods import Quarter

if TYPE_CHECKING:
    from analysis.intake.returns import FileReport

NAME = "退回说明"
_COUNTS = ("rows_read", "accepted", "flagged", "quarantined")
_STEPS = (
    "各表最右边的“核对结论、核对问题、怎么改”三列逐行写明问题；有底色的格就是问题所在。可以在“核对结论”一列筛选出要改的行。",
    "橙色是退回：这一行没有计入任何数字，改好重新报送后才计入。黄色是提示：这一行已经计入，请核实，确实无误的不用改。",
    "请直接在本文件里改。没有问题的行也请保留，因为重新报送是整份替换；确属多余的行整行删去。",
    "改好后把本文件整份报送，替换原来的文件，不要两份一起放。最右边三列和本说明不用删，再次核对时会自动略过。",
    "本文件里的公式已变成数值，隐藏的和不认识的工作表没有附上；个人信息列只保留表头，内容已清空，请今后不要报送。",
)
_REFERENCES = "提醒：写着“在本季收下的表中找不到”的行，常常是因为它对应的单位、工会或合同那一行也被退回了。请先改好那一行，再报时这一行自然就对上了。"
_FAILED_STEPS = (
    "请按上面写的原因改正原文件后重新报送；改正之前，本文件对应的内容按缺报处理，不会当作零。",
    "也可以向市总工会索取空白模板，把内容复制进去后报送。",
)


def write_cover(book: xlsxwriter.Workbook, report: FileReport, pages: list[Page], left_out: list[str], quarter: str) -> None:
    """Write the sheet 退回说明."""
    sheet = book.add_worksheet(NAME)
    bold, wrap, head = (book.add_format(p) for p in ({"bold": True, "font_size": 12}, {"text_wrap": True, "valign": "top"}, _head()))
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 6, 9)
    place = _Cursor(sheet)
    place.line(f"{report.file} 核对退回说明（{Quarter(quarter).label}）", book.add_format({"bold": True, "font_size": 16}), 26)
    place.line(_opening(report), wrap)
    problems = [*_failures(report, pages), *left_out]
    if problems:
        place.heading("没有读成的部分", bold)
        for text in problems:
            place.line(text, wrap)
    if len(report.rows):
        place.heading("怎样改、怎样再报", bold)
        for number, text in enumerate(_STEPS, 1):
            place.line(f"{number}. {text}", wrap)
        if (report.rows["rule"] == "reference_unknown").any():
            place.line(_REFERENCES, wrap)
        place.heading("问题汇总", bold)
        place.table(("问题", "处理", "行数"), _rule_rows(report), head, cell, (0, 1, 2))
    else:
        place.heading("怎样改、怎样再报", bold)
        for number, text in enumerate(_FAILED_STEPS, 1):
            place.line(f"{number}. {text}", wrap)
    if len(report.summary):
        place.heading("各表行数", bold)
        rows = [(table_names()[r.table], r.sheet or "—", *(int(getattr(r, c)) for c in _COUNTS)) for r in report.summary.itertuples(index=False)]
        place.table(("表", "工作表", "读入", "接收", "提示", "退回"), rows, head, cell, (0, 1, 2, 3, 4, 5))
    notes = report.reason if report.status == "read" else ""
    if notes:
        place.heading("另外请注意", bold)
        for text in _sentences(notes):
            place.line(text, wrap)
    if any(p.is_excerpt for p in pages):
        place.line("行数超过一张工作表的上限，本文件只附有问题的行；请在自己的原文件里改，不要用本文件报送。", wrap)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


def _head() -> dict[str, Any]:
    return {"bold": True, "border": 1, "bg_color": "#D9E1F2", "text_wrap": True, "valign": "vcenter"}


def _opening(report: FileReport) -> str:
    counts = [int(report.summary[c].astype(int).sum()) if len(report.summary) else 0 for c in _COUNTS]
    if not len(report.summary):
        return "这份文件没有读成，一行也没有计入。"
    return f"共读入 {counts[0]} 行，接收 {counts[1]} 行，提示 {counts[2]} 行，退回 {counts[3]} 行。"


def _failures(report: FileReport, pages: list[Page]) -> list[str]:
    if report.status == "read":
        return []
    stopped = "、".join(f"“{p.name}”" for p in pages if p.is_stopped)
    return [*_sentences(report.reason), *([f"{stopped}照原样附在后面，请在表上改正表头后重新报送。"] if stopped else [])]


def _sentences(reason: str) -> list[str]:
    """The reasons and notes of a file, one a line; a semicolon inside a sentence parts nothing."""
    parts = re.split("；(?=工作表“|隐藏的工作表|不认识的|个人信息列)", reason)
    return [part.rstrip("。") + "。" for part in parts if part]


def _rule_rows(report: FileReport) -> list[tuple[Any, ...]]:
    counts = report.rows.groupby(["verdict", "rule"], sort=False).size()
    ordered = sorted(counts.items(), key=lambda item: (item[0][0] != "quarantined", -item[1], item[0][1]))
    words = {"quarantined": "退回：没有计入，请改正", "flagged": "提示：已经计入，请核实"}
    return [(meaning_of(rule), words[verdict], int(n)) for (verdict, rule), n in ordered]


class _Cursor:
    """Writes down the sheet, line by line."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self.row = sheet, 0

    def line(self, text: str, look: Any, height: float | None = None) -> None:
        # a merged line does not grow by itself; 90 half-width characters fit side by side
        lines = sum(max(1, -(-sum(2 if ord(c) > 0x2E80 else 1 for c in part) // 96)) for part in text.split("\n"))
        self.sheet.set_row(self.row, height or 16 * lines)
        self.sheet.merge_range(self.row, 0, self.row, 5, "", look)
        self.sheet.write_string(self.row, 0, text[:32_767], look)
        self.row += 1

    def heading(self, text: str, look: Any) -> None:
        self.row += 1
        self.line(text, look, 20)

    def table(self, header: tuple[str, ...], rows: list[tuple[Any, ...]], head: Any, cell: Any, columns: tuple[int, ...]) -> None:
        for look, row in [(head, header), *((cell, r) for r in rows)]:
            for i, value in zip(columns, row, strict=True):
                if isinstance(value, str):
                    self.sheet.write_string(self.row, i, value, look)
                else:
                    self.sheet.write_number(self.row, i, value, look)
            self.row += 1
