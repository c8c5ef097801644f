"""A realistic speech made by hand: three levels, facts and marks, an 8 × 12 table, two figures, hostile names."""

from __future__ import annotations

import base64
import struct
import zlib

from analysis.publishing import blocks as b

HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    '#let x = 1 #eval("1") $y$',
    "{ PAGE \\* MERGEFORMAT }",
    "=SUM(A1:A2)",
    "甲\x01乙\u202e丙",
    "&amp;]]>",
]
DISTRICTS = ["临江区", "望山区", "青石区", "东湖区", "南浦区", "北岭区", "云桥县", "白沙县", "玉泉县", "松溪县", "高新区", "经开区"]
HEADS = ["区县", "应建会单位（家）", "已覆盖（家）", "单位覆盖率", "较上季度末", "职工（人）", "会员（人）", "位次"]


def fact_id(code: str, indicator: str) -> str:
    return f"2021Q3/{code}/all/{indicator}"


def record(code: str, name: str, indicator: str, text: str, value: float) -> dict:
    return {"id": fact_id(code, indicator), "quarter": "2021Q3", "region_name": name, "region_code": code, "indicator": indicator, "text": text,
            "value": value, "numerator": 611, "denominator": 1332, "denominator_name": "应建会单位", "as_of": "2021-09-30", "reason": "",
            "status": "ok", "name": "单位覆盖率"}  # fmt: skip


def png(width: int = 60, height: int = 30) -> str:
    rows = b"".join(b"\x00" + bytes((200, 60, 40)) * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")).decode()


def bar_svg() -> str:
    bars = "".join(
        f'<rect x="{70}" y="{10 + 24 * i}" width="{220 - 14 * i}" height="16" fill="#8a1c1c"/>'
        f'<text x="64" y="{23 + 24 * i}" font-size="12" text-anchor="end" font-family="Noto Sans SC">{name}</text>'
        f'<text id="{fact_id(f"99010{i}", "employee_coverage_rate")}" x="{76 + 220 - 14 * i}" y="{23 + 24 * i}" font-size="12" '
        f'font-family="Noto Sans SC">{70 - 3 * i}.1%</text>'
        for i, name in enumerate(DISTRICTS[:8])
    )
    return ('<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="360pt" height="205pt" viewBox="0 0 360 205">'
            '<metadata>http://purl.org/dc</metadata><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'
            '<script>alert(1)</script><defs><clipPath id="c"><rect width="360" height="205"/></clipPath></defs>'
            f'<g clip-path="url(#c)" onclick="x()">{bars}</g></svg>')  # fmt: skip


def table_block() -> dict:
    columns = [(head, "left" if i == 0 else "right") for i, head in enumerate(HEADS)]
    rows = []
    for i, name in enumerate(DISTRICTS):
        rate = b.run(f"{70 - 2 * i}.{i % 10}%", fact=fact_id(f"9901{i:02d}", "unit_coverage_rate"))
        rows.append([name, str(1332 - 57 * i), str(911 - 49 * i), rate, "提高1.2个百分点", str(20480 - 733 * i), str(15230 - 611 * i), str(i + 1)])
    return b.table(columns, rows, caption="各区县工会覆盖情况（截至2021年9月30日）", note="注：覆盖率按应建会单位计算；“—”表示没有数据。")


LONG = "要深刻认识到，工会组织是党联系职工群众的桥梁和纽带，基层工会是工会全部工作的基础，" + (
    "只有把组织建起来、把职工吸收进来、把作用发挥出来，工会工作才有坚实的根基。"
)


def speech(demo: bool = True, hostile: bool = True) -> list[dict]:
    city = fact_id("990000", "unit_coverage_rate")
    blind = fact_id("990000", "blind_unit_count")
    made = [
        b.meta("speech", "在全市工会“强补增”重点工作推进会上的讲话", "2021Q3", scope="city", scope_name="全市", as_of="2021-09-30", demo=demo,
               city_name="临州市", incomplete=["经开区未报送三季度台账，全市数不含该区"]),
        b.title("在全市工会“强补增”重点工作推进会上的讲话"), b.dateline("（2021年10月15日）"), b.byline("市总工会"), b.salutation("同志们："),
        b.paragraph("今天这次会议，主要任务是通报三季度工作情况，部署下一步重点工作。下面，我讲三点意见，供大家参考。"),
        b.heading(1, "一、提高认识，把握方向"), b.paragraph(LONG), b.paragraph(LONG + LONG),
        b.heading(1, "二、肯定成绩，正视问题"), b.heading(2, "（一）总体情况"),
        b.paragraph("截至", b.mark("2021年9月30日", "date"), "，全市单位覆盖率为", b.run("45.9%", fact=city), "，盲区单位仍有", b.run("1332", fact=blind),
                    "家。", b.run("这是必须正视的问题。", bold=True)),
        b.heading(3, "1.区县之间不平衡"), b.paragraph("各区县情况见表1。", LONG), table_block(),
        b.heading(4, "（1）主要短板"), b.paragraph(LONG),
        b.figure("各区县单位覆盖率条形图，临江区最高", svg=bar_svg(), caption="各区县单位覆盖率", width_mm=140,
                 facts=[fact_id(f"99010{i}", "employee_coverage_rate") for i in range(8)], note="注：按未舍入值排序。"),
        b.paragraph(LONG), b.figure("盲区分布示意图", png=png(), caption="盲区分布", width_mm=120),
        b.heading(2, "（二）存在问题"), b.paragraph("经开区台账缺报，本文不作推测。", style="notice"),
        b.heading(1, "三、压实责任，务求实效"), b.paragraph(LONG), b.paragraph("资料来源：各区县三季度台账。", style="source"),
        b.facts([record("990000", "临州市", "unit_coverage_rate", "45.9%", 611 / 1332), record("990000", "临州市", "blind_unit_count", "1332", 1332)]),
    ]  # fmt: skip
    if hostile:
        made.insert(-3, b.paragraph("单位名称：", "；".join(HOSTILE), "；𠮷田公司。"))
    return made
