"""Ad-hoc questions over a stored quarter: SQL over the kept rows, a map of any indicator, both saved with their facts and written into the record."""

from __future__ import annotations

import base64
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from analysis import tables
from analysis.briefings.areas import areas_of
from analysis.briefings.context import open_draft
from analysis.briefings.topic import indicator_bars, indicator_map, indicator_table, named
from analysis.errors import ParameterError, StoryError
from analysis.intake.store import read_tables
from analysis.paths import DATA, REPORTS
from analysis.publishing import blocks
from analysis.publishing.document import prepare
from analysis.publishing.html import render_html
from analysis.publishing.number_check import check_export, refuse
from analysis.runs.handing.export_log import log_exports
from analysis.runs.outputs import ready_folder, write_whole
from analysis.runs.package import Package, open_package
from analysis.settings import Settings
from analysis.spreadsheets import csv_frame

MOST_ROWS = 1000
FOLDER = "explore"
_COMPLAINTS = (  # of DuckDB, by its first line
    (r'syntax error at or near "(.+)"', "“{}”附近写法有误"),
    (r"syntax error at end of input|SELECT clause without selection list", "没有写完"),
    (r"unterminated (?:string literal|quoted)", "引号没有成对"),
    (r"Table with name (.+) does not exist", "没有“{}”这张表"),
    (r'Referenced table "(.+)" not found', "没有“{}”这张表"),
    (r'Referenced column "(.+)" not found', "没有“{}”这一列（文字要加单引号）"),
    (r'"(.+)" does not have a column named "(.+)"', "“{}”没有“{}”这一列"),
    (r"Function with name (.+) does not exist", "没有“{}”这个函数"),
    (r'column "(.+)" must appear in the GROUP BY', "“{}”既没有写进 GROUP BY，也没有合计（例如 sum、count）"),
    (r"No function matches .+'(\w+)\((.*)\)'", "函数“{}”不能用在这种列上（{}）"),
    (r"Could not convert \w+ '(.*)' to", "“{}”不能当作数"),
    (r"Cannot access file|file system operations are disabled", "这里不能读写文件"),
)


def latest_package(settings: Settings, quarter: str, scope: str = "city", audience: str = "internal") -> Package:
    """Return the newest stored package of a quarter.

    Raises
    ------
    ParameterError
        Where the quarter was never prepared.
    """
    store = settings.store or DATA / "store"
    found = [p.parent for p in store.glob(f"{quarter}-*/context.json")]
    if not found:
        raise ParameterError(f"{quarter} 还没有整理过数据。请先在首页按“生成”，或运行 workbench run --quarter {quarter}。")
    return open_package(str(max(found, key=lambda p: (p / "context.json").stat().st_mtime_ns)), quarter, scope, audience)


def quarters_stored(settings: Settings) -> list[str]:
    """Return the quarters that have a package, the newest first."""
    store = settings.store or DATA / "store"
    return sorted({p.parent.name.split("-")[0] for p in store.glob("*/context.json") if re.fullmatch(r"\d{4}Q[1-4]-.*", p.parent.name)}, reverse=True)


def indicator_choices() -> list[tuple[str, str]]:
    """Return (name, code) of the indicators that can be picked."""
    rows = tables.load("indicators")
    return list(zip(rows["name"], rows["indicator"], strict=True))


def segment_choices() -> list[tuple[str, str]]:
    rows = tables.load("segments")
    return [("全部单位", "all"), *((name, code) for name, code in zip(rows["name"], rows["segment"], strict=True) if code != "all")]


def views(package: Package) -> dict[str, pd.DataFrame]:
    """Return what a question may be asked of: the indicators as the audience sees them, and for internal readers the kept rows."""
    frames = {"indicators": package.register.frame}
    if package.audience == "internal":
        frames |= {name: frame for name, frame in read_tables(package.folder / "tables").items() if frame is not None}
    return frames


def ask(package: Package, query: str) -> pd.DataFrame:
    """Answer one SELECT over the views; nothing outside of them can be read or written.

    Raises
    ------
    StoryError
        For a question that is no single SELECT, or that DuckDB cannot answer; names the tables there are.
    """
    if not query.strip():
        raise StoryError("没有写查询。请写一个（SELECT 或 WITH 开头），例如 SELECT * FROM indicators LIMIT 10，写好后重试。")
    frames = views(package)
    connection = duckdb.connect(config={"enable_external_access": "false"})
    try:
        for name, frame in frames.items():
            connection.register(name, frame)
        connection.execute("SET lock_configuration = true")
        parsed = connection.extract_statements(query)
        if len(parsed) != 1 or parsed[0].type != duckdb.StatementType.SELECT:
            raise StoryError("只能提一个查询（SELECT 或 WITH 开头），不能改数据、不能读写文件。请改写后重试。")
        return connection.execute(parsed[0]).fetchdf()
    except duckdb.Error as error:
        original = str(error).splitlines()[0][:160]
        raise StoryError(
            f"查询没有成功：{in_chinese(str(error))}。可查的表有 {'、'.join(frames)}；列名见“列名”一栏。请改写后重试。（数据库的原话：{original}）"
        ) from error
    finally:
        connection.close()


def in_chinese(said: str) -> str:
    """Return DuckDB's complaint in Chinese, in general terms where it is none that a slip of the pen makes.

    Examples
    --------
    >>> in_chinese('Parser Error: syntax error at or near "FORM"')
    '“FORM”附近写法有误'
    """
    first = said.splitlines()[0][:160]
    for pattern, chinese in _COMPLAINTS:
        found = re.search(pattern, first)
        if found:
            near = re.search(r"(?:Did you mean|Candidate bindings: )\s*\"([^\"]+)\"", said)
            return chinese.format(*found.groups()) + (f"，是不是“{near[1]}”" if near and "没有" in chinese else "")
    return "数据库没有接受这个写法"


def columns_of(package: Package) -> pd.DataFrame:
    """Return table, column, header of everything that can be asked of."""
    headers = {(r.table, r.code): r.header for r in tables.load("columns").itertuples()}
    rows = [(name, column, headers.get((name, column), "")) for name, frame in views(package).items() for column in frame.columns]
    return pd.DataFrame(rows, columns=["表", "列", "表头"])


@dataclass(frozen=True)
class View:
    """A picture of one indicator: the blocks of map, bars and table with their facts."""

    package: Package
    title: str
    blocks: list[dict[str, Any]]

    @property
    def images(self) -> list[dict[str, Any]]:
        return [block for block in self.blocks if block["type"] == "figure"]


def view(package: Package, indicator: str, segment: str = "all") -> View:
    """Return the map (polygons or squares), bars and table of any indicator and segment."""
    draft = open_draft(package, FOLDER, "专题图")
    areas = areas_of(package)
    title = named(areas, indicator, segment)
    draft.title = title
    drawn = [*indicator_map(draft, areas, indicator, segment), *indicator_bars(draft, areas, indicator, segment), *indicator_table(areas, indicator, segment)]
    facts = package.register.used.values()
    reasons = dict.fromkeys(f.reason for f in facts if not f.is_ok and f.reason and f.indicator == indicator)
    told = [blocks.paragraph(f"没有数据：{'；'.join(reasons)}。", style="notice")] if reasons and not any(b["type"] == "figure" for b in drawn) else []
    return View(package, title, [draft.meta(), blocks.title(title), *told, *drawn, draft.facts()])


def save(made: View, settings: Settings) -> list[Path]:
    """Write the picture as a checked page with its facts, and each image as SVG and PNG; return the paths."""
    package = made.package
    document = prepare(made.blocks)
    page, _ = render_html(document)
    refuse(check_export(page.encode("utf-8"), "html", document), "专题图")
    out = settings.out or REPORTS
    folder = ready_folder(out / package.quarter / FOLDER)
    stem = f"{re.sub(r'[^0-9A-Za-z_一-鿿]+', '_', made.title)}_{time.strftime('%Y%m%d%H%M%S')}"
    paths = [folder / f"{stem}.html"]
    write_whole(paths[0], lambda p: p.write_text(page, encoding="utf-8"))
    for number, image in enumerate(made.images, 1):
        for kind, data in (("svg", image["svg"].encode("utf-8")), ("png", base64.b64decode(image["png"]))):
            path = folder / f"{stem}_{number}.{kind}"
            write_whole(path, lambda p, d=data: p.write_bytes(d))
            paths.append(path)
    log_exports(out, FOLDER, package.quarter, package.audience, [(package.scope, f"{FOLDER}/{p.name}", None) for p in paths])
    return paths


def save_answer(package: Package, answer: pd.DataFrame, query: str, settings: Settings) -> Path:
    """Write an answer as CSV that a spreadsheet opens safely, and its question and rows into the record."""
    out = settings.out or REPORTS
    path = ready_folder(out / package.quarter / FOLDER) / f"查询_{time.strftime('%Y%m%d%H%M%S')}.csv"
    plain = csv_frame(answer)
    write_whole(path, lambda p: plain.to_csv(p, index=False, encoding="utf-8-sig", lineterminator="\r\n"))
    log_exports(out, FOLDER, package.quarter, package.audience, [(package.scope, f"{FOLDER}/{path.name}：{' '.join(query.split())[:200]}", len(answer))])
    return path
