"""Writes the whole demonstration folder."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from . import SEED, geometry, writing
from .ledger import Book
from .places import CITY_CODE, CITY_NAME, DISTRICTS, QUARTERS
from .units import Maker

README = """# 演示数据

本文件夹全部是**演示数据**，由 `scripts/make_demo.py` 按固定种子 {seed} 生成，同一种子逐字节相同。

{city}（{code}）、十个区县、五十六个乡镇街道、全部单位、工会、合同、会议、任务均为虚构；
没有任何真实单位，也没有任何个人。统一社会信用代码与工会代码的登记机关区划只用 980xxx 或 000000，
没有任何机关使用这些号段。界线是随机画出的图形，不是任何地方的行政区域界线，不能当地图使用。
经济、工会数字是按设定的情节编的，不说明任何地方的情况。

| 路径 | 内容 |
|---|---|
| `DEMO` | 标记文件：有它，程序就在每页印“演示数据” |
| `city.toml` | 城市代码与名称 |
| `boundaries.geojson`、`townships.geojson` | 区县与乡镇街道（WGS84） |
| `ledgers/<季度>/` | 五个季度，十个区县各报各的：八份工作簿，一套 CSV（GB18030），一套 Parquet |
| `numbers.csv` | 生成器自己的模型算出的主要数（不是从台账读出的），供核对 |
| `expected.csv` | 故意放进去的差错和应得的处理结果；未列的届满未换届、僵尸工会等是情节本身 |

情节：全市单位覆盖率由三成八升到四成六上下；枫渡区领先，竹阜县连季下降，雁坪县很小；
临芷区的小微盲区集中在货栈街道、新埠头街道；物业管理、商贸物流薄弱；
2021年三季度石磐区建材城新开二十四家装饰企业，各区县建筑装饰业覆盖率都没有下降，全市却下降（辛普森现象）。
雁坪县不报坐标和新就业形态人数，那里相应的数是“无数据”。

重新生成：`make demo`。
"""


def _geojson(path: Path, features: list[tuple[dict, list]]) -> None:
    lines = []
    for properties, ring in features:
        geometry_ = {"type": "Polygon", "coordinates": [ring]}
        feature = {"type": "Feature", "properties": properties, "geometry": geometry_}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    body = '{"type":"FeatureCollection","name":"演示数据","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_bytes(body.encode())


def _csv(path: Path, rows: list[dict]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())


def make(folder: Path, seed: int = SEED) -> list[dict]:
    """Write everything into an empty folder; return the key numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    townships, districts = geometry.draw(seed)
    names = {district.code: district for district in DISTRICTS}
    _geojson(folder / "boundaries.geojson",
             [({"adcode": code, "name": names[code].name}, ring) for code, ring in districts.items()])  # fmt: skip
    _geojson(folder / "townships.geojson",
             [({"code": code, "name": names[code[:6]].townships[int(code[6:]) - 1], "district_code": code[:6]}, ring)
              for code, ring in townships.items()])  # fmt: skip
    book = Book(seed, Maker(seed, townships).all())
    numbers, expected = [], []
    for place, label in enumerate(QUARTERS, start=1):
        tables, wrong, figures = book.quarter(place)
        writing.write(folder / "ledgers" / label, tables, place, label)
        expected += wrong
        numbers += figures
    _csv(folder / "numbers.csv", numbers)
    _csv(folder / "expected.csv", expected)
    (folder / "DEMO").write_bytes("演示数据\n".encode())
    (folder / "city.toml").write_bytes(f'# 演示数据：虚构城市\ncity_code = "{CITY_CODE}"\ncity_name = "{CITY_NAME}"\n'.encode())
    (folder / "README.md").write_bytes(README.format(seed=seed, city=CITY_NAME, code=CITY_CODE).encode())
    # Git must not change line ends: the files are compared byte by byte.
    (folder / ".gitattributes").write_bytes(b"* -text\n")
    return numbers
