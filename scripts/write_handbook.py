"""Write docs/indicators.md, docs/glossary.md and docs/wording.md from the rule tables, so that they cannot drift. Run: python scripts/write_handbook.py"""

from __future__ import annotations

from pathlib import Path

from analysis import tables
from analysis.intake.completeness import table_name
from analysis.measures.formulas import Card, cards
from analysis.measures.indicators import ALL_SEGMENTS

DOCS = Path(__file__).resolve().parents[1] / "docs"
_UNITS = {"count": "数", "ratio": "率", "pp": "百分点", "score": "分", "mean": "平均数", "rank": "名次"}


def _row(*cells: str) -> str:
    return "| " + " | ".join(c.replace("|", "或") for c in cells) + " |"


def _scope(card: Card) -> str:
    """Return what the figure covers: whose rows, by which district, in which segments."""
    whose = {"unit": "应建会单位", "union": "单独、联合基层工会", "union_pair": "单独、联合基层工会", "matter": "已覆盖企业", "matter_unit": "已覆盖企业", "contract": "集体合同", "district": "区县",
             "task": "任务", "inspection": "督察", "founded": "新建单独、联合工会", "task_force": "专班", "training": "培训班"}  # fmt: skip
    is_split = "measure" not in card.definition and card.definition["group"] in ALL_SEGMENTS
    levels = "全市、区县、乡镇街道" if is_split and card.definition["group"] == "unit" else "全市、区县"
    return f"{whose[card.numerator.relation]}；{levels}；{'各分组' if is_split else '不分组'}"


def _as_of(card: Card) -> str:
    """Return when the figure is taken."""
    text = f"{card.numerator} {card.denominator or ''}"
    if "union_pair" in text or "newly" in text:
        return "季末，与上季末对照"
    if card.numerator.relation.startswith("matter") or any(word in text for word in ("has_congress", "congress_own", "congress_wide")):
        return "季末往前365天"
    if card.numerator.relation in ("task", "inspection", "founded", "task_force", "training", "district"):
        return (
            "年内，截至季末"
            if "this_year" in text
            else "本季"
            if any(word in text for word in ("this_quarter", "due_quarter", "found_quarter"))
            else "截至季末"
        )
    return "本季" if any(word in text for word in ("new_member", "member_in", "member_out", "member_left")) else "季末"


def indicators_page() -> str:
    """Return the indicator handbook (口径卡)."""
    lines = [
        "# 指标口径",
        "",
        "由 `scripts/write_handbook.py` 从 `src/analysis/tables/` 生成，请勿手改。各率都是先加总、后相除；舍入一次，四舍五入。“依据”一列的 § 是业务口径说明（domain）的节号。",
        "",
        "## 口径卡",
        "",
        "一行一张卡。分子、分母的算式照着就能重算：`count(表; 条件)` 数行，`sum(表; 列; 条件)` 加列；表和列的含义见下一节，台账原有的列见[术语](glossary.md)。",
        "条件里空白（没有填）既不算是也不算否，`coalesce(列, 值)` 表示空白按该值；求和时空白按零。区县数只加本区县的行；区县缺报某表或缺某列时为无数据，全市数把它从分子、分母里一起剔除。",
        "`indicators.csv` 里有的指标在“存放”一列写“指标表”，其余只在工会建设分析、行动推进情况里用，写“文稿”。",
        "",
        "| 指标 | 代码 | 性质 | 分子算式 | 分母 | 分母算式 | 范围 | 时点 | 定义 | 依据 | 存放 |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for card in cards():
        d, bottom = card.definition, card.denominator
        lines.append(_row(d["name"], f"`{d['indicator']}`", _UNITS[d["unit"]], f"`{card.numerator}`", d["denominator_name"] or "—", f"`{bottom}`" if bottom else "—",
                          _scope(card), _as_of(card), d["definition"], d["source"], "文稿" if "measure" in d else "指标表"))  # fmt: skip
    lines += ["", "### 算式里的表和列", "", "| 表 | 列 | 含义 |", "|---|---|---|"]
    lines += [_row(f"`{r.relation}`", f"`{r.column}`" if r.column else "（行）", r.meaning) for r in tables.load("relations").itertuples()]
    lines += [
        "",
        "分组的列是 `seg_<分组代码>`，见下面的分组表。",
        "",
        "### 该议还是该审",
        "",
        "| 适用条例 | 事项 | 所有制 | 要求 | 依据 |",
        "|---|---|---|---|---|",
    ]
    owners, modes = {"state_collective": "国有集体企业", "non_public": "非公有制企业"}, {"vote": "审（须表决）", "deliberate": "议"}
    lines += [_row(f"{r.rule_name} `{r.rule}`", r.matter, owners[r.ownership], modes[r.mode], r.source) for r in tables.load("required_modes").itertuples()]
    lines += [
        "",
        "变化：`<代码>_qoq` 比上季度末，`<代码>_yoy` 比上年同季；率的变化用百分点，由未舍入的率相减。",
        "",
        "## 分组（互相重叠，不得相加）",
        "",
        "| 分组 | 代码 | 定义 |",
        "|---|---|---|",
    ]
    lines += [_row(r.name, f"`{r.segment}`", r.definition) for r in tables.load("segments").itertuples()]
    lines += ["", "## 盲区研究的门槛", "", "| 代码 | 数 | 含义 | 依据 |", "|---|---|---|---|"]
    lines += [_row(f"`{r.code}`", f"{r.value}{r.unit}", r.meaning, r.source) for r in tables.load("study_thresholds").itertuples()]
    lines += ["", "## 核对规则", "", "| 规则 | 结论 | 含义 | 怎么办 |", "|---|---|---|---|"]
    verdicts = {"quarantined": "退回", "flagged": "提示"}
    lines += [_row(f"`{r.rule}`", verdicts.get(r.verdict, r.verdict), r.meaning, r.advice) for r in tables.load("rules").itertuples()]
    lines += ["", "## 信号（只提示核实，不改变结论和数字）", "", "界限改 `src/analysis/tables/signals.csv`；指标代码为 `signal_<信号>_count`。", ""]
    lines += ["| 信号 | 名称 | 含义 | 界限 | 怎么办 | 依据 |", "|---|---|---|---|---|---|"]
    lines += [
        _row(f"`{r.signal}`", r.name, r.meaning, (r.threshold + r.threshold_unit) or "—", r.advice, r.source) for r in tables.load("signals").itertuples()
    ]
    lines += [
        "",
        "## 台账质量的数字",
        "",
        "另存一处，不在 `indicators.csv` 里；另有 `rule_<规则>_count`、`table_<表>_<read|accepted|flagged|quarantined>_count`。",
        "",
    ]
    lines += ["| 名称 | 代码 | 性质 | 定义 | 依据 |", "|---|---|---|---|---|"]
    lines += [_row(r.name, f"`{r.indicator}`", _UNITS[r.unit], r.definition, r.source) for r in tables.load("quality").itertuples()]
    lines += [
        "",
        "## 考核和分类指导的数字",
        "",
        "由评分表（`score.toml`）和分类指导表算出，只在行动推进情况里用；代码后面的 `_body3`、`_item2` 一类是第几个对象、第几项。",
        "",
    ]
    lines += ["| 名称 | 代码 | 性质 | 定义 | 依据 |", "|---|---|---|---|---|"]
    lines += [_row(r.name, f"`{r.indicator}`", _UNITS[r.unit], r.definition, r.source) for r in tables.load("assessment").itertuples()]
    return "\n".join(lines) + "\n"


def glossary_page() -> str:
    """Return the glossary: one Chinese word and one code name a thing."""
    lines = [
        "# 术语与代码名",
        "",
        "由 `scripts/write_handbook.py` 生成，请勿手改。代码、列名、指标键一律用右边的名字。",
        "",
        "## 台账各表的列",
        "",
        "| 表 | 列 | 代码 | 填法 |",
        "|---|---|---|---|",
    ]
    for r in tables.load("columns").itertuples():
        note = "；".join(x for x in (r.choices.replace(" ", "、"), r.note) if x)
        lines.append(_row(f"{table_name(r.table)} `{r.table}`", r.header, f"`{r.code}`", note))
    lines += ["", "## 行业分组包含的行业代码（GB/T 4754-2017）", "", "| 分组 | 代码开头 | 行业 |", "|---|---|---|"]
    lines += [_row(f"`{r.segment}`", r.industry_prefix, r.name) for r in tables.load("industry_bundles").itertuples()]
    return "\n".join(lines) + "\n"


def wording_page() -> str:
    """Return the wording rules: what a text may not say, and which filter says it rightly by itself."""
    lines = [
        "# 用语规则",
        "",
        "由 `scripts/write_handbook.py` 从 `src/analysis/tables/wording_guards.csv`、`wording_thresholds.csv` 生成，请勿手改。",
        "每份文稿写成以后、输出以前，逐句核对这些规则；数字带着它的来历（值、正负、名次、分母、缺报），所以“下降”写给了正数、“第一”写给了第二，都查得出来。",
        "违反规则的句子不写入文稿，紧跟着的“其中……”“这……”一类接不上的句子一起去掉；少了时点、分母、家数或“未含”说明的，由程序据实补注。\n去掉的句子记入口径说明和 manifest.json，运行时逐份说明模板第几行、违反哪条，改好模板重跑即可；题目、各级标题和图表标题违反的，文稿不输出。“写对的办法”一列的过滤器和变量本身就写得对。",
        "一律先用未舍入的值判断，再舍入一次。“依据”的 § 是业务口径说明（domain）的节号。",
    ]
    rules = tables.load("wording_guards")
    for group in dict.fromkeys(rules["group"]):
        lines += ["", f"## {group}", "", "| 规则 | 代码 | 要求 | 写对的办法 | 依据 |", "|---|---|---|---|---|"]
        lines += [_row(r.name, f"`{r.code}`", r.demand, r.made_by or "—", r.source) for r in rules[rules["group"] == group].itertuples()]
    lines += ["", "## 门槛", "", "| 用语 | 从 | 不到 | 单位 | 分母或个数至少 | 含义 | 依据 |", "|---|---|---|---|---|---|---|"]
    for r in tables.load("wording_thresholds").to_dict("records"):
        lines.append(_row(*(r[c] for c in ("word", "from", "below", "unit", "needs_at_least", "meaning", "source"))))
    return "\n".join(lines) + "\n"


def main() -> None:
    (DOCS / "indicators.md").write_text(indicators_page(), encoding="utf-8")
    (DOCS / "glossary.md").write_text(glossary_page(), encoding="utf-8")
    (DOCS / "wording.md").write_text(wording_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
