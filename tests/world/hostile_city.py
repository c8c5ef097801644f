"""The drawn city with names made to be executed: markup, formulas, template and macro syntax, paths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import drawn_city
from drawn_city import CITY, World, drawn_world

from analysis.settings import Settings, load_settings

DISTRICTS = {
    "东山区": "<script>alert(1)</script>区",
    "西河区": '=HYPERLINK("http://a.b")区',
    "南原县": '#read("/etc/passwd")$x_1$县',
    "北岭县": "../../CON{{7*7}}@ref县",
}
TOWNSHIPS = {
    "甲镇": "<img src=x onerror=alert(2)>𠮷😀镇",
    "乙街道": "{{7*7}}{% raw %}街道",
    "丙镇": "$\\frac{1}{0}$镇",
    "丁镇": '#eval("1+1")*粗*_斜_镇',
    "戊镇": "\\input{/etc/passwd}镇",
    "己镇": "@SUM(1+1)*cmd|' /C calc'!A0镇",
}
UNITS = [
    "+cmd|calc",
    "@SUM(A1)",
    "=1+1",
    "-2+3",
    "[点我](http://a.b)",
    "</data><script>alert(3)</script>",
    '{ HYPERLINK "http://a.b" }',
    "CON",
    "a/b\\c",
    "&lt;b&gt;&amp;",
    "𠮷䶮赟",
    "]]>",
    "`rm`",
    "$\\$",
]
FILES = {"东山区": "=cmd 东山'区 {{7*7}}", "南原县": "#set $x_1$", "北岭县": "@ref -北岭<b>"}
CITY_NAME = "<i>九七</i>$x$市"
NAMES = DISTRICTS | TOWNSHIPS


def hostile_world(*quarters: str) -> World:
    """Return the drawn world of these quarters with its names replaced wherever they stand."""
    world = drawn_world()
    world.keep_quarters(*quarters)
    for (_, _, _), rows in world.tables.items():
        named = [i for i, header in enumerate(rows[0]) if header in ("单位名称", "工会名称")]
        for number, row in enumerate(rows[1:]):
            row[:] = [NAMES.get(cell, cell) for cell in row]
            for i in named:
                row[i] = UNITS[number % len(UNITS)] + row[i]
    return world


def sent(folder: Path, world: World) -> Path:
    ledgers = world.send(folder)
    for quarter in ledgers.iterdir():
        for path in quarter.glob("*.xlsx"):
            path.rename(quarter / f"{FILES[path.stem]}.xlsx")
    return ledgers


def settings_of(folder: Path, ledgers: Path, patch: Callable[[object, str, object], None], **options: object) -> Settings:
    rows = drawn_city.rows_of("regions.csv")
    for row in rows:
        row["name"] = NAMES[row["name"]]
    patch(drawn_city, "rows_of", lambda name: rows)
    drawn_city.write_places(folder)
    return load_settings(
        ledgers=str(ledgers), boundaries=str(folder / "boundaries.geojson"), townships=str(folder / "townships.geojson"), crosswalk=str(drawn_city.HERE / "crosswalk.csv"),
        store=str(folder / "store"), out=str(folder / "out"), city_code=CITY, city_name=CITY_NAME, **options,
    )  # fmt: skip
