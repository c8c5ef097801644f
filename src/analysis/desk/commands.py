"""The commands of a quarter's rhythm and of the browser; ``analysis.cli`` takes them in with its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.desk.options import BoundariesOption, LedgersOption, OutOption, QuarterOption, SettingsOption, choose, console
from analysis.errors import ParameterError
from analysis.periods import Quarter

commands = typer.Typer()


@commands.command("new-quarter", help="准备一个新季度：建台账文件夹，沿用设置和地图断点，列出还没有报送的区县。")
def new_quarter(
    quarter: Annotated[str, typer.Argument(help="季度，例如 2021Q4", metavar="季度")],
    templates: Annotated[bool, typer.Option("--templates", help="同时为每个区县生成一份空白工作簿，供发出")] = False,
    ledgers: LedgersOption = None,
    boundaries: BoundariesOption = None,
    out: OutOption = None,
    settings: SettingsOption = None,
) -> None:
    Quarter(quarter)
    from analysis.desk.new_quarter import prepare_quarter

    screen = console()
    for line in prepare_quarter(choose(settings, ledgers=ledgers, boundaries=boundaries, out=out), quarter, templates, screen.print).said:
        screen.print(line)


@commands.command("watch", help="看着台账文件夹：有报表放进来就核对，列出结论和还没有报送的区县。按 Ctrl+C 结束。")
def watch_folder(
    quarter: QuarterOption,
    every: Annotated[float, typer.Option("--every", help="隔几秒看一次", min=0.1, max=3600)] = 5.0,
    until_complete: Annotated[bool, typer.Option("--until-complete", help="各区县报齐就结束")] = False,
    rounds: Annotated[int | None, typer.Option("--rounds", help="看几次就结束；不写则一直看", min=1)] = None,
    ledgers: LedgersOption = None,
    boundaries: BoundariesOption = None,
    settings: SettingsOption = None,
) -> None:
    Quarter(quarter)
    from analysis.desk.watch import watch

    chosen = choose(settings, ledgers=ledgers, boundaries=boundaries)
    if chosen.ledgers is None:
        raise ParameterError("没有设置台账文件夹。请在 workbench.toml 的 ledgers 填写，或用 --ledgers 指明。")
    made = watch(chosen, quarter, console().print, every, rounds, until_complete)
    raise typer.Exit(0 if made is not None and made.is_complete else 1)


@commands.command("schedule", help="打印一行现成的定时任务（Linux 的 cron 或 Windows 的计划任务），粘贴即可，每天自动核对或生成。")
def schedule(
    quarter: QuarterOption,
    at: Annotated[str, typer.Option("--at", help="每天几点，24 小时制")] = "07:30",
    action: Annotated[str, typer.Option("--do", help="做什么：run 生成全部文稿，check 只核对台账")] = "run",
    system: Annotated[str, typer.Option("--system", help="linux 或 windows；不写则按本机")] = "",
    settings: SettingsOption = None,
) -> None:
    Quarter(quarter)
    from analysis.desk.schedule import SYSTEMS, cron_line, windows_line
    from analysis.paths import REPORTS, ROOT
    from analysis.runs.outputs import ready_folder

    kind = system or ("windows" if sys.platform == "win32" else "linux")
    if kind not in SYSTEMS or action not in ("run", "check"):
        raise ParameterError(f"选项 --system 应为 {' 或 '.join(SYSTEMS)}，--do 应为 run 或 check，现为“{system}”“{action}”。请改正后重试。")
    arguments = [action, "--quarter", quarter, *(["--settings", str(Path(settings).resolve())] if settings else [])]
    chosen = choose(settings)
    log = str(ready_folder(chosen.out or REPORTS) / "schedule.log")
    program = [sys.executable, "-m", "analysis"]
    screen = console()
    if kind == "linux":
        told, line = "把下面一行粘贴到 crontab -e 打开的文件里：", cron_line(program, str(ROOT), arguments, at, log)
    else:
        told = "在 Windows 的“命令提示符”里执行下面一行："
        line = windows_line(program, str(ROOT), arguments, at, log, f"工会工作台_{quarter}_{action}")
    screen.print(told)
    screen.print(line)


@commands.command("freeze", help="封存一个季度：数字从此不变，以后的变化写成更正，说明改了什么、差多少、为什么。")
def freeze_quarter(
    quarter: QuarterOption, ledgers: LedgersOption = None, boundaries: BoundariesOption = None, out: OutOption = None, settings: SettingsOption = None
) -> None:
    Quarter(quarter)
    from analysis.runs.sealing.freezing import freeze

    screen = console()
    for line in freeze(choose(settings, ledgers=ledgers, boundaries=boundaries, out=out), quarter, screen.print).said:
        screen.print(line)


@commands.command("diff", help="比较两次运行或两个季度：哪些数不同，是台账、程序、设置还是界线造成的。")
def diff(
    first: Annotated[str, typer.Argument(help="季度（2021Q2），或某个季度的成果文件夹", metavar="甲")],
    second: Annotated[str, typer.Argument(help="同上，与甲相比的一方", metavar="乙")],
    out: Annotated[str | None, typer.Option("--out", help="把全部不同的数写进这个 CSV 文件")] = None,
    ledgers: LedgersOption = None,
    boundaries: BoundariesOption = None,
    settings: SettingsOption = None,
) -> None:
    from analysis.runs.sealing.differing import difference, lines, write_difference

    screen = console()
    made = difference(choose(settings, ledgers=ledgers, boundaries=boundaries), first, second)
    for line in lines(made):
        screen.print(line)
    if out is not None:
        screen.print(f"全部不同的数写在 {write_difference(made, Path(out))}")
    raise typer.Exit(0 if made.is_same else 1)


IpOption = Annotated[str, typer.Option("--ip", help="监听的地址；默认只有本机能打开")]
PortOption = Annotated[int, typer.Option("--port", help="端口；被占用时自动往后找", min=1, max=65535)]
OpenOption = Annotated[bool, typer.Option("--open-to-network", help="同意让其他电脑打开：他们能看到全部台账、生成文稿、在本机运行程序，传输不加密")]
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="是否自动打开浏览器")]


@commands.command("app", help="在浏览器里打开首页：选季度、放报表、看结论、生成、打开文稿，不用写程序。")
def app_page(ip: IpOption = "127.0.0.1", port: PortOption = 8888, open_to_network: OpenOption = False, browser: BrowserOption = True,
             settings: SettingsOption = None) -> None:  # fmt: skip
    from analysis.desk.launch import launch

    raise typer.Exit(launch("app", choose(settings), ip, port, open_to_network, browser, console().print))


@commands.command("lab", help="打开中文的 JupyterLab，停在首页笔记本上；做自己的研究用这个。")
def lab_page(ip: IpOption = "127.0.0.1", port: PortOption = 8888, open_to_network: OpenOption = False, browser: BrowserOption = True,
             settings: SettingsOption = None) -> None:  # fmt: skip
    from analysis.desk.launch import launch

    raise typer.Exit(launch("lab", choose(settings), ip, port, open_to_network, browser, console().print))


@commands.command("share", help="把一个区县的文稿和名单打成一个包，供发给这个区县；包里不会有别的区县的单位。")
def share_district(
    quarter: QuarterOption,
    district: Annotated[str, typer.Option("--district", help="区县代码（六位）")],
    out: OutOption = None,
    save: Annotated[str | None, typer.Option("--save", help="存成哪个文件（.zip）；不写则放在成果文件夹")] = None,
    settings: SettingsOption = None,
) -> None:
    Quarter(quarter)
    from analysis.paths import REPORTS
    from analysis.runs.handing.export_log import log_exports
    from analysis.runs.handing.sharing import share

    chosen = choose(settings, out=out)
    made = share(chosen, quarter, district, Path(save) if save else None, console().print)
    log_exports(chosen.out or REPORTS, "share", quarter, chosen.audience, [(district, f"{made.path.name}（{len(made.files)} 个文件）", None)])
    screen = console()
    for line in made.left_out:
        screen.print(f"没有放进去：{line}")
    screen.print(f"已打包 {len(made.files)} 个文件，逐个查过没有别的区县的单位：{made.path}")


@commands.command("new-notebook", help="新建一份自己的专题笔记本：带参数，接好数据、图表、导出和目录页，改文字即可用。")
def make_notebook(
    name: Annotated[str, typer.Argument(help="两位数字加英文名，例如 45_topic", metavar="名字")],
    title: Annotated[str, typer.Option("--title", help="题目，例如 物业行业工会覆盖专题")] = "专题研究",
    indicator: Annotated[str, typer.Option("--indicator", help="图表用的指标代码，见 docs/indicators.md")] = "unit_coverage_rate",
    city_only: Annotated[bool, typer.Option("--city-only", help="只做全市的，不做各区县的")] = False,
) -> None:
    from analysis.desk.new_notebook import new_notebook

    path = new_notebook(name, title, indicator, ("city",) if city_only else ("city", "district"))
    console().print(f"已建好 {path}。正文在第二个代码格里，改好后运行：workbench run --quarter 2021Q3 --documents {path.stem[3:]}（季度换成你的）。")


@commands.command("bundle", help="存证：把一个季度的输入、设置、版本锁定、成果打成一个文件，可在别的电脑上重算核对。")
def bundle_quarter(
    quarter: QuarterOption,
    save: Annotated[str | None, typer.Option("--save", help="存成哪个文件（.zip）；不写则放在成果文件夹")] = None,
    ledgers: LedgersOption = None,
    boundaries: BoundariesOption = None,
    out: OutOption = None,
    settings: SettingsOption = None,
) -> None:
    Quarter(quarter)
    from analysis.paths import REPORTS
    from analysis.runs.handing.bundling import bundle
    from analysis.runs.handing.export_log import log_exports

    chosen = choose(settings, ledgers=ledgers, boundaries=boundaries, out=out)
    made = bundle(chosen, quarter, Path(save) if save else None, console().print)
    log_exports(chosen.out or REPORTS, "bundle", quarter, "internal", [("all", made.name, None)])
    from analysis.runs.rerun.fingerprint import file_hash

    console().print(f"已存证：{made}。内有全部台账，只供内部；核对用 workbench verify {made.name}。")
    console().print(f"校验码（sha256）{file_hash(made)}。请另外记下：以后核对时显示的与它相同，就说明整个文件没有换过。")


@commands.command("verify", help="核对存证：用包里的台账和设置重算，说明结果相同，还是哪里不同。")
def verify_bundle(file: Annotated[str, typer.Argument(help="workbench bundle 生成的文件", metavar="文件")]) -> None:
    from analysis.runs.handing.verifying import verify
    from analysis.runs.rerun.fingerprint import file_hash

    screen = console()
    made = verify(Path(file), screen.print)
    screen.print(f"校验码（sha256）{file_hash(Path(file))}。请与存证时记下的核对。")
    for line in made.remarks:
        screen.print(f"  {line}")
    for line in made.differing:
        screen.print(f"不同：{line}")
    if made.is_equal:
        screen.print(f"相同：重算的 {made.same} 个文件与存证的一致。")
    else:
        screen.print(f"有 {len(made.differing)} 处不同，{made.same} 个文件相同。" + ("程序或库的版本与存证时不同，见上，可能是原因。" if made.remarks else ""))
    raise typer.Exit(0 if made.is_equal else 1)
