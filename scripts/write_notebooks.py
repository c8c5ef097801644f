"""Write the thin notebooks of all documents (notebooks/10 to 80), outputs stripped.

Run it after changing a story below; the notebooks themselves are committed.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FOLDER = Path(__file__).parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
STORIES = {
    "10_ledger_quality": {
        "about": {"document": "ledger_quality", "name": "台账质量核对", "scopes": ["city", "district"]},
        "title": "台账质量核对：报来了什么，对不对得上",
        "scope": 'scope: str = "city"  # city 为全市，或六位区县代码',
        "steps": [
            ("opening", "开头", "题目和季度。"),
            ("part(1)", "一、报来了什么", "先看报来了什么、退回多少，再看先找谁。退回的行不在任何数字里。"),
            ("part(2)", "二、要改的是什么", "规则是一张闭合的表，每条都有含义和改法。"),
            ("part(3)", "三、填得全不全", "缺的列写“—”并说明，不当作零。"),
            ("part(4)", "四、合计与明细对不对", "合计行只作核对，从不计入数字。"),
            ("part(5)", "五、与上季度对得上吗", "等式按单位逐家计算，再与指标表核对；差额写出来，应为零。没有上季度台账时，这一节说明原因。"),
            ("part(6)", "六、名册之间对得上吗", "信号只提示核实，不改变任何一行的结论和任何数字；没有检查的写明原因。"),
            ("part(7)", "七、名单", "名单只供内部。其他读者的版本没有这一节。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
        ],
    },
    "20_coverage_map": {
        "about": {"document": "coverage_map", "name": "覆盖图", "scopes": ["city", "district"]},
        "title": "工会覆盖图：各地覆盖到哪里",
        "scope": 'scope: str = "city"  # city 为全市，或六位区县代码',
        "steps": [
            ("opening", "开头", "题目和季度。"),
            ("part(1)", "一、总体情况", "率的分母、时点随句写明。颜色表示单位覆盖率，断点固定，不随季度变；有斜线的是无数据，不是零。"),
            ("part(2)", "二、各地情况", "表中全市合计是先加总、后相除，不是各区县的平均。应建会单位太少的区县不排名。"),
            ("part(3)", "三、乡镇街道盲区", "乡镇街道按盲区率与盲区单位数两个条件分级。没有乡镇界线时，这一段不出。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
        ],
    },
    "30_blank_areas": {
        "about": {"document": "blank_areas", "name": "盲区图", "scopes": ["city", "district"]},
        "title": "盲区图：小微企业与两新组织",
        "scope": 'scope: str = "city"  # city 为全市，或六位区县代码',
        "steps": [
            ("opening", "开头", "盲区是应建会而没有工会直接覆盖的单位。要点先说三个优先方向。"),
            ("part(1)", "一、两类单位有多少盲区", "两类单位互有交叉，分成只是小微、只是两新、两者兼是三项，重叠部分只计一次。"),
            ("part(2)", "二、盲区在哪些地方", "左右两张图分级和颜色相同。单位少的地方率的波动大，区间有重叠的不分高低。"),
            ("part(3)", "三、盲区在哪些行业和规模", "“薄弱”一词只用于低于总体十个百分点以上、单位不少于三十家的行业。先说家数，再说率。"),
            ("part(4)", "四、盲区有多集中", "少数乡镇街道占了多少，高的是不是连成片。检验只描述，不解释。"),
            ("part(5)", "五、与上季度末相比为什么变化", "变化按原因分解，各项之和正好等于变化；各地都没有降而全市降的，另报可比口径。"),
            ("part(6)", "六、还有哪些职工在工会之外", "农民工、派遣工、新就业形态互有交叉，只报绝对数，不相加。"),
            ("part(7)", "七、先走访哪些单位", "单位名单在各区县的走访清单里，只供内部。"),
            ("part(8)", "八、优先方向", "方向按固定规则选出，不同的人读到的是同样三个。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
        ],
    },
    "40_union_building": {
        "about": {"document": "union_building", "name": "工会建设分析", "scopes": ["city", "district"]},
        "title": "工会建设：牌子、机构、制度、活动，一项一项地看",
        "scope": 'scope: str = "city"  # city 为全市，或六位区县代码',
        "steps": [
            ("opening", "开头", "题目和季度；只有汇总表时，说明本文为什么没有数。"),
            ("part(1)", "一、工会建在哪一级", "状态梯看工会个数，也看覆盖的职工；线索只供核查，不定性。"),
            ("part(2)", "二、规范化达标分批推进", "台账没有批次一列，按成立年份分批；短板多的在前。"),
            ("part(3)", "三、职工之家", "职工之家的等级，以及与上季度相比的命名和撤牌。"),
            ("part(4)", "四、厂务公开民主管理", "建制率两个分母都写；该议还是该审看事项、所有制和适用条例，合规的议不算问题。"),
            ("part(5)", "五、平等协商和集体合同", "企业、职工两种覆盖率，各有两个分母；名单只供内部。"),
            ("part(6)", "六、规上企业三年培育", "按入库年份分批；分年目标在 workbench.toml 里设定，没有目标就不比。"),
            ("part(7)", "七、党工共建", "有党无会、有会无党的名单只供内部。"),
            ("part(8)", "八、农民工、劳务派遣工和新就业形态劳动者", "三类职工互有交叉，从不相加。"),
            ("part(9)", "九、名单", "名单只供内部。其他读者的版本没有这一节。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
        ],
    },
    "50_campaign": {
        "about": {"document": "campaign", "name": "行动推进情况", "scopes": ["city", "district"]},
        "title": "“强补增”行动推进：责任、督察、专班、目标、考核、分类指导",
        "scope": 'scope: str = "city"  # city 为全市，或六位区县代码',
        "steps": [
            ("opening", "开头", "题目和季度。全文只供内部，其他读者的版本只有一句说明。"),
            ("part(1)", "一、责任落实", "任务分红黄绿；完成日期写在季末以后的，季末按没有办结。"),
            ("part(2)", "二、跟踪督察", "督察问题的整改、反复，建会后九十天的回访。"),
            ("part(3)", "三、工作专班和培训", "专班只写职务；培训的人次、人数分列，不去重。"),
            ("part(4)", "四、年度目标和序时进度", "目标写在 data/targets.csv，没有目标就不比。"),
            ("part(5)", "五、考核得分", "评分表是 score.toml，改权重不用改程序；表扬只给权重怎样变动都站得住的名次。"),
            ("part(6)", "六、分类指导", "分类的规则和对策是可以修改的表。"),
            ("part(7)", "七、督办名单", "督办名单，每行写明在哪个文件第几行。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
        ],
    },
    "60_bulletin": {
        "about": {"document": "bulletin", "name": "情况通报", "scopes": ["city"], "deck": True},
        "title": "情况通报：各区县工会组织建设情况",
        "scope": 'scope: str = "city"  # 通报只有全市的',
        "steps": [
            ("opening", "开头", "题目和发文字号的空位。落款、印章、成文日期由印发单位填写。"),
            ("part(1)", "一、总体情况", "率都带分母，全市是合并计算。"),
            ("part(2)", "二、各区县情况", "应建会单位太少或缺数的区县只列数、不排名，率相同的并列。"),
            ("part(3)", "三、进步和差距", "点名按写明的办法进行，门槛在 situation_thresholds.csv。"),
            ("part(4)", "四、存在问题", "问题从数字来：盲区、挂牌空壳、职代会、集体合同，每条都写明有多少。"),
            ("part(5)", "五、工作要求", "工作要求跟着数字走，最多五条。要改文字，请改模板 bulletin.j2。"),
            ("part(6)", "六、报送和更正", "谁没有报、谁迟报（要有收件登记 data/received.csv），对以前各期的更正逐期写明。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
        ],
    },
    "65_research_report": {
        "about": {"document": "research_report", "name": "调研报告", "scopes": ["city"], "deck": True},
        "title": "调研报告：工会组织覆盖情况",
        "scope": 'scope: str = "city"  # 调研报告只有全市的',
        "steps": [
            ("opening", "开头", "题目和季度。"),
            ("part(1)", "一、调研概况", "方法、范围和数据质量。"),
            ("part(2)", "二、总体状况", "全市的覆盖率和覆盖图；全市是合并计算，不是各区县的平均。"),
            ("part(3)", "三、结构差异", "分区县、乡镇街道、单位类型、行业看。各类互有交叉，不相加。"),
            ("part(4)", "四、工会质量和民主管理", "工会质量的分母是工会组织，民主管理与集体合同的分母是已覆盖企业。"),
            ("part(5)", "五、变化情况", "只描述，不断言因果；分组都升而合计下降时说明构成。"),
            ("part(6)", "六、需要进一步核实的问题", "台账引出、但回答不了的问题。"),
            ("part(7)", "七、工作建议", "建议与前面的数字一一对应。"),
            ("part(8)", "八、局限", "台账没有说的、不能说的。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。要改文字，请改模板 research_report.j2。"),
        ],
    },
    "70_speech": {
        "about": {"document": "speech", "name": "讲话稿", "scopes": ["city"]},
        "title": "讲话稿：“强基层、补短板、增活力”行动推进会",
        "scope": 'scope: str = "city"  # 讲话稿只有全市的',
        "steps": [
            ("opening", "开头", "题目、称谓与引言。日期由承办人填写。"),
            ("part(1)", "一、统一思想，扛起责任", "讲认识，不放本地数据，也不代拟领导同志的话。"),
            ("part(2)", "二、看清差距，抓准重点", "数据的主战场：四个问题、三个重点、三个载体。缺数的句子整句不出。"),
            ("part(3)", "三、沉下身子，见到实效", "讲保障，四个“促实效”。"),
            ("closing", "口径说明", "只供核稿，不在会上念。要改文字，请改模板 speech.j2。"),
        ],
    },
    "72_speech_read": {
        "about": {"document": "speech_read", "name": "朗读稿", "scopes": ["city"]},
        "title": "朗读稿：讲话稿的朗读版",
        "scope": 'scope: str = "city"  # 讲话稿只有全市的',
        "steps": [
            ("opening", "开头", "题目、称谓与引言。和讲话稿同一个模板、同一批数据；数字写成读法，“/”处稍停，“//”处长停。"),
            ("part(1)", "一、统一思想，扛起责任", "每部分标题下注明字数和约需几分钟，语速见设置 speech_rate。"),
            ("part(2)", "二、看清差距，抓准重点", "长段落按句拆开，一段不跨页。"),
            ("part(3)", "三、沉下身子，见到实效", "和讲话稿的第三部分是同样的句子。"),
            ("closing", "结束", "没有口径说明：核稿请看讲话稿。"),
        ],
    },
    "80_district_brief": {
        "about": {"document": "district_brief", "name": "区县简报", "scopes": ["district"]},
        "title": "区县简报：一个区县两页纸",
        "scope": 'scope: str = "980105"  # 六位区县代码',
        "steps": [
            ("opening", "开头", "题目和季度；没有应建会单位、不予显示的，说明原因。"),
            ("part(1)", "一、总体情况", "按领先、回落、追赶、停滞、单位太少、没有数据等情形，选用不同的说法。全市是合并计算，含本区县。"),
            ("part(2)", "二、盲区", "盲区落到乡镇街道；小微企业与两新组织互有交叉，不相加。"),
            ("part(3)", "三、工会质量和民主管理", "工会质量的分母是工会组织，民主管理与集体合同的分母是已覆盖企业。"),
            ("part(4)", "四、下步建议", "建议按本区县的数字选出，最多三条。"),
            ("closing", "口径说明", "每个率的分母、时点，缺报的区县和表，以及因缺少数据而没有写的内容。"),
        ],
    },
}


# pages for people, not documents: no parameters cell, no metadata.workbench, never part of a run
PAGES = {
    "00_home": [
        "# 工会覆盖工作台",
        "选季度，放报表，看结论，按“生成”，打开文稿。用 `workbench app` 或 `workbench lab` 打开，什么也不用先点；作为笔记本打开的，请先点菜单“运行 → 运行所有单元格”。",
        ("from analysis.desk.home import Home", "", "home = Home()"),
        "## 1. 选季度、范围和文稿\n\n平时只要选季度，其余不用动。给外单位的，请把“读者”换成跨部门或公开。",
        ("home.show_choices()",),
        "## 2. 放报表\n\n把区县发来的文件拖到下面，收下后自动核对。退回的行不在任何数字里，原因和改法写在“…_退回.xlsx”里，可以直接发还区县。",
        ("home.show_inbox()",),
        "## 3. 生成",
        ("home.show_making()",),
        "## 4. 打开文稿\n\n目录页可以给领导看；PDF 用来打印，Word 可以改。",
        ("home.show_results()",),
        "## 5. 与上季度相比",
        ("home.show_comparison()",),
    ],
    "90_explore": [
        "# 自己查一查",
        "任何指标都能画成图，任何问题都能用 SQL 查。看到的数和文稿里的数出自同一批数据；保存的图带着它的数字，保存的内容记入 exports.csv。",
        ("from analysis.desk.explore_page import Explorer", "", "explorer = Explorer()"),
        "## 画一个指标\n\n选季度、范围、指标和单位类别，按“画图”。缺数的地方画斜线，不是零。",
        ("explorer.show_map()",),
        "## 用 SQL 查\n\n`indicators` 是全部指标，`units` 是核对过的单位，其余表名、列名展开“列名”看。退回的行不在表里。",
        ("explorer.show_question()",),
        "## 用 pandas 查\n\n也可以直接取出来算：下面一格是例子，改动随意。",
        (
            "from analysis.desk.explore import ask",
            "",
            'ask(explorer.package, "SELECT indicator, count(*) AS n FROM indicators GROUP BY indicator ORDER BY indicator").head()',
        ),
    ],
}


def page(parts: list) -> nbformat.NotebookNode:
    """Return a page: text cells and cells of one call, in turn."""
    cells = [new_markdown_cell(part) if isinstance(part, str) else new_code_cell("\n".join(part)) for part in parts]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02d}"
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}, "title": parts[0].removeprefix("# ")})


def quiet(text: str) -> nbformat.NotebookNode:
    """A paragraph for the reader of the notebook that does not enter the document."""
    return new_markdown_cell(text, metadata={"tags": ["remove-cell"]})


def written(story: dict) -> nbformat.NotebookNode:
    document = story["about"]["document"]
    parameters = "\n".join([
        'quarter: str = "2021Q3"  # 季度，例如 2021Q3',
        story["scope"],
        'package: str = ""  # 留空则用演示数据',
        'audience: str = "internal"  # internal 内部、shared 跨部门、public 公开',
        'map_use: str = "internal"  # internal 内部研判、meeting 会议、public 公开',
    ])  # fmt: skip
    load = "\n".join([
        f"from analysis.briefings import {document}",
        "from analysis.publishing.blocks import show",
        "from analysis.runs.package import open_package",
        "",
        f"document = {document}.write(open_package(package, quarter, scope, audience, map_use))",
    ])  # fmt: skip
    cells = [quiet(f"# {story['title']}"), new_code_cell(parameters, metadata={"tags": ["parameters"]}), new_code_cell(load)]
    for call, heading, words in story["steps"]:
        cells += [quiet(f"## {heading}\n\n{words}"), new_code_cell(f"show(document.{call})")]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02d}"
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}, "workbench": story["about"]})


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, notebook in [*((name, written(story)) for name, story in STORIES.items()), *((name, page(parts)) for name, parts in PAGES.items())]:
        nbformat.validate(notebook)
        nbformat.write(notebook, FOLDER / f"{name}.ipynb")


if __name__ == "__main__":
    main()
