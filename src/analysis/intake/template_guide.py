"""The sheets of a template that hold no data: 填表说明 and 填表选项."""

from __future__ import annotations

from typing import Any

from analysis import tables
from analysis.intake.schema import columns_of, table_codes, table_names
from analysis.intake.template_rules import header_text, note_of

_LISTS = "填表选项"
_STEPS = (
    "每张表第1行是标题，第2行是灰色示例（不计入），第3行是表头，从第4行起填写，一行一条，中间不留合计。",
    "橙色表头必填（带*），蓝色选填。“区县代码”和“区县”填一项即可。表头、工作表名请不要改。",
    "点到单元格会有下拉选项或提示；填错会弹出说明。从别处粘贴时请用“选择性粘贴—数值”，否则下拉选项和检查会被盖掉。",
    "代码列已设为文本格式，请直接输入或粘贴，不要先在常规格式的表里放18位数字，否则末几位会变成0。",
    "某项本区县没有统计过（例如没有摸过农民工底数），请把那一列整列删去；空着会按0计入。",
    "某张表没有掌握情况，请把那张工作表整张删去，按没有报送处理；确实一条也没有的，保留空表，按0计入。",
    "不要填报个人信息（姓名、身份证号、手机号、住址等），这样的列不会读取。",
    "填好后按“区县名＋季度”命名本文件，整份报送。退回时会附上标好问题的工作簿，在那份上改好再报即可。",
)


def write_lists(book: Any, districts: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Write 填表选项 and return the ranges that drop-downs name: ``district`` (codes, then names), ``district_name``, ``registration``."""
    sheet = book.add_worksheet(_LISTS)
    head = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1})
    text = book.add_format({"num_format": "@"})
    codes, names = [c for c, _ in districts], [n for _, n in districts]
    types = tables.load("registration_types")[["code", "name"]]
    columns = (
        ("区县名称", names),
        ("区县代码或名称", [*codes, *names]),
        ("登记注册类型代码", types["code"].tolist()),
        ("登记注册类型", types["name"].tolist()),
    )
    for i, (title, values) in enumerate(columns):
        sheet.set_column(i, i, 26)
        sheet.write_string(0, i, title, head)
        for row, value in enumerate(values, 1):
            sheet.write_string(row, i, value, text)
    sheet.freeze_panes(1, 0)
    ends = {"district_name": ("A", len(names)), "district": ("B", 2 * len(names)), "registration": ("C", len(types))}
    return {key: f"='{_LISTS}'!${letter}$2:${letter}${size + 1}" for key, (letter, size) in ends.items() if size}


def write_guide(book: Any, sheet: Any, title: str, districts: tuple[tuple[str, str], ...]) -> None:
    """Write 填表说明: steps, the city's districts, and every column of every table."""
    bold = book.add_format({"bold": True, "font_size": 12})
    head = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    for i, width in enumerate((12, 30, 84)):
        sheet.set_column(i, i, width)
    sheet.merge_range(0, 0, 0, 2, f"工会台账填表说明　{title}".rstrip("　"), book.add_format({"bold": True, "font_size": 16}))
    sheet.set_row(0, 28)
    row = 2
    for number, step in enumerate(_STEPS, 1):
        sheet.merge_range(row, 0, row, 2, f"{number}. {step}", wrap)
        sheet.set_row(row, 32 if len(step) > 48 else 18)
        row += 1
    if districts:
        row += 1
        sheet.merge_range(row, 0, row, 2, "本市区县", bold)
        row += 1
        row = _rows(sheet, row, [("代码", "名称")], head)
        row = _rows(sheet, row, list(districts), cell)
    for table in table_codes():
        row += 1
        sheet.merge_range(row, 0, row, 2, f"{table_names()[table]}", bold)
        row = _rows(sheet, row + 1, [("序号", "列", "怎么填")], head)
        row = _rows(sheet, row, [(str(i), header_text(c), note_of(c)) for i, c in enumerate(columns_of(table), 1)], cell)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


def _rows(sheet: Any, row: int, lines: list[tuple[str, ...]], look: Any) -> int:
    for line in lines:
        for i, text in enumerate(line):
            sheet.write_string(row, i, text, look)
        row += 1
    return row
