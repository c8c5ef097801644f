"""A small finished document with a table, a chart and every kind of mark, and the ways to spoil it after it was written."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pikepdf

from analysis.charts.bars import ranked_bars
from analysis.charts.imprint import Imprint
from analysis.facts import Fact
from analysis.publishing import blocks as b
from analysis.publishing.document import Document, prepare
from analysis.publishing.docx import render_docx
from analysis.publishing.html import render_html
from analysis.publishing.pdf import render_pdf

FORMATS = ("html", "pdf", "docx")


def rate(code: str, name: str, numerator: int, denominator: int) -> Fact:
    level = "city" if code.endswith("00") else "district"
    return Fact("2021Q3", level, code, name, "all", "unit_coverage_rate", Fraction(numerator, denominator), "ratio", numerator=numerator,
                denominator=denominator, denominator_name="应建会单位", as_of=date(2021, 9, 30), decimals=1, name="单位覆盖率")  # fmt: skip


def count(code: str, name: str, value: int, indicator: str = "blind_unit_count", said: str = "盲区单位") -> Fact:
    level = "city" if code.endswith("00") else "district"
    return Fact("2021Q3", level, code, name, "all", indicator, value, "count", as_of=date(2021, 9, 30), name=said)


CITY = rate("990100", "全市", 1852, 2718)  # 68.138 %
EAST, ZONE = rate("990101", "东山区", 1203, 1610), rate("990102", "第3工业园", 649, 1108)
BLIND, WORKERS = count("990100", "全市", 866), count("990100", "全市", 123456, "employee_count", "职工")
BLANK = Fact("2021Q3", "district", "990103", "北岭县", "all", "unit_coverage_rate", None, "ratio", status="no_data", reason="没有报送2021年第三季度的台账",
             as_of=date(2021, 9, 30), decimals=1, name="单位覆盖率", denominator_name="应建会单位")  # fmt: skip
FACTS = [CITY, EAST, ZONE, BLIND, WORKERS, BLANK]


def chart() -> dict:
    drawn = ranked_bars([EAST, ZONE, BLANK], Imprint(source="季度台账"), city=CITY)
    return b.figure(drawn.alt, svg=drawn.svg, png=base64.b64encode(drawn.png).decode(), caption="各区县单位覆盖率", facts=drawn.facts)


def story(sentence: str = "") -> list[dict]:
    rows = [[f.region_name, f, f.denominator_name] for f in (EAST, ZONE, BLANK)]
    return [
        b.meta("brief", "工会覆盖情况", "2021Q3", scope_name="全市", city_name="临州市", incomplete=["北岭县没有报送2021年第三季度的台账"]),
        b.title("工会覆盖情况"), b.subtitle("2021年第三季度"), b.heading(1, "一、总体情况"),
        b.paragraph("截至", b.mark("2021年9月30日", "date"), "，全市单位覆盖率为", CITY, "，盲区单位还有", BLIND, "家，职工", b.run("12.3万", fact=WORKERS.id), "人。"),
        b.heading(3, "1.各地情况"),
        b.paragraph("25人以上单位建会率另行通报，", b.mark("25人", "threshold"), "含本数，", b.mark("二十五人", "law"), "见法条，各地见表1。一家一策，十分重要。"),
        *([b.paragraph(sentence)] if sentence else []),
        b.table(["区县", ("单位覆盖率", "right"), "分母"], rows, caption="各区县单位覆盖率", note="“—”为无数据：北岭县（没有报送2021年第三季度的台账）。"),
        chart(), b.facts(FACTS),
    ]  # fmt: skip


def written(form: str, blocks: list[dict] | None = None) -> tuple[Document, bytes]:
    document = prepare(blocks or story())
    made = {"html": render_html, "pdf": render_pdf, "docx": render_docx}[form](document)[0]
    return document, made.encode() if isinstance(made, str) else made


def in_page(data: bytes, old: str, new: str, times: int = 1) -> bytes:
    """Change a finished page as an editor would."""
    text = data.decode()
    assert old in text, old
    return text.replace(old, new, times).encode()


def in_word(data: bytes, old: str, new: str, member: str = "word/document.xml", times: int = 1) -> bytes:
    """Change one part of a finished DOCX."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == member:
                assert old in content.decode(), old
                content = content.decode().replace(old, new, times).encode()
            target.writestr(name, content)
    return made.getvalue()


def in_pdf(data: bytes, change: Callable[[list[dict]], list[dict]]) -> bytes:
    """Print the document with changed words, and give it the record of the true one: a PDF whose page says something else."""
    spoilt = written("pdf", change(story()))[1]
    with pikepdf.open(io.BytesIO(data)) as true, pikepdf.open(io.BytesIO(spoilt)) as false:
        record = true.attachments["facts.json"].get_file().read_bytes()
        del false.attachments["facts.json"]
        false.attachments["facts.json"] = pikepdf.AttachedFileSpec(false, record, filename="facts.json", mime_type="application/json")
        made = io.BytesIO()
        false.save(made)
    return made.getvalue()


def save(folder: Path, form: str, data: bytes) -> Path:
    path = folder / f"brief.{form}"
    path.write_bytes(data)
    return path
