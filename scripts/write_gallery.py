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

from crowds import counties, counts_of, eligible_of, inverse, rates_of, townships  # noqa: E402
from squares import counts, rates, regions  # noqa: E402
from test_chart_colours import MACHADO  # noqa: E402

from analysis.charts.bars import ranked_bars  # noqa: E402
from analysis.charts.grades import grade_map  # noqa: E402
from analysis.charts.imprint import Imprint  # noqa: E402
from analysis.charts.maps import choropleth, pair_map, symbol_map  # noqa: E402
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
    yield "排序", ranked_bars(rates(), PLAIN)
    for name, place in (("五十六个乡镇", mid), ("三百个乡镇", many), ("二百八十个县", foreign), ("很长的名称", long)):
        yield name, choropleth(place, rates_of(place), PLAIN)
    yield "五级盲区", grade_map(mid, inverse(rates_of(mid)), counts_of(rates_of(mid)), eligible_of(rates_of(mid)), PLAIN)
    yield "方格", tile_grid(tiles_of(mid), rates_of(mid), PLAIN)
    yield "三百个方格", tile_grid(tiles_of(many), rates_of(many), PLAIN)


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
            rows.append(f"<h2>{html.escape(name)}{'（编号表）' if part else ''}</h2><div>{''.join(cells)}</div>")
    page = "<!doctype html><meta charset=utf-8><title>图样</title><style>div{display:flex;gap:8px;overflow-x:auto}figure{margin:0}</style>" + "".join(rows)
    (folder / "index.html").write_text(page, encoding="utf-8")
    print(folder / "index.html")


if __name__ == "__main__":
    main()
