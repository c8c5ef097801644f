"""The score sheet (考核评分表): what is assessed, with what weight, from which figure. A TOML file that users edit; every mistake in it is told in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analysis.errors import SettingsError
from analysis.measures.assessment.formula import names_in

KINDS = {"district": "区县", "body": "责任单位", "force": "专班"}
# gross figures can be raised by dissolving and founding anew; only what is left over counts (domain §7)
GROSS = {"newly_covered_unit_count": "covered_unit_count_qoq", "new_member_count": "member_count_qoq", "union_cohort_y0_count": "union_org_count_qoq"}
RULES = ("linear", "steps", "best")
_ITEM = {"name", "group", "weight", "indicator", "formula", "segment", "rule", "full", "zero", "steps", "note"}
_DEDUCTION = {"name", "indicator", "formula", "each", "most", "note"}
_VETO = {"name", "indicator", "formula", "above", "note"}
_MANUAL = {"kind", "subject", "name", "points", "veto", "quarter", "evidence"}
_TOP = {"sensitivity", "smallest", "peer_edges", "manual", *KINDS}


@dataclass(frozen=True)
class Item:
    """One item: ``weight`` points for a ``formula`` of figures.

    ``full`` and ``zero`` its values for all points and none (``steps``: least value → share of the points).
    """

    name: str
    group: str
    weight: Fraction
    formula: str
    names: tuple[str, ...]
    segment: str
    rule: str
    full: Fraction
    zero: Fraction
    steps: tuple[tuple[Fraction, Fraction], ...] = ()

    @property
    def is_rising(self) -> bool:
        """Whether more is better."""
        return self.rule == "best" or (self.rule == "steps" and self.steps[0][0] >= self.steps[-1][0]) or (self.rule == "linear" and self.full > self.zero)


@dataclass(frozen=True)
class Deduction:
    """``each`` points off for every one counted, ``most`` in all; a veto (``each`` None) where the figure is above ``above``."""

    name: str
    formula: str
    names: tuple[str, ...]
    each: Fraction | None
    most: Fraction | None
    above: Fraction = Fraction(0)


@dataclass(frozen=True)
class Manual:
    """What no ledger shows: points taken off or a veto by decision, with the paper that bears it."""

    kind: str
    subject: str
    name: str
    points: Fraction
    is_veto: bool
    quarter: str
    evidence: str


@dataclass(frozen=True)
class Sheet:
    """The whole sheet: items, deductions and vetoes by kind of subject, decisions, peer groups, how far weights are moved, how small is too small to rank."""

    items: dict[str, tuple[Item, ...]]
    deductions: dict[str, tuple[Deduction, ...]]
    vetoes: dict[str, tuple[Deduction, ...]]
    manual: tuple[Manual, ...]
    peer_edges: tuple[int, ...]
    sensitivity: Fraction
    smallest: int


def read_sheet(data: dict[str, Any], where: str, known: dict[str, set[str]], segments: set[str]) -> Sheet:
    """Return the sheet of a TOML file's content.

    Parameters
    ----------
    known : kind → the names that its formulas may use
    segments : the segments of figures that items may ask for

    Raises
    ------
    SettingsError
        For the first mistake: which item, what was found, what may stand there.
    """
    _only(data, _TOP, where)
    items, deductions, vetoes = {}, {}, {}
    for kind, called in KINDS.items():
        part = data.get(kind, {})
        _only(part, {"item", "deduction", "veto"}, f"{where} 的 [{kind}]")
        at = f"{where} 的{called}"
        items[kind] = tuple(_item(row, f"{at}考核项{n}", known[kind], segments) for n, row in enumerate(part.get("item", []), 1))
        deductions[kind] = tuple(_deduction(row, f"{at}扣分项{n}", known[kind]) for n, row in enumerate(part.get("deduction", []), 1))
        vetoes[kind] = tuple(_veto(row, f"{at}否决项{n}", known[kind]) for n, row in enumerate(part.get("veto", []), 1))
        total = sum(i.weight for i in items[kind])
        if items[kind] and total != 100:
            raise SettingsError(f"{at}考核项的权重合计 {float(total):g}，应为 100。请调整 weight 后重试。")
        names = [i.name for i in items[kind]]
        if len(set(names)) < len(names):
            raise SettingsError(f"{at}考核项有重名的“{next(n for n in names if names.count(n) > 1)}”。请改成不同的名称后重试。")
    edges = data.get("peer_edges", [])
    if not isinstance(edges, list) or any(isinstance(e, bool) or not isinstance(e, int) or e <= 0 for e in edges) or sorted(set(edges)) != edges:
        raise SettingsError(f"{where} 的 peer_edges 写作 {edges!r}，应为由小到大的整数，例如 [100, 300]：按应建会单位数分组的界限。请改正后重试。")
    moved, smallest = _number(data.get("sensitivity", 0.2), f"{where} 的 sensitivity"), data.get("smallest", 30)
    if not 0 <= moved < 1 or isinstance(smallest, bool) or not isinstance(smallest, int) or smallest < 0:
        raise SettingsError(f"{where} 的 sensitivity 应在 0 至 1 之间（0.2 为上下浮动两成），smallest 应为不小于 0 的整数。请改正后重试。")
    manual = tuple(_manual(row, f"{where} 的人工认定{n}") for n, row in enumerate(data.get("manual", []), 1))
    return Sheet(items, deductions, vetoes, manual, tuple(edges), moved, smallest)


def _only(part: dict[str, Any], known: set[str], where: str) -> None:
    if not isinstance(part, dict):
        raise SettingsError(f"{where} 的写法不对，应为一节一节的项目。请照随程序提供的 score.toml 改正。")
    unknown = sorted(set(part) - known)
    if unknown:
        raise SettingsError(f"{where} 有不认识的“{unknown[0]}”，可用的是 {'、'.join(sorted(known))}。请核对拼写后重试。")


def _number(value: Any, where: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{where} 写作 {value!r}，应为数字。请改正后重试。")
    return Fraction(str(value))


def _formula(row: dict[str, Any], where: str, known: set[str]) -> tuple[str, tuple[str, ...]]:
    text = row.get("formula", row.get("indicator", ""))
    if not isinstance(text, str) or not text or ("formula" in row) == ("indicator" in row):
        raise SettingsError(f"{where}应写 indicator（一个指标代码）或 formula（算式）中的一个。请改正后重试。")
    names = names_in(text, where)
    for name in names:
        if name in GROSS:
            raise SettingsError(f"{where}用了“{name}”，这是毛增数，撤了再建也会增加；只数净增，请改用 {GROSS[name]}。")
        if name not in known:
            import difflib

            near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
            raise SettingsError(
                f"{where}的“{name}”不是可用的指标代码" + (f"，是不是 {near[0]}" if near else "") + "。可用的见 docs/indicators.md，请改正后重试。"
            )
    return text, tuple(names)


def _named(row: dict[str, Any], known: set[str], where: str) -> str:
    _only(row, known, where)
    name = row.get("name", "")
    if not isinstance(name, str) or not name.strip():
        raise SettingsError(f"{where}没有名称。请填写 name 后重试。")
    return name.strip()


def _item(row: dict[str, Any], where: str, known: set[str], segments: set[str]) -> Item:
    name = _named(row, _ITEM, where)
    where = f"{where}“{name}”"
    formula, names = _formula(row, where, known)
    weight, rule, segment = _number(row.get("weight"), f"{where}的 weight"), row.get("rule", "linear"), row.get("segment", "all")
    if weight <= 0 or rule not in RULES:
        raise SettingsError(f"{where}的 weight 应大于 0，rule 应为 {'、'.join(RULES)} 之一（按比例、分档、与同组最好的比）。请改正后重试。")
    if segment not in segments:
        raise SettingsError(f"{where}的 segment 写作“{segment}”，应为 docs/indicators.md 分组表里的代码。请改正后重试。")
    full = zero = Fraction(0)
    steps: tuple[tuple[Fraction, Fraction], ...] = ()
    if rule == "linear":
        full, zero = (_number(row.get(k), f"{where}的 {k}") for k in ("full", "zero"))
        if full == zero:
            raise SettingsError(f"{where}的 full（满分值）和 zero（零分值）相同，无法按比例给分。请改正后重试。")
    if rule == "steps":
        given = row.get("steps", [])
        if not isinstance(given, list) or not given or any(not isinstance(s, list) or len(s) != 2 for s in given):
            raise SettingsError(f"{where}的 steps 应为几档“[界限, 得分比例]”，例如 [[0.8, 1.0], [0.6, 0.7]]。请改正后重试。")
        steps = tuple((_number(a, f"{where}的 steps"), _number(b, f"{where}的 steps")) for a, b in given)
        if any(not 0 <= b <= 1 for _, b in steps) or [b for _, b in steps] != sorted((b for _, b in steps), reverse=True):
            raise SettingsError(f"{where}的 steps 应由高到低，得分比例在 0 至 1 之间。请改正后重试。")
    return Item(name, str(row.get("group", "")), weight, formula, names, segment, rule, full, zero, steps)


def _deduction(row: dict[str, Any], where: str, known: set[str]) -> Deduction:
    name = _named(row, _DEDUCTION, where)
    formula, names = _formula(row, f"{where}“{name}”", known)
    each, most = (_number(row.get(k), f"{where}“{name}”的 {k}") for k in ("each", "most"))
    if each <= 0 or most <= 0:
        raise SettingsError(f"{where}“{name}”的 each（每个扣几分）和 most（最多扣几分）都应大于 0。请改正后重试。")
    return Deduction(name, formula, names, each, most)


def _veto(row: dict[str, Any], where: str, known: set[str]) -> Deduction:
    name = _named(row, _VETO, where)
    formula, names = _formula(row, f"{where}“{name}”", known)
    return Deduction(name, formula, names, None, None, _number(row.get("above", 0), f"{where}“{name}”的 above"))


def _manual(row: dict[str, Any], where: str) -> Manual:
    name = _named(row, _MANUAL, where)
    kind, subject, evidence = (str(row.get(k, "")).strip() for k in ("kind", "subject", "evidence"))
    points, is_veto = _number(row.get("points", 0), f"{where}“{name}”的 points"), row.get("veto", False)
    if kind not in KINDS or not subject or not evidence or not isinstance(is_veto, bool) or (points <= 0) == (not is_veto):
        raise SettingsError(
            f"{where}“{name}”应写明 kind（{'、'.join(KINDS)}）、subject（区县代码或名称）、evidence（依据的文件），以及 points（扣几分）或 veto = true。请改正后重试。"
        )
    return Manual(kind, subject, name, points, is_veto, str(row.get("quarter", "")), evidence)
