"""Rules inside one table: cells, districts, keys and the flags that need nothing else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analysis.intake.districts import Districts
from analysis.intake.findings import SOURCE, Findings
from analysis.intake.schema import Column, columns_of
from analysis.intake.values import as_text

_NOT_COMPARED = ("source_file", "source_sheet", "source_row", "district_name")
LABOUR_DISPATCH = "7263"


def report_faults(findings: Findings, faults: list[tuple[int, str, Column, str]]) -> None:
    """Report the cells that could not be read; a broken reference is a reference unknown."""
    for position, rule, column, raw in faults:
        if rule == "uscc_invalid" and column.need == "reference":
            findings.add(position, "reference_unknown", column.header, raw, target="单位")
        elif rule == "value_unknown" and column.need == "reference":
            findings.add(position, rule, column.header, raw, expected="有效的编号，不能是公式错误值")
        else:
            findings.add(position, rule, column.header, raw, expected=column.expected)


def resolve_districts(findings: Findings, frame: pd.DataFrame, districts: Districts) -> pd.DataFrame:
    """Fill ``district_code`` with where the row counts; units keep what was written in ``declared_district_code``."""
    frame = frame.copy(deep=False)  # its columns are replaced, never written into
    names = frame["district_name"] if "district_name" in frame else pd.Series([None] * len(frame), dtype=object)
    codes, declared = pd.factorize(frame["district_code"])  # -1 = blank, which picks the None put last
    called, by_name = pd.factorize(names)
    pair_of, pairs = pd.factorize(codes * (len(by_name) + 1) + called)
    width = len(by_name) + 1
    found = []
    for number in pairs:
        called_at = int(number + 1) % width - 1
        found.append(([*declared, None][(int(number) - called_at) // width], [*by_name, None][called_at]))
    resolved = [districts.resolve(*pair) for pair in found]
    is_faulty = {position for position, rule, *_ in findings.items if rule == "value_unknown"}
    header = next(c.header for c in columns_of(findings.table) if c.code == "district_code")
    doubtful = np.array([bool(r.rule) or r.is_mismatch for r in resolved], dtype=bool)
    for position in np.flatnonzero(doubtful[pair_of]):
        pair, result = found[pair_of[position]], resolved[pair_of[position]]
        if result.is_mismatch:
            findings.add(position, "district_name_mismatch", "区县", as_text(pair[1]), other=as_text(pair[0]))
        elif not (position in is_faulty and pair == (None, None)):
            findings.add(position, str(result.rule), header if pair[0] or not pair[1] else "区县", " ".join(filter(None, map(as_text, pair))))
    for column, each in (("district_code", [r.code for r in resolved]), ("declared_district_code", [r.declared for r in resolved])):
        if column == "district_code" or findings.table == "units":
            frame[column] = pd.Series(np.array([*each, None], dtype=object)[pair_of], dtype=object)
    return frame


def quarantine_repeated(findings: Findings, frame: pd.DataFrame, key: str, rule: str) -> None:
    """Quarantine every later row of a key among the rows still kept; flag a first row that has an identical copy."""
    kept = np.flatnonzero(findings.kept)
    keys = frame[key].iloc[kept]
    if len(set(keys.tolist())) == len(keys):
        return
    kept = kept[keys.duplicated(keep=False).to_numpy()]
    rows = frame.iloc[kept]
    _, begins, number = np.unique(pd.factorize(rows[key])[0], return_index=True, return_inverse=True)
    first = begins[number]  # where each row's key stands first
    is_copy = np.arange(len(rows)) != first
    files, sheets, places, values = (rows[c].tolist() for c in (*SOURCE, key))
    header = next(c.header for c in columns_of(findings.table) if c.code == key)
    for row in np.flatnonzero(is_copy).tolist():
        at = first[row]
        sheet = f"“{sheets[at]}”表" if sheets[at] else ""
        findings.add(int(kept[row]), rule, header, values[row], first=f"{files[at]} {sheet}第 {places[at]} 行")
    for column in frame.columns.difference([*_NOT_COMPARED, key]):
        codes = pd.factorize(rows[column])[0]  # -1 where blank
        is_copy &= codes == codes[first]
    for at in dict.fromkeys(first[is_copy].tolist()):
        findings.add(int(kept[at]), "identical_duplicate", header, values[at])


def check_units(findings: Findings, frame: pd.DataFrame) -> None:
    """Quarantine unions among the units; flag more members than employees (normal for labour dispatch)."""
    codes = frame["uscc"].tolist()
    is_any = "\n81" in "\n".join(["", *filter(None, codes)])  # seldom; all at once is told sooner than one by one
    for position in [place for place, code in enumerate(codes) if code and code.startswith("81")] if is_any else []:
        findings.add(position, "uscc_is_union", "统一社会信用代码", frame["uscc"].iloc[position])
    more = (frame["member_count"] > frame["employee_count"]).fillna(False).to_numpy(dtype=bool)
    at = np.flatnonzero(more)
    at = at[~frame["industry_code"].iloc[at].str.startswith(LABOUR_DISPATCH, na=False).to_numpy(dtype=bool)]
    for position, members, employees in zip(at.tolist(), *(frame[c].iloc[at].tolist() for c in ("member_count", "employee_count")), strict=True):
        findings.add(position, "members_exceed_employees", "会员数", members, other=employees)


def check_unions(findings: Findings, frame: pd.DataFrame, as_of: date) -> None:
    """Flag unions founded after the quarter and those whose term has ended."""
    end = np.datetime64(as_of, "s")
    for rule, code, header, hit in (
        ("established_after_quarter", "established_on", "成立日期", frame["established_on"] > end),
        ("term_expired", "term_ends_on", "届满日期", frame["term_ends_on"] < end),
    ):
        for position in np.flatnonzero(hit.to_numpy(dtype=bool)):
            findings.add(position, rule, header, frame[code].iloc[position].date().isoformat())
