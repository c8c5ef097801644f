"""Write a contact sheet of every kind of map and chart in many situations, in colour, in grey and as colour-blind eyes see it: ``reports/gallery``."""

from __future__ import annotations

import html
import io
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "charts"))

from crowds import all_of, counties, counts_of, eligible_of, inverse, odd_places, rates_of, townships  # noqa: E402
from squares import NAMES, counts, fact, rates, regions  # noqa: E402
from test_chart_colours import MACHADO  # noqa: E402

from analysis.charts.bars import ladder, ranked_bars  # noqa: E402
from analysis.charts.grades import grade_map  # noqa: E402
from analysis.charts.heat import Column, heat_table  # noqa: E402
from analysis.charts.imprint import Imprint  # noqa: E402
from analysis.charts.maps import choropleth, pair_map, symbol_map  # noqa: E402
from analysis.charts.overlap import overlap_chart  # noqa: E402
from analysis.charts.panels import Panel, industry_panels  # noqa: E402
from analysis.charts.slopes import slope_chart  # noqa: E402
from analysis.charts.tilegrid import tile_grid  # noqa: E402
from analysis.places.tiles import tiles_of  # noqa: E402

PLAIN = Imprint(source="演示台账", is_demo=True)


def pictures():
    """Yield name and figure of every situation."""
    few, mid, many, foreign = regions(), townships(56), townships(300), counties()
    long = townships(60, names=[f"{'很' * (i % 5) * 6}长的名字街道管理委员会{i}" for i in range(60)])
    yield "六个区县：各种空白", choropleth(few, rates(), PLAIN)
    yield "会议用", choropleth(few, rates(), replace(PLAIN, map_use="meeting", is_demo=False))
    yield "率上加圆", symbol_map(few, rates(), counts(400, 100, 25), PLAIN, unit="家")
    yield "小微与两新", pair_map(few, rates(segment="small_micro"), rates(segment="two_new"), PLAIN)
    yield "小微与两新，三百个乡镇", pair_map(many, rates_of(many, segment="small_micro"), rates_of(many, 9, segment="two_new"), PLAIN)
    for name, place in (("五十六个乡镇", mid), ("三百个乡镇", many), ("二百八十个县", foreign), ("很长的名称", long), ("只有一个", few.iloc[:1])):
        yield name, choropleth(place, rates_of(place), PLAIN)
    odd = odd_places()
    yield "飞地、多块、细长、极小", choropleth(odd, rates_of(odd), PLAIN, counts=eligible_of(rates_of(odd)))
    yield "飞地加圆", symbol_map(odd, rates_of(odd), counts_of(rates_of(odd)), PLAIN, unit="家")
    for name, status in (("全部无数据", "no_data"), ("全部不予显示", "suppressed"), ("全部不全", "incomplete"), ("全部为零", "zero")):
        yield name, choropleth(few, all_of(few, status), PLAIN)
    for name, place in (("五级盲区", mid), ("三百个乡镇五级盲区", many), ("奇形五级盲区", odd)):
        known = rates_of(place)
        yield name, grade_map(place, inverse(known), counts_of(known), eligible_of(known), PLAIN)
    yield "方格", tile_grid(tiles_of(mid), rates_of(mid), PLAIN)
    yield "三百个方格", tile_grid(tiles_of(many), rates_of(many), PLAIN)
    yield from charts()


def charts():
    """Yield what is no map."""
    city = replace(fact("990100", 41), region_name="全市")
    yield "排序", ranked_bars(rates(), PLAIN, city=city, highlight="990106")
    columns = [Column(f"行业{n}", rates(segment=f"s{n}"), counts(100, 9, 30, 0, 3, 55, segment=f"s{n}")) for n in range(6)]
    yield "行业热力表", heat_table(list(NAMES.values()), columns, PLAIN)
    yield "分行业小图", industry_panels(list(NAMES.values()), [Panel(c.name, c.rates, city) for c in columns], PLAIN)
    earlier = [fact(code, 20 + 3 * i, quarter="2021Q2") for i, code in enumerate(NAMES)]
    yield "坡度", slope_chart(earlier, [fact(code, 31 - 2 * i) for i, code in enumerate(NAMES)], PLAIN, city=(replace(city, quarter="2021Q2"), city))
    levels = [
        fact("990100", n, None, name=f"第{i}级", indicator=f"union_level_{i}_count", region_name="全市") for i, n in enumerate((12, 30, 44, 61, 25, 9), start=1)
    ]
    yield "状态梯", ladder(levels, PLAIN, shell=replace(city, name="挂牌、空壳工会占比"), met=replace(city, name="规范化达标率"))
    groups = [fact("990100", n, None, name="盲区单位", segment=s, region_name="全市") for n, s in
              ((80, "small_micro"), (90, "two_new"), (65, "small_micro_and_two_new"), (105, "small_micro_or_two_new"))]  # fmt: skip
    yield "重叠", overlap_chart(*groups, PLAIN)


def versions(png: bytes):
    """Yield the picture as it is, in grey, and as three kinds of colour blindness see it."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    yield "原色", image
    yield "灰度", image.convert("L")
    rgb = np.asarray(image) / 255
    light = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    for eye, matrix in MACHADO.items():
        seen = np.clip(light @ np.array(matrix).T, 0, 1)
        seen = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
        yield eye, Image.fromarray((seen * 255).round().astype(np.uint8))


def main(folder: Path = ROOT / "reports" / "gallery") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (name, drawn) in enumerate(pictures()):
        for part, sheet in enumerate([drawn, *drawn.more]):
            cells = []
            for eye, image in versions(sheet.png):
                file = f"{number:02d}-{part}-{eye}.png"
                image.save(folder / file)
                cells.append(f'<figure><a href="{file}"><img src="{file}" width="340" loading="lazy"></a><figcaption>{eye}</figcaption></figure>')
            rows.append(f"<h2>{html.escape(name)}{html.escape(f'（{sheet.part}）' if sheet.part else '')}</h2><div>{''.join(cells)}</div>")
    page = "<!doctype html><meta charset=utf-8><title>图样</title><style>div{display:flex;gap:8px;overflow-x:auto}figure{margin:0}</style>" + "".join(rows)
    (folder / "index.html").write_text(page, encoding="utf-8")
    print(folder / "index.html")


if __name__ == "__main__":
    main()
