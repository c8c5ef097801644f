"""Write ``docs/performance.md``, the plot of cost over size and the sizing table of ``docs/province.md`` from ``benchmarks/results``; never by hand."""

from __future__ import annotations

import json
from pathlib import Path

from ledger import KINDS

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PLOT = ROOT / "docs" / "images" / "ledger_cost.svg"
BEGIN, END = "<!-- 以下由 make bench 生成 -->", "<!-- 以上由 make bench 生成 -->"


def read(name: str) -> dict:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def quarter_part(made: dict) -> list[str]:
    if not made:
        return ["还没有测过整季度，请运行 make bench。"]
    partly = (
        ""
        if made["measured_by_hand"] == made["documents"]
        else (
            f"。逐条命令实测 {made['measured_by_hand']} 份：每种文稿（全市、区县分开）至少一份，同一种的其余各份按实测的平均推算，共推算 {made['documents'] - made['measured_by_hand']} 份"
        )
    )
    rows = [("逐条命令：papermill → nbconvert → 浏览器打印", made["by_hand"]), ("workbench run（网页、PDF）", made["fast"]), ("workbench run（再加 DOCX 等全部格式）", made["all_formats"]),
            ("workbench run（没有变化，再次运行）", made["unchanged"])]  # fmt: skip
    lines = [f"{made['quarter']}，{made['documents']} 份文稿，{made['cores']} 核，测时系统负载 {made['load']:.1f}{partly}。两边读同一个数据包。", "",
             "| 做法 | 用时（秒） | 处理器（秒） | 一份（处理器秒） |", "|---|---|---|---|"]  # fmt: skip
    lines += [f"| {name} | {v['wall_s']:.1f} | {v['cpu_s']:.1f} | {v['cpu_s'] / made['documents']:.2f} |" for name, v in rows]
    lines += [
        "",
        f"用时相差 **{made['ratio']:.1f} 倍**，处理器时间相差 **{made['cpu_ratio']:.1f} 倍**。没有变化时再次运行占完整运行的 {made['unchanged']['wall_s'] / made['all_formats']['wall_s']:.1%}。",
    ]
    if made["compared"]:
        odd = "全部逐字节相同" if not made["differing"] else "不同的有 " + "、".join(made["differing"])
        lines.append(f"与普通 papermill 加本工作台导出器的成品比较 {made['compared']} 份：{odd}。")
    lines += ["", "逐条命令的一份文稿：", "", "| 文稿 | 范围 | 份数 | 实测 | 用时（秒） | 处理器（秒） |", "|---|---|---|---|---|---|"]
    levels = {"city": "全市", "district": "区县"}
    lines += [
        f"| {r['document']} | {levels[r['level']]} | {r['documents']} | {r['measured']} | {r['wall_s']:.1f} | {r['cpu_s']:.1f} |" for r in made.get("kinds", [])
    ]
    return lines


def ledger_part(made: dict) -> list[str]:
    lines = []
    if made.get("tally"):
        lines += ["| 单位数 | 统计（秒） | 只扫描同样的列（秒） | 用时倍数 | 处理器倍数 | 内存峰值（MB） |", "|---|---|---|---|---|---|"]
        for row in sorted(made["tally"].values(), key=lambda r: r["units"]):
            lines.append(
                f"| {row['units']:,} | {row['tally_s']:.2f} | {row['scan_s']:.2f} | {row['ratio']:.1f} | {row['cpu_ratio']:.1f} | {row['tally_peak_mb']:.0f} |"
            )
        lines += [
            "",
            "统计含覆盖关系、工会、职代会、集体合同的连接，按区县分份、有几个核就同时算几份；扫描也用全部的核。不含把每个单位的结论带回内存。两边轮流各测三次，取倍数居中的一次。",
            "",
            "![单位数与用时](images/ledger_cost.svg)",
            "",
        ]
    if made.get("locate"):
        lines += ["| 点 | 区域 | 顶点 | 本工作台（秒） | geopandas.sjoin（秒） | 用时倍数 | 处理器倍数 | 结果不同的点 |", "|---|---|---|---|---|---|---|---|"]
        for row in made["locate"].values():
            lines.append(
                f"| {row['points']:,} | {row['regions']} | {row['vertices']:,} | {row['locate_s']:.2f} | {row['sjoin_s']:.2f} | {row['ratio']:.1f} | {row['cpu_ratio']:.1f} | {row['different']} |"
            )
        lines.append("")
    if made.get("intake"):
        lines += [
            "| 单位表 CSV | 行数 | 大小（MB） | 读入并逐行核对（秒） | pandas 只按文字读入（秒） | 用时倍数 | 处理器倍数 |",
            "|---|---|---|---|---|---|---|",
        ]
        for kind, row in made["intake"].items():
            lines.append(
                f"| {KINDS[kind]} | {row['rows']:,} | {row['megabytes']:.0f} | {row['intake_s']:.1f} | {row['pandas_s']:.1f} | {row['ratio']:.1f} | {row['cpu_ratio']:.1f} |"
            )
    return lines or ["还没有测过大台账，请运行 make bench。"]


def plot(made: dict) -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    from analysis.charts.fonts import use_fonts

    matplotlib.rcParams.update({"svg.hashsalt": "workbench", "font.family": use_fonts()})
    rows = sorted(made["tally"].values(), key=lambda r: r["units"])
    units = [r["units"] for r in rows]
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for key, label, colour in (("tally_cpu_s", "统计（含各种连接）", "#b5322a"), ("scan_cpu_s", "只用 pyarrow 扫描同样的列", "#4a6f8f")):
        axes.loglog(units, [r[key] for r in rows], marker="o", color=colour, label=label)
        axes.loglog(units, [rows[-1][key] * n / units[-1] for n in units], linestyle=":", color=colour, linewidth=1)
    axes.plot([], [], linestyle=":", color="#666666", linewidth=1, label="与单位数成正比")
    axes.set_xticks(units, [f"{n // 10_000:,} 万" for n in units], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_yticks(marks := [0.1, 0.3, 1, 3, 10, 30], [f"{mark:g}" for mark in marks])
    axes.set_yticks([], minor=True)
    axes.set(xlabel="单位数", ylabel="处理器秒")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False)
    PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(PLOT, metadata={"Date": None})


def sizing(made: dict) -> list[str]:
    """The measured table of a province: 100 districts on a Dask scheduler and workers of one thread, all on one machine."""
    lines = ["100 个区县的台账，在一台机器上用真的调度程序和工作进程（每个一线程）实测，含各份的合计，不含台账的读取和工作进程的启动：", "",
             "| 单位数 | 份数 | 一个工作进程（秒） | 两个工作进程（秒） | 每个工作进程的内存峰值（MB） |", "|---|---|---|---|---|"]  # fmt: skip
    for row in sorted(made.get("tally", {}).values(), key=lambda r: r["units"]):
        if there := row.get("spread"):
            peak = max(v["worker_peak_mb"] for v in there.values())
            lines.append(f"| {row['units']:,} | {row['parts']} | {there['1']['wall_s']:.1f} | {there['2']['wall_s']:.1f} | {peak:.0f} |")
    quarter = read("quarter")
    if quarter:
        each = quarter["all_formats"]["cpu_s"] / quarter["documents"]
        lines += [
            "",
            f"文稿：全部格式一份约 {each:.1f} 处理器秒。100 个区县每个 5 份、全市 9 份共 509 份，约 {509 * each / 60:.0f} 处理器分钟；8 个工作进程约 {509 * each / 60 / 8:.0f} 分钟。",
        ]
    return lines


def main() -> None:
    ledger = read("ledger")
    if ledger.get("tally"):
        plot(ledger)
    text = ["# 速度", "", "本页由 make bench 从实测结果生成，不手工修改。机器有别的工作时，用时会变长，看处理器时间和倍数。", "", "## 整个季度", "", *quarter_part(read("quarter")), "",
            "## 大台账", "", *ledger_part(ledger), ""]  # fmt: skip
    (ROOT / "docs" / "performance.md").write_text("\n".join(text), encoding="utf-8")
    guide = ROOT / "docs" / "province.md"
    before, rest = guide.read_text(encoding="utf-8").split(BEGIN)
    guide.write_text(before + BEGIN + "\n" + "\n".join(sizing(ledger)) + "\n" + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
