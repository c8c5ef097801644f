"""Find the header of a table: title rows above it, one to three lines, aliases, units in brackets."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from analysis.intake.aliases import DISTRICT_NAME, Aliases, key_of
from analysis.intake.personal import LOOKED_AT, covered, is_personal, speaks_of_a_person
from analysis.intake.readers import Sheet
from analysis.intake.schema import RETURN_HEADERS, Column, columns_of, table_names
from analysis.intake.units_of_measure import factor_of, split_header, title_units, titled_factor
from analysis.intake.values import as_text, uscc_is_valid

SEARCHED_ROWS, SEARCHED_COLUMNS = 40, 1000  # a stray cell far to the right must not make the search long
_ENUMERATED = re.compile(r"^(?:其中:?|\d{1,2}[.、)]|[一二三四五六七八九十]{1,2}、|\([一二三四五六七八九十\d]{1,2}\))")
_SEPARATED = re.compile(r"(.+)[/:,、](万人|千人|人|万元|千元|百万元|亿元|元|家|个|户)$")
_GROUPS = ("农民工", "派遣", "新就业", "新业态", "女职工", "女会员")
_DULL = re.compile(r"序号|编号|备注|说明|no\.?|填表.*|审核.*")


class HeaderProblem(Exception):
    """Why a table cannot be read, in Chinese; ``header`` is what was recognised of it, None where nothing was."""

    def __init__(self, sentence: str, header: Header | None = None) -> None:
        super().__init__(sentence)
        self.header = header


@dataclass
class Header:
    """Where the data starts (0-based row), column code -> (cell position, factor), and what else stands in the header."""

    first_data_row: int
    columns: dict[str, tuple[int, Decimal | None]]
    texts: dict[int, str]
    notes: list[str] = field(default_factory=list)
    personal: dict[int, str] = field(default_factory=dict)  # cell position -> header text of the columns refused


def find_header(sheet: Sheet, table: str, aliases: Aliases) -> Header:
    """Return the header of a sheet that holds ``table``.

    Raises
    ------
    HeaderProblem
        Where a required column is missing, a unit is unknown or two different columns claim one meaning.
    """
    names = aliases.headers[table]
    lines = _filled(sheet)
    if not any(any(line) for line in lines):
        raise HeaderProblem("工作表是空的，没有表头。请按模板填写表头后重新报送；本季没有内容的表可以整张删去。")
    best: tuple[int, int, int, dict[int, tuple[str, str]]] | None = None
    codes, is_data = _Codes(names), [any(map(_is_valid_code, line)) for line in lines]
    for depth in (1, 2, 3):
        for top in range(len(lines) - depth + 1):
            if any(is_data[top : top + depth]):
                continue
            matched = _match(lines[top : top + depth], codes)
            score = len({code for code, _ in matched.values()})
            is_leaf = best is not None and (score, top) == best[:2] and _is_leaf_line(lines[top : top + depth], codes)
            if score and (best is None or score > best[0] or is_leaf):
                best = (score, top, depth, matched)
    seen = _headers_seen(lines, best)
    free = seen if best is None else [t for i, t in enumerate(_joined(lines[best[1] : best[1] + best[2]])) if t and i not in best[3]]
    if best is None:
        raise HeaderProblem(_missing_sentence([c for c in columns_of(table) if c.is_key or c.need == "required"], seen, free, names))
    _, top, depth, matched = best
    texts = {i: t for i, t in enumerate(_joined(lines[top : top + depth])) if t}
    try:
        columns = _resolve(sheet, top + depth, matched, table, title_units(lines[:top]))
    except HeaderProblem as problem:
        problem.header = Header(top + depth, {}, texts, personal=_personal(sheet, top + depth, texts, matched))
        raise
    personal = _personal(sheet, top + depth, texts, matched)
    missing = _missing(table, columns)
    if missing:
        raise HeaderProblem(_missing_sentence(missing, seen, free, names), Header(top + depth, columns, texts, personal=personal))
    return Header(top + depth, columns, texts, _notes(texts, matched, personal), personal)


def _filled(sheet: Sheet) -> list[list[str]]:
    """The first rows as text, with merged ranges written into all their cells."""
    lines = [[as_text(v) for v in row[:SEARCHED_COLUMNS]] for row in sheet.rows[:SEARCHED_ROWS]]
    for (top, left), (bottom, right) in sheet.merges:
        if top < len(lines) and left < len(lines[top]):
            for row in range(top, min(bottom + 1, len(lines))):
                lines[row][left : right + 1] = [lines[top][left]] * (min(right + 1, len(lines[row])) - left)
    return [["" if text in RETURN_HEADERS else text for text in line] for line in lines]


def _parts(lines: list[list[str]]) -> list[list[str]]:
    """The header texts of every column from group to leaf; an unmerged group reaches right over the leaves below it."""
    width = max(len(line) for line in lines)
    grid = [line + [""] * (width - len(line)) for line in lines]
    for upper, lower in pairwise(grid):
        for i in range(1, width):
            if not upper[i] and lower[i]:
                upper[i] = upper[i - 1]
    parts = []
    for column in zip(*grid, strict=True):
        kept: list[str] = []
        for text in column:
            if text and (not kept or kept[-1] != text):
                kept.append(text)
        parts.append(kept)
    return parts


def _joined(lines: list[list[str]]) -> list[str]:
    return ["".join(parts) for parts in _parts(lines)]


class _Codes(dict[str, tuple[str | None, str]]):
    """Header text -> (column code or None, the text as it is compared); the lines tried meet the same texts over and over."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, text: str) -> tuple[str | None, str]:
        key = key_of(text)
        self[text] = found = (_code_of(key, self._names), key)
        return found


def _is_valid_code(text: str) -> bool:
    """True for a cell that is a unified code: its line is one of data, whatever stands beside it."""
    return len(text) == 18 and text.isascii() and uscc_is_valid(text.upper())


def _is_leaf_line(lines: list[list[str]], codes: _Codes) -> bool:
    """True where the last line only finishes headers begun above it (新就业形态 over 人数), even if the group alone would do."""
    below = [i for i, text in enumerate(lines[-1]) if text]
    joined = _joined(lines)
    return bool(below) and all(codes[joined[i]][0] for i in below)


def _match(lines: list[list[str]], codes: _Codes) -> dict[int, tuple[str, str]]:
    """Column position -> (code, the header text it was found by)."""
    found = {}
    for i, parts in enumerate(_parts(lines)):
        for start in range(len(parts)):
            code, text = codes["".join(parts[start:])]
            if code and (start == 0 or not any(g in part for g in _GROUPS for part in parts[:start] if len(part) < 12)):
                found[i] = (code, text)
                break
    return found


def _code_of(text: str, names: dict[str, str]) -> str | None:
    if not text or len(text) > 60:
        return None
    bare = split_header(text)[0].strip("*:")
    for candidate in (text, bare, _ENUMERATED.sub("", text), _ENUMERATED.sub("", bare)):
        if candidate in names:
            return names[candidate]
    separated = _SEPARATED.fullmatch(_ENUMERATED.sub("", bare))
    return names.get(separated[1]) if separated else None


def _resolve(sheet: Sheet, first_row: int, matched: dict[int, tuple[str, str]], table: str, titled: list[str]) -> dict[str, tuple[int, Decimal | None]]:
    by_code: dict[str, Column] = {c.code: c for c in (*columns_of("units"), *columns_of(table))}
    columns: dict[str, tuple[int, Decimal | None]] = {}
    for i, (code, text) in sorted(matched.items()):
        if code in columns:
            first = columns[code][0]
            if all(as_text(_cell(row, first)) == as_text(_cell(row, i)) or not as_text(_cell(row, i)) for row in sheet.rows[first_row:]):
                continue
            if all(not as_text(_cell(row, first)) for row in sheet.rows[first_row:]):
                del columns[code]
            else:
                raise HeaderProblem(f"有两列都是“{by_code[code].header}”（第 {first + 1} 列和第 {i + 1} 列），内容又不相同。请只留一列，另一列改名后重新报送。")
        separated = _SEPARATED.fullmatch(split_header(text)[0])
        brackets = split_header(text)[1] + ([separated[2]] if separated and not split_header(text)[1] else [])
        factor = factor_of(by_code[code].type, brackets)
        if isinstance(factor, str):
            raise HeaderProblem(f"“{by_code[code].header}”的单位“{factor}”不认识，应为人、万人、元、万元等。请改用标准单位后重新报送。")
        columns[code] = (i, factor if brackets else titled_factor(by_code[code], titled))
    return columns


def _cell(row: list[Any], position: int) -> Any:
    return row[position] if position < len(row) else ""


def _missing(table: str, columns: dict[str, Any]) -> list[Column]:
    needed = [c for c in columns_of(table) if c.need != "optional"]
    return [c for c in needed if c.code not in columns and not (c.code == "district_code" and DISTRICT_NAME in columns)]


def _headers_seen(lines: list[list[str]], best: Any) -> list[str]:
    if best is None:
        widest = max(lines, key=lambda line: len(set(filter(None, line))))
        return [covered(t) for t in dict.fromkeys(widest) if t]
    return [covered(t) for t in dict.fromkeys(_joined(lines[best[1] : best[1] + best[2]])) if t]


def _missing_sentence(missing: list[Column], seen: list[str], free: list[str], names: dict[str, str]) -> str:
    wanted = []
    for column in missing:
        own = [name for name, code in names.items() if code == column.code]
        near = [s for s in free if difflib.get_close_matches(split_header(key_of(s))[0], own, 1, 0.55)]
        wanted.append(f"“{column.header}”" + (f"（最接近的是“{'”“'.join(near[:2])}”）" if near else ""))
    shown = "、".join(s[:20] for s in seen[:40]) or "无"
    what = f"{table_names()[missing[0].table].removesuffix('表')}表缺少必需的列：{'、'.join(wanted)}。看到的表头：{shown}。"
    return what + "请改用标准列名，或在别名表 aliases.csv 中补充对应关系后重新运行。"


def _personal(sheet: Sheet, first_row: int, texts: dict[int, str], matched: dict[int, Any]) -> dict[int, str]:
    """Cell position -> header of the columns that are not ours and speak of persons, by their header or by what stands in them."""
    width = max((len(row) for row in sheet.rows[first_row : first_row + LOOKED_AT]), default=0)
    found = {}
    for i in range(min(max(width, max(texts, default=-1) + 1), SEARCHED_COLUMNS)):
        if i in matched:
            continue
        text = texts.get(i, "")
        if (text and is_personal(text)) or speaks_of_a_person(_cell(row, i) for row in sheet.rows[first_row : first_row + LOOKED_AT]):
            found[i] = covered(text) or f"第{i + 1}列"
    return found


def _notes(texts: dict[int, str], matched: dict[int, Any], personal: dict[int, str]) -> list[str]:
    notes = [f"个人信息列没有读取，请今后不要报送：{'、'.join(t[:20] for t in personal.values())}"] if personal else []
    unknown = [covered(t)[:20] for i, t in texts.items() if i not in matched and i not in personal and not _DULL.fullmatch(key_of(t))]
    if unknown:
        notes.append("不认识的列没有读取：" + "、".join(dict.fromkeys(unknown[:20])))
    return notes
