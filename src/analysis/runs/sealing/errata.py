"""Errata (更正): what today's ledgers, program, settings and boundaries would make of a sealed quarter, held against its sealed figures.

An erratum says what, by how much and why, for every figure that the quarter told (``published``), in whatever document. The rows of the ledger that changed since
the seal are listed with their file, sheet and row.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis import tables
from analysis.intake.completeness import table_name
from analysis.intake.store import read_tables, write_table_csv
from analysis.runs.lists.scoring import sheet_in
from analysis.runs.outputs import write_whole
from analysis.runs.parts import read_part, write_part
from analysis.runs.prepare import needed_quarters
from analysis.runs.sealing.causes import Side, attribute, stored_side, today
from analysis.runs.sealing.published import DOCUMENTS, definition_of
from analysis.runs.sealing.published import KEYS as FIGURE
from analysis.runs.sealing.seals import PARTS, Seal, made_of, parts_changed, seal_of
from analysis.runs.workshop import Workshop

COLUMNS = ["quarter", "region_level", "region_code", "region_name", "segment", "indicator", "unit", "numerator_before", "denominator_before", "value_before", "status_before",
           "numerator_after", "denominator_after", "value_after", "status_after", "reason_after", "cause", "why", "announced_in", "told_before", "part"]  # fmt: skip
LACKING_COLUMNS = ["quarter", "part"]
ROW_COLUMNS = ["quarter", "table", "district_code", "key", "name", "change", "column", "before", "after", "source_file", "source_sheet", "source_row"]
KEYS = {"units": ["uscc"], "unions": ["union_id"], "covers": ["union_id", "uscc", "valid_from"], "contracts": ["contract_id"], "contract_covers": ["contract_id", "uscc"],
        "congresses": ["uscc", "held_on", "matter"], "tasks": ["district_code", "task", "responsible_body", "due_on"],
        "inspections": ["district_code", "union_id", "inspected_on", "problem"], "task_forces": ["district_code", "task_force"],
        "trainings": ["district_code", "trained_on", "course"]}  # fmt: skip
_NAMES = {"units": "unit_name", "unions": "union_name", "tasks": "task", "inspections": "problem", "task_forces": "task_force", "trainings": "course"}
_WHERE = ["source_file", "source_sheet", "source_row"]
PART = "errata"
TAKEN_BACK = "原来的更正撤回，封存的数仍然成立"
CSV = "errata.csv"


@dataclass(frozen=True)
class Errata:
    """``figures`` that differ from the sealed ones, ``rows`` of the ledger that changed since; ``lacking`` the parts that a seal of long ago did not keep."""

    figures: pd.DataFrame
    rows: pd.DataFrame
    lacking: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=LACKING_COLUMNS))


def none() -> Errata:
    return Errata(pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=ROW_COLUMNS))


def joined(found: list[Errata]) -> Errata:
    """Return several errata as one."""
    parts = [[getattr(one, name) for one in found if len(getattr(one, name))] for name in ("figures", "rows", "lacking")]
    return Errata(*(pd.concat(some, ignore_index=True)[list(blank)] if some else blank for some, blank in zip(parts, _frames(none()), strict=True)))


def _frames(errata: Errata) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return errata.figures, errata.rows, errata.lacking


def find_errata(workshop: Workshop, quarter: str, with_own: bool = False) -> Errata:
    """Return the errata of the sealed quarters that a run of ``quarter`` reads (``with_own``: of the quarter itself too)."""
    found, read = [], []
    for other in sorted(set(needed_quarters(quarter))):
        if other == quarter and not with_own:
            continue
        seal = seal_of(workshop.settings, other)
        if seal is None:
            continue
        if workshop.ledger(other) is None:
            workshop.say(f"{other} 已封存，而它的台账不在了，要不要更正无法核对")
            continue
        read.append(other)
        now = made_of(workshop.settings, other)
        if not parts_changed(seal.record["made_of"], now):
            continue
        workshop.say(f"{other} 已封存，而{'、'.join(PARTS[p] for p in parts_changed(seal.record['made_of'], now))}与封存时不同，核对有没有要更正的数字")
        found.append(errata_of(seal, workshop, now))
    return _announced(joined(found), workshop, quarter, read)


def errata_of(seal: Seal, workshop: Workshop, now: dict) -> Errata:
    """Return what differs from one sealed quarter."""
    before = stored_side(seal.package, f"{seal.quarter}（封存）")
    figures = before.figures if seal.scores is None else pd.concat([before.figures, seal.scores], ignore_index=True)
    before = Side(before.name, before.quarter, figures, seal.record["made_of"], before.package, before.context)
    after = today(workshop.settings, seal.quarter, now, workshop, None if seal.sheet is None else sheet_in(seal.sheet))
    frame = attribute(before, after, workshop.settings)
    told = (frame["part"] + frame["indicator"]).isin(before.figures["part"] + before.figures["indicator"])  # a figure that nobody was told needs no correction
    changed = frame[frame["differs"] & told].assign(quarter=seal.quarter, announced_in="", told_before="")
    rows = changed_rows(read_tables(seal.package / "tables"), workshop.ledgers[seal.quarter].intake.tables, seal.quarter) if len(changed) else none().rows
    causes = zip(changed["part"], changed["indicator"], changed["cause"], strict=True)
    whys: dict[frozenset[str], str] = {}
    said = []
    for part, indicator, cause in causes:
        rests = _tables_of(part, indicator) & set(rows["table"]) or frozenset(rows["table"])  # where no table of its own changed, it moved with another one
        if rests not in whys:
            whys[rests] = _why(seal, now, rows[rows["table"].isin(rests)], workshop)
        said.append(whys[rests] if "台账" in cause else _why_other(seal, now))
    changed = changed.assign(why=said)
    lacking = [part for part in DOCUMENTS if part in after.parts - before.parts]
    return Errata(changed.reindex(columns=COLUMNS), rows, pd.DataFrame({"quarter": seal.quarter, "part": lacking}, columns=LACKING_COLUMNS))


def changed_rows(then: dict[str, pd.DataFrame], now: dict[str, pd.DataFrame], quarter: str) -> pd.DataFrame:
    """Return, a line a changed cell, what was added (新增), taken away (删去) or changed (改动) between two readings of a quarter's kept tables."""
    parts = [_changed(table, then[table], now[table]) for table in then if table in now and (len(then[table]) or len(now[table]))]
    found = pd.concat([p for p in parts if len(p)] or [pd.DataFrame(columns=ROW_COLUMNS[1:])], ignore_index=True)
    return found.assign(quarter=quarter)[ROW_COLUMNS]


def _changed(table: str, then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    plain = [c for c in then.columns if c in now.columns and c not in _WHERE]
    keys = KEYS.get(table, plain)
    sides = []
    for frame in (then, now):
        texts = frame[plain].astype(object).where(frame[plain].notna(), "").astype(str)
        own = texts[keys].agg("|".join, axis=1) if len(texts) else pd.Series(dtype=object)
        sides.append(texts.assign(_key=own + "#" + own.groupby(own).cumcount().astype(str)).join(frame[_WHERE].astype(object)).set_index("_key"))
    old, new = sides
    name, lines = _NAMES.get(table, ""), []
    for index, change, frame in ((new.index.difference(old.index), "新增", new), (old.index.difference(new.index), "删去", old)):
        lines += [_line(table, row, name, change, "", "", "") for _, row in frame.loc[index].iterrows()]
    for key in old.index.intersection(new.index):
        for column in plain:
            if old.at[key, column] != new.at[key, column]:
                lines.append(_line(table, new.loc[key], name, "改动", column, old.at[key, column], new.at[key, column]))
    return pd.DataFrame(lines, columns=ROW_COLUMNS[1:])


def _line(table: str, row: pd.Series, name: str, change: str, column: str, before: str, after: str) -> list:
    identity = row.get("uscc") or row.get("union_id") or row.get("contract_id") or ""
    return [table, row.get("district_code", ""), identity, row.get(name, "") if name else "", change, column, before, after, *(row[c] for c in _WHERE)]


def _tables_of(part: str, indicator: str) -> frozenset[str]:
    """Return the tables that a figure rests on; none named: all of them may matter."""
    words = (option for word in definition_of(part, indicator)["needs"].split() for option in word.split("|"))
    return frozenset(word.partition(".")[0] for word in words)


def _why(seal: Seal, now: dict, rows: pd.DataFrame, workshop: Workshop) -> str:
    """Say what of the ledger changed: ``望江区单位表新增3行、改动2行（职工数）``, largest first; files where no kept row differs."""
    names = dict(zip(workshop.geography.regions["code"], workshop.geography.regions["name"], strict=True))
    units = workshop.ledgers[seal.quarter].intake.tables["units"].set_index("uscc")["district_code"]
    units = units[~units.index.duplicated()]
    if len(rows):
        placed = rows.assign(place=rows["district_code"].where(rows["district_code"] != "", rows["key"].map(units)).fillna("").map(lambda c: names.get(c, c)))
        headers = {(r.table, r.code): r.header for r in tables.load("columns").itertuples()}
        said = []
        for (place, table), part in sorted(placed.groupby(["place", "table"]), key=lambda pair: -len(pair[1])):
            counts = []
            for change in ("新增", "删去", "改动"):
                own = part[part["change"] == change]
                what = "、".join(dict.fromkeys(headers.get((table, c), c) for c in own["column"] if c))
                if len(own):
                    counts.append(f"{change}{own[['key', 'source_file', 'source_row']].drop_duplicates().shape[0]}行" + (f"（{what}）" if what else ""))
            said.append(f"{place}“{table_name(table)}”表{'、'.join(counts)}")
        return "；".join(said[:6]) + (f"；另有{len(said) - 6}处" if len(said) > 6 else "")
    then = seal.record["made_of"]["ledger"]
    files = sorted(f for f in {*then, *now["ledger"]} if then.get(f) != now["ledger"].get(f))
    own = [f.partition("/")[2] for f in files if f.startswith(f"{seal.quarter}/")]
    before = [f for f in files if not f.startswith(f"{seal.quarter}/")]
    return "；".join(([f"文件有变化：{'、'.join(own[:5])}"] if own else []) + ([f"上一季度的台账有变化：{'、'.join(before[:5])}"] if before else []))


def _why_other(seal: Seal, now: dict) -> str:
    then = seal.record["made_of"]
    said = []
    if then["settings"] != now["settings"]:
        keys = [k for k in {**then["settings"], **now["settings"]} if then["settings"].get(k) != now["settings"].get(k)]
        said.append("设置：" + "、".join(f"{k} 由 {then['settings'].get(k)} 改为 {now['settings'].get(k)}" for k in keys))
    if then["places"] != now["places"]:
        said.append("界线文件：" + "、".join(sorted(n for n in {**then["places"], **now["places"]} if then["places"].get(n) != now["places"].get(n))))
    if then["code"] != now["code"]:
        said.append("程序有更新")
    return "；".join(said)


def _announced(found: Errata, workshop: Workshop, quarter: str, read: list[str]) -> Errata:
    """Mark what a sealed quarter between has told already: ``announced_in`` the same figure corrected to the same value, ``told_before`` to another one.

    A correction that was told and holds no longer (the ledger of a quarter ``read`` is as sealed again) is taken back: a correction of its own, from what was told
    to what was sealed.
    """
    issues: dict[tuple, list[tuple[str, dict]]] = {}
    for other in sorted(set(needed_quarters(quarter))):
        seal = seal_of(workshop.settings, other) if other < quarter else None
        for row in read_errata(seal.package).figures.to_dict("records") if seal is not None else ():
            issues.setdefault(_key(row), []).append((other, row))
    rows = found.figures.to_dict("records")
    latest = [issues.get(_key(row), [("", {})])[-1] for row in rows]
    same = [bool(told) and _state(told, "after") == _state(row, "after") for row, (_, told) in zip(rows, latest, strict=True)]
    marked = found.figures.assign(
        announced_in=[issue if is_same else "" for (issue, _), is_same in zip(latest, same, strict=True)],
        told_before=["" if is_same else issue for (issue, _), is_same in zip(latest, same, strict=True)],
    )
    open_ = {_key(row) for row in rows}
    back = [
        _taken_back(told)
        for key, told in issues.items()
        if key not in open_ and key[0] in read and _state(told[-1][1], "after") != _state(told[0][1], "before")
    ]
    figures = pd.concat([marked, pd.DataFrame(back, columns=COLUMNS)], ignore_index=True) if back else marked
    return replace(found, figures=figures)


def _key(row: dict) -> tuple:
    return tuple(row[name] for name in ("quarter", *FIGURE))


def _state(row: dict, side: str) -> tuple:
    """Return status and value of a side as they can be compared: a blank equals a blank."""
    value = row[f"value_{side}"]
    return row[f"status_{side}"], None if pd.isna(value) else float(value)


def _taken_back(told: list[tuple[str, dict]]) -> dict:
    """Return the correction that takes the last of several back: the first was made of the sealed figure."""
    (_, first), (issue, last) = told[0], told[-1]
    moved = {f"{name}_before": last[f"{name}_after"] for name in ("numerator", "denominator", "value", "status")}
    moved |= {f"{name}_after": first[f"{name}_before"] for name in ("numerator", "denominator", "value", "status")}
    return last | moved | {"reason_after": "", "why": TAKEN_BACK, "announced_in": "", "told_before": issue}


def write_errata(errata: Errata, package: Path) -> None:
    """Write the part into a package."""
    write_part(Errata(*(_plain(frame) for frame in _frames(errata))), package / PART)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with steady types, so that an empty one and a full one read back alike."""
    made = frame.copy()
    for column in made.columns:
        if column.startswith(("value_", "numerator_", "denominator_")):
            made[column] = pd.to_numeric(made[column]).astype("Float64" if column.startswith("value") else "Int64")
        else:
            made[column] = made[column].astype(object).where(made[column].notna(), "").astype(str)
    return made


def read_errata(package: Path) -> Errata:
    """Return the part; of an earlier program, which looked at the indicators only, as such."""
    if not (package / PART).is_dir():
        return none()
    found = read_part(Errata, package / PART)
    figures = found.figures if "part" in found.figures else found.figures.assign(part="indicators")
    return Errata(figures, found.rows, found.lacking.reindex(columns=LACKING_COLUMNS))


def write_errata_table(errata: Errata, folder: Path, is_internal: bool) -> list[Path]:
    """Write ``errata.csv`` and ``errata_rows.csv`` into the quarter's folder, over earlier ones; none where nothing is to be corrected, or for other readers."""
    made = []
    names = [definition_of(part, indicator)["name"] for part, indicator in errata.figures[["part", "indicator"]].itertuples(index=False)]
    shown = errata.figures.assign(indicator=names, part=errata.figures["part"].map(DOCUMENTS))
    heads = {"quarter": "季度", "region_name": "地区", "segment": "分组", "indicator": "指标", "value_before": "原数", "value_after": "更正后", "cause": "原因", "why": "说明",
             "status_before": "原状态", "status_after": "现状态", "announced_in": "已在哪一季度的通报更正", "part": "所在文稿"}  # fmt: skip
    rows = errata.rows.rename(columns={"quarter": "季度", "table": "表", "district_code": "区县代码", "key": "代码", "name": "名称", "change": "变动", "column": "列", "before": "原值",
                                       "after": "现值", "source_file": "文件", "source_sheet": "工作表", "source_row": "行"})  # fmt: skip
    for name, table in ((CSV, shown[list(heads)].rename(columns=heads)), ("errata_rows.csv", rows)):
        path = folder / name
        if not is_internal or errata.figures.empty:
            path.unlink(missing_ok=True)
            continue
        texts = table.astype(object).where(table.notna(), "")
        write_whole(path, lambda p, t=texts: write_table_csv(t, p))
        made.append(path)
    return made
