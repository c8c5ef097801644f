"""The assessment in words and tables: ranks that hold whatever the weights, ranks that do not, and where the points went."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analysis.briefings.context import Blocks
from analysis.briefings.quality_tables import as_sent
from analysis.facts import Fact
from analysis.measures.assessment.scorecard import Card, Standing
from analysis.publishing import blocks
from analysis.runs.lists.evidence_book import FILE
from analysis.wording.numbers import clean, mark, named, say
from analysis.wording.phrases import listed

if TYPE_CHECKING:
    from analysis.runs.lists.scoring import Assessment
    from analysis.runs.package import Package

KIND_NAMES = {"body": "责任单位", "force": "专班"}
MOST_REASONS = 3  # why some are not ranked; the rest stand in the workbook


def figure(package: Package, standing: Standing, number: int, kind: str, indicator: str, value: Any, part: str = "", **changes: Any) -> Fact:
    """Return a figure of ``assessment.csv`` of a subject: of a district its own, of a body or task force one of the place, told apart by its number."""
    region = standing.subject.region or package.city[0]
    own = "_".join(filter(None, ("" if kind == "district" else f"{kind}{number}", part)))
    return package.register.assessed(indicator, region, value, own, **({"reason": standing.why or "没有数据"} | {k: v for k, v in changes.items() if v != ""}))


def total(package: Package, standing: Standing, number: int = 0, kind: str = "district") -> Fact:
    return figure(package, standing, number, kind, "assessment_total", standing.total)


def rank(package: Package, standing: Standing, number: int = 0, kind: str = "district") -> Fact:
    return figure(package, standing, number, kind, "assessment_rank", standing.rank)


def spread(package: Package, standing: Standing, number: int = 0, kind: str = "district") -> list[Any]:
    """Return the ranks that are possible when weights move: ``2`` or ``2至4``."""
    if not standing.is_ranked:
        return ["—"]
    best, worst = (
        figure(package, standing, number, kind, f"assessment_rank_{end}", value) for end, value in (("best", standing.best), ("worst", standing.worst))
    )
    return [best] if standing.best == standing.worst else [best, "至", worst]


def moved(package: Package, made: Assessment, standing: Standing) -> Any:
    """Return how the rank moved against the quarter before: ``升2``, ``降1``, ``不变``, ``—``."""
    before = made.before.get("district")
    then = before.of(standing.subject.code) if before else None
    if then is None or then.rank is None or standing.rank is None:
        return "—"
    by = then.rank - standing.rank
    fact = figure(package, standing, 0, "district", "assessment_rank_moved", abs(by))
    return [("升" if by > 0 else "降"), fact] if by else "不变"


def ranking(package: Package, made: Assessment) -> Blocks:
    """Return the city's ranking of districts: total, rank, peer rank, movement, the ranks possible, points taken off, where most was lost."""
    card, lines = made.cards["district"], []
    for s in card.standings:
        off = sum((loss.points for loss in s.losses), Fraction(0))
        worst = max((line for line in s.lines if line.lost is not None), key=lambda line: (line.lost, line.item.name), default=None)
        lost = (
            [
                clean(worst.item.name),
                "失",
                figure(package, s, 0, "district", "assessment_item_lost", worst.lost, "most", name=f"{worst.item.name}失分", decimals=1),
            ]
            if worst is not None and worst.lost
            else "—"
        )
        peer = (
            [blocks.mark(peer_name(card, s.peer), "threshold"), "第", figure(package, s, 0, "district", "assessment_peer_rank", s.peer_rank)]
            if s.is_ranked and card.edges
            else "—"
        )
        lines.append([rank(package, s), clean(s.subject.name), total(package, s), figure(package, s, 0, "district", "assessment_deducted", off, decimals=1), peer, moved(package, made, s),
                      spread(package, s), lost])  # fmt: skip
    heads = [
        ("名次", "right", 7),
        ("区县", "left", 11),
        ("总分", "right", 11),
        ("扣分", "right", 9),
        ("同组名次", "left", 20),
        ("较上季度", "left", 9),
        ("权重变动时的名次", "left", 12),
        ("失分最多的一项", "left", 21),
    ]
    why = [f"{clean(s.subject.name)}（{clean(s.why)}）" for s in card.standings if not s.is_ranked]
    note: list[Any] = ["名次按未舍入的总分排定，分数相同的并列。"]
    if why:
        note += ["名次为“—”的不参加排名：", blocks.mark("；".join(why) + "。", "name")]
    idle = _idle(card, bool(made.before))
    kept = [n for n, head in enumerate(heads) if head[0] not in idle]
    rows = [[line[n] for n in kept] for line in lines]
    return [blocks.table([heads[n] for n in kept], rows, caption=f"{package.region_name}各区县考核得分和名次", note=note)]


def _idle(card: Card, has_before: bool) -> set[str]:
    """Return the columns that would say the same of all districts, or nothing of any."""
    is_grouped = len({s.peer for s in card.ranked}) > 1
    return {name for name, is_told in (("同组名次", is_grouped), ("较上季度", has_before)) if not is_told}


def peer_name(card: Card, peer: int) -> str:
    """Return the peer group in words: ``不足150家组``, ``150家以上组``."""
    edges = card.edges
    if not edges or not peer:
        return ""
    if peer == 1:
        return f"不足{edges[0]}家组"
    return f"{edges[-1]}家以上组" if peer == len(edges) + 1 else f"{edges[peer - 2]}至{edges[peer - 1] - 1}家组"


def groups(package: Package, made: Assessment) -> Blocks:
    """Return the points by group of items, a row a district."""
    card = made.cards["district"]
    if not card.standings or not card.standings[0].lines:
        return []
    names = list(dict.fromkeys(line.item.group or line.item.name for line in card.standings[0].lines))
    full = {name: sum((line.weight for line in card.standings[0].lines if (line.item.group or line.item.name) == name), Fraction(0)) for name in names}
    lines = []
    for s in card.standings:
        cells = []
        for number, name in enumerate(names, 1):
            own = [line for line in s.lines if (line.item.group or line.item.name) == name]
            blank = next((line for line in own if line.points is None), None)
            value = None if blank is not None else sum((line.points for line in own), Fraction(0))
            cells.append(
                figure(package, s, 0, "district", "assessment_group_points", value, f"group{number}", name=f"{name}得分", reason=blank.reason if blank else "")
            )
        lines.append(
            [clean(s.subject.name), *([blocks.run(c.figure, fact=c.id) for c in cells]), blocks.run(total(package, s).figure, fact=total(package, s).id)]
        )
    heads = [
        ("区县", "left"),
        *(([clean(name), "（", blocks.mark(f"{float(full[name]):g}", "threshold"), "）"], "right") for name in names),
        ("总分（减扣分后）", "right"),
    ]
    return [blocks.table(heads, lines, caption="各区县分项得分（分）", note="括号里是满分。每一项的分数和背后的行见本文稿旁边的 " + FILE + "。")]


def own_items(package: Package, made: Assessment) -> Blocks:
    """Return a district's own items: the value, the points, what was lost."""
    s = made.cards["district"].of(package.scope)
    if s is None:
        return []
    lines = []
    for number, line in enumerate(s.lines, 1):
        value = _value(package, s, number, line)
        points, lost = (
            figure(package, s, 0, "district", f"assessment_item_{code}", v, f"item{number}", name=f"{line.item.name}{name}", reason=line.reason)
            for code, v, name in (("points", line.points, "得分"), ("lost", line.lost, "失分"))
        )
        lines.append(
            [
                clean(line.item.group),
                as_sent(line.item.name),
                blocks.mark(f"{float(line.weight):g}", "threshold"),
                value,
                *(blocks.run(f.figure, fact=f.id) for f in (points, lost)),
            ]
        )
    for number, loss in enumerate(s.losses, 1):
        count = (
            figure(package, s, 0, "district", "assessment_deduction_count", loss.count, f"loss{number}", name=loss.name, reason=loss.reason)
            if loss.count is not None and loss.count.denominator == 1
            else ""
        )
        points = figure(package, s, 0, "district", "assessment_deducted", loss.points, f"loss{number}", name=f"{loss.name}扣分")
        lines.append(["扣分", as_sent(loss.name + (f"（{loss.evidence}）" if loss.evidence else "")), "", count, "", blocks.run(points.figure, fact=points.id)])
    sum_ = total(package, s)
    lines.append(["合计", "", blocks.mark("100", "threshold"), "", blocks.run(sum_.figure, fact=sum_.id), ""])
    heads = [("组", "left", 13), ("考核项", "left", 33), ("满分", "right", 10), ("实际值", "right", 18), ("得分", "right", 13), ("失分", "right", 13)]
    reasons = "；".join(dict.fromkeys(f"{line.item.name}：{line.reason}" for line in s.lines if line.reason))
    note: list[Any] = [
        f"每一分失在哪几行，见本文稿旁边的 {FILE}“失分明细”页：文件、工作表、行号。",
        blocks.mark(f"没有数据的：{clean(reasons)}。", "name") if reasons else "",
    ]
    return [blocks.table(heads, lines, caption=f"{package.region_name}考核得分明细", note=[n for n in note if n])]


def _value(package: Package, s: Standing, number: int, line: Any) -> Any:
    """Return an item's value in the unit of its figure; of a formula as a plain number."""
    item, name = line.item, line.item.formula
    if item.names == (name,) and s.subject.region:
        return package.register.fact(name, s.subject.region, item.segment)
    return figure(package, s, 0, "district", "assessment_item_value", line.value, f"item{number}", name=f"{item.name}的实际值", reason=line.reason)


def others(package: Package, made: Assessment, kind: str) -> Blocks:
    """Return the ranking of bodies or task forces, city only; nothing where none is ranked, which the text says."""
    card = made.cards.get(kind)
    if card is None or not card.ranked or package.scope != "city":
        return []
    lines = []
    for number, s in enumerate(card.standings, 1):
        if s.is_ranked:
            size = figure(package, s, number, kind, "assessment_subject_size", s.subject.size, name=s.subject.size_name)
            lines.append([rank(package, s, number, kind), as_sent(s.subject.name), size, total(package, s, number, kind), spread(package, s, number, kind)])
    name, size_name = KIND_NAMES[kind], f"{card.ranked[0].subject.size_name}（{card.ranked[0].subject.measure}）"
    heads = [("名次", "right", 10), (name, "left", 38), (size_name, "right", 18), ("总分", "right", 16), ("权重变动时的名次", "left", 18)]
    return [blocks.table(heads, lines, caption=f"{name}考核得分和名次", note="名次按未舍入的总分排定，分数相同的并列。")]


def others_words(package: Package, made: Assessment) -> list[dict[str, Any]]:
    """Return what the city's text says of bodies and task forces: how many, how many ranked, why the rest are not."""
    said = []
    for kind, name in KIND_NAMES.items():
        card = made.cards.get(kind)
        if card is None or not card.standings or package.scope != "city":
            continue
        every, ranked, why = len(card.standings), len(card.ranked), list(dict.fromkeys(s.why for s in card.standings if s.why))
        count = package.register.assessed("assessment_subject_count", package.region_code, every, kind, f"考核的{name}")
        some = package.register.assessed("assessment_ranked_count", package.region_code, ranked, kind, f"参加排名的{name}")
        reasons = [mark(clean(text), "name") for text in why[:MOST_REASONS]]
        said.append({"名称": name, "个数": count, "参排": some, "原因": "；".join(reasons) + "等" * (len(why) > MOST_REASONS), "有排": ranked > 0, "全排": ranked == every})  # fmt: skip
    return said


def words(package: Package, made: Assessment | None) -> dict[str, Any]:
    """Return what the text says of the assessment; ``情形`` is 没有评分表, 没有区县 or 有."""
    if made is None or "district" not in made.cards:
        return {"情形": "没有评分表" if made is None else "没有区县"}
    card = made.cards["district"]
    ranked = card.ranked
    quarter = max(1, len(ranked) // 4)
    steady = [s for s in ranked if s.worst <= quarter]
    # ranks that only swap among the first few are not this district's merit
    loose = [s for s in ranked if s.rank <= quarter and s.worst > quarter]
    said = {"情形": "有", "参排": package.register.assessed("assessment_ranked_count", package.region_code, len(ranked)),
            "浮动": mark(f"{float(100 * card.sensitivity):g}%", "threshold"), "下限": mark(f"{card.smallest}家", "threshold"),
            "稳居前列": [f"{named(s.subject.name)}（{say(total(package, s))}，{_place(package, s)}）" for s in steady], "前列数": mark(f"前{quarter}名", "threshold"),
            "前列不稳": [named(s.subject.name) for s in loose], "上季": mark(made.before_label, "date"), "可比": bool(made.before),
            "其他": others_words(package, made),
            "没对上": [mark(f"{KIND_NAMES.get(m.kind, '区县')}“{clean(m.subject)}”的“{clean(m.name)}”", "name") for one in made.cards.values() for m in one.unmatched],
            "不计": [mark(f"{clean(item.name)}（{clean(why)}）", "name") for item, why in card.dropped], "分组": [mark(peer_name(card, n), "threshold") for n in range(1, len(card.edges) + 2)] if card.edges else []}  # fmt: skip
    own = card.of(package.scope) if package.scope != "city" else None
    if own is not None:
        said |= {"本区": _own(package, own, card)}
    return said


def _place(package: Package, s: Standing) -> str:
    return f"第{say(rank(package, s))}名"


def _own(package: Package, s: Standing, card: Card) -> dict[str, Any]:
    lost = sorted((line for line in s.lines if line.lost), key=lambda line: (-line.lost, line.item.name))[:3]
    texts = [
        f"{mark(clean(line.item.name), 'name')}（失{say(figure(package, s, 0, 'district', 'assessment_item_lost', line.lost, f'most{n}', name=f'{line.item.name}失分', decimals=1))}）"
        for n, line in enumerate(lost, 1)
    ]
    return {"总分": total(package, s), "名次": rank(package, s), "参排": package.register.assessed("assessment_ranked_count", package.city[0], len(card.ranked)),
            "排名": s.is_ranked, "原因": mark(clean(s.why), "name"), "最多": listed(texts) if texts else "", "稳": s.is_ranked and s.is_steady,
            "最好": figure(package, s, 0, "district", "assessment_rank_best", s.best), "最差": figure(package, s, 0, "district", "assessment_rank_worst", s.worst)}  # fmt: skip
