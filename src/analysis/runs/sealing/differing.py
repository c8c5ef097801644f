"""``workbench diff A B``: what differs between two runs or quarters, and which of data, code, settings and boundaries caused it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from analysis import tables
from analysis.errors import ParameterError
from analysis.facts import round_half_up
from analysis.intake.store import write_table_csv
from analysis.paths import DATA
from analysis.periods import Quarter
from analysis.runs.lists.scoring import sealed_sheet, sheet_in
from analysis.runs.outputs import read_manifest, write_whole
from analysis.runs.rerun.fingerprint import ledgers_key
from analysis.runs.sealing.causes import Side, attribute, stored_side
from analysis.runs.sealing.published import DOCUMENTS, definition_of, exact, headlines
from analysis.runs.sealing.scores import scores_of_package
from analysis.runs.sealing.seals import PARTS, made_of, parts_changed, put_back, seal_of
from analysis.settings import Settings

MOST = 12
_SHOWN = {"ledger": "台账", "code": "程序", "settings": "设置", "places": "界线"}


@dataclass(frozen=True)
class Difference:
    """Two sides compared: ``frame`` every figure with ``differs`` and ``cause``; ``parts`` what they were made of that differs."""

    a: Side
    b: Side
    parts: list[str]
    frame: pd.DataFrame

    @property
    def is_same(self) -> bool:
        return not self.parts and not self.frame["differs"].any()


def difference(settings: Settings, first: str, second: str) -> Difference:
    """Compare two runs or quarters; each is a quarter (``2021Q2``), a quarter's folder of results, or a stored package.

    Raises
    ------
    ParameterError
        Where one of them is not there, or cannot be read.
    """
    a, b = _scored(settings, _side(settings, first), _side(settings, second))
    now = made_of(settings, b.quarter) if a.quarter == b.quarter and b.package is not None else {}
    if now and not parts_changed(b.made_of, now):
        b = replace(b, package=None)  # made of what lies here today: its ledger can be read again
    return Difference(a, b, parts_changed(a.made_of, b.made_of), attribute(a, b, settings))


def _scored(settings: Settings, a: Side, b: Side) -> tuple[Side, Side]:
    """Return both sides with their totals and ranks, where both are assessed by one and the same sheet: a sealed quarter by the sealed one."""
    if any(side.package is None or side.context["is_totals"] for side in (a, b)):
        return a, b
    files = [sealed_sheet(settings, side.package) or settings.score for side in (a, b)]
    if any(file is None or not file.is_file() for file in files) or files[0].read_bytes() != files[1].read_bytes():
        return a, b
    sheet = sheet_in(files[0])
    made = [replace(side, figures=pd.concat([side.figures, scores_of_package(side.package, sheet)], ignore_index=True)) for side in (a, b)]
    return made[0], made[1]


def _side(settings: Settings, name: str) -> Side:
    store = settings.store or DATA / "store"
    path = Path(name)
    if path.is_dir():
        return _of_folder(path, store)
    try:
        quarter = Quarter(name).key
    except ParameterError:
        raise ParameterError(
            f"“{name}”不是季度（如 2021Q3），也不是一个文件夹。请写季度、某个季度的成果文件夹（如 reports/2021Q3），或 data/store 里的数据文件夹。"
        ) from None
    seal = seal_of(settings, quarter)
    if seal is not None:
        return _with_record(stored_side(put_back(seal, store), f"{Quarter(quarter).label}（{seal.record['sealed_at'][:10]}封存）"))
    found = []
    for file in store.glob(f"{quarter}-*/context.json"):
        try:
            context = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a package that cannot be read is none to compare
        if context.get("ledgers_key") == ledgers_key(settings):
            found.append((context.get("made_at", ""), file.parent))
    if not found:
        raise ParameterError(f"{store} 里没有 {quarter} 的数据。请先运行 workbench run --quarter {quarter}，或写那次运行的成果文件夹。")
    made_at, folder = max(found, key=lambda pair: (pair[0], pair[1].name))
    return _with_record(stored_side(folder, f"{Quarter(quarter).label}（{made_at[:16].replace('T', ' ')}整理）"))


def _of_folder(path: Path, store: Path) -> Side:
    if (path / "context.json").is_file():
        return _with_record(stored_side(path, path.name))
    manifest = read_manifest(path)
    if not manifest:
        raise ParameterError(f"{path} 里没有 manifest.json，也没有 context.json，不是一次运行的成果。请写 reports 下某个季度的文件夹。")
    name = f"{path}（{manifest['made_at'][:16].replace('T', ' ')}运行）"
    package = store / manifest["package"]
    if (package / "context.json").is_file():
        return _with_record(replace(stored_side(package, name), name=name))
    frame = pd.read_parquet(path / "indicators.parquet").assign(reason="", part="indicators")
    frame = frame[~frame["indicator"].str.contains(r"_(?:qoq|yoy)$")].reset_index(drop=True)
    if manifest["settings"].get("audience") != "internal":
        raise ParameterError(f"{path} 是非内部版的成果，不显示的数字无法比较，整理好的数据也不在 {store} 里了。请用内部版的成果或重新运行。")
    return Side(name, manifest["quarter"], frame, manifest.get("made_of", {}))


def _with_record(side: Side) -> Side:
    if not side.made_of:
        raise ParameterError(f"{side.name} 是以前版本的程序整理的，没有记下用了哪些台账、设置和程序。请重新运行这个季度后再比较。")
    return side


def lines(made: Difference) -> list[str]:
    """Return the comparison in Chinese: what the two were made of, which figures differ, and why."""
    a, b = made.a, made.b
    said = [f"比较：{a.name} 与 {b.name}", "", "一、用的东西", *(f"　{line}" for line in _materials(made))]
    different = made.frame[made.frame["differs"]]
    said += [
        "",
        "二、数字",
        f"　共比较 {len(made.frame)} 个数（不含环比、同比），{len(different)} 个不同。",
        *(f"　{line}" for line in _by_document(made, different)),
    ]
    order = pd.Series([headlines().get(pair) for pair in zip(different["part"], different["indicator"], strict=True)], index=different.index, dtype="float64")
    main = different[(different["segment"] == "all") & order.notna() & different["region_level"].isin(["city", "district"])]
    main = main.assign(_city=main["region_level"] != "city", _order=order[main.index]).sort_values(["_city", "_order", "region_code"])
    said += [f"　{_figure(row)}" for row in main.head(MOST).to_dict("records")]
    if len(different) > min(len(main), MOST):
        said.append(f"　其余 {len(different) - min(len(main), MOST)} 个用 --out 写成表格查看。")
    return [*said, "", "三、原因", *(f"　{line}" for line in _causes(made, different))]


def _by_document(made: Difference, different: pd.DataFrame) -> list[str]:
    """Return how many figures of each document differ, and which could not be compared because one side has none of them."""
    counts, other = (frame["part"].value_counts() for frame in (made.frame, different))
    said = ["其中" + "，".join(f"{name} {counts[part]} 个、不同 {other.get(part, 0)} 个" for part, name in DOCUMENTS.items() if part in counts) + "。"]
    for side, against in ((made.a, made.b), (made.b, made.a)):
        lacking = [name for part, name in DOCUMENTS.items() if part in against.parts - side.parts]
        said += [f"{side.name}没有保存{'、'.join(lacking)}的数，这些数没有比较。"] if lacking else []
    return said


def _materials(made: Difference) -> list[str]:
    then, now = made.a.made_of, made.b.made_of
    if made.a.quarter != made.b.quarter:
        said = [f"台账：不同季度（{made.a.quarter} 与 {made.b.quarter}）。"]
    else:
        said = ["台账：" + (_files(then.get("ledger", {}), now.get("ledger", {})) or "相同。")]
    said.append("程序：" + ("相同。" if then.get("code") == now.get("code") else "不同（计算数字的程序或规则表有更新）。"))
    keys = sorted(k for k in {**then.get("settings", {}), **now.get("settings", {})} if then.get("settings", {}).get(k) != now.get("settings", {}).get(k))
    said.append(
        "设置：" + ("；".join(f"{k} 由 {_plain(then['settings'].get(k))} 改为 {_plain(now['settings'].get(k))}" for k in keys) + "。" if keys else "相同。")
    )
    return [*said, "界线：" + (_files(then.get("places", {}), now.get("places", {})) or "相同。")]


def _plain(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else "空" if value in ("", None) else str(value)


def _files(then: dict[str, str], now: dict[str, str]) -> str:
    groups = {"增加": sorted(set(now) - set(then)), "少了": sorted(set(then) - set(now)), "改动": sorted(f for f in set(then) & set(now) if then[f] != now[f])}
    said = [f"{word} {len(names)} 个文件（{'、'.join(names[:5])}{'等' if len(names) > 5 else ''}）" for word, names in groups.items() if names]
    return "，".join(said) + "。" if said else ""


def _text(row: dict[str, Any], side: str) -> str:
    value = exact(SimpleNamespace(**row), side)
    if value is None:
        return "无数据"
    decimals = int(definition_of(row["part"], row["indicator"])["decimals"])
    return f"{round_half_up(100 * value, decimals):f}%" if row["unit"] == "ratio" else f"{round_half_up(value, decimals):f}"


def _figure(row: dict[str, Any]) -> str:
    segment = dict(tables.load("segments")[["segment", "name"]].itertuples(index=False))
    group = "" if row["segment"] == "all" else f"（{segment[row['segment']]}）"
    name = definition_of(row["part"], row["indicator"])["name"]
    said = f"{row['region_name']}{group}{name}：{_text(row, 'before')} → {_text(row, 'after')}"
    if row["status_before"] == row["status_after"] == "ok" and row["unit"] != "rank":
        by = row["value_after"] - row["value_before"]
        said += f"（{float(by) * 100:+.1f}个百分点）" if row["unit"] == "ratio" else f"（{int(by):+d}）" if row["unit"] == "count" else f"（{float(by):+.2f}）"
    return f"{said}　原因：{row['cause']}"


def _causes(made: Difference, different: pd.DataFrame) -> list[str]:
    if different.empty:
        return ["数字没有不同。" + (f"{'、'.join(_SHOWN[p] for p in made.parts)}虽有变化，不影响数字。" if made.parts else "用的东西也完全相同。")]
    counts = different["cause"].value_counts()
    said = [f"{cause}：{count} 个数" for cause, count in counts.items()]
    steps = [part for part in PARTS if f"by_{part}" in made.frame]
    city = made.frame[(made.frame["region_level"] == "city") & (made.frame["segment"] == "all") & (made.frame["indicator"] == "unit_coverage_rate")]
    if steps and len(city) and made.frame.loc[city.index[0], "differs"]:
        row = city.iloc[0]
        parts = [f"{PARTS[p]} {100 * float(row[f'by_{p}']):+.1f}" for p in steps if pd.notna(row[f"by_{p}"])]
        said.append(f"单位覆盖率的变化分到各项（百分点，依次更换程序、设置、台账、界线重算）：{'，'.join(parts)}")
    return said


def write_difference(made: Difference, path: Path) -> Path:
    """Write every figure that differs as a table (CSV for Excel)."""
    different = made.frame[made.frame["differs"]]
    heads = {
        "region_name": "地区",
        "segment": "分组",
        "indicator": "代码",
        "name": "指标",
        "before": "前",
        "after": "后",
        "cause": "原因",
        "document": "所在文稿",
    }
    rows = [dict(row, name=definition_of(row["part"], row["indicator"])["name"], before=_text(row, "before"), after=_text(row, "after"), document=DOCUMENTS[row["part"]])
            for row in different.to_dict("records")]  # fmt: skip
    shown = pd.DataFrame(rows, columns=list(heads)).rename(columns=heads)
    write_whole(path, lambda p: write_table_csv(shown.astype(object), p))
    return path
