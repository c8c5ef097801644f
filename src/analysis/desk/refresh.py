"""``workbench refresh 讲话稿.docx --quarter 2021Q4``: the figures of another quarter in a document that people have edited."""

from __future__ import annotations

import base64
import csv
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.briefings import context
from analysis.desk.facts_again import fact_again
from analysis.errors import ExportError, ParameterError, WorkbenchError
from analysis.facts import Register
from analysis.periods import Quarter
from analysis.publishing.refresh import Change, WordFile, open_word, renew
from analysis.publishing.refresh.pictures import LEFT, NewPicture
from analysis.publishing.refresh.renew import EMPTY, KEPT, SAME, TYPED
from analysis.runs.outputs import write_whole
from analysis.runs.package import Package, open_package
from analysis.runs.packing import build_package
from analysis.runs.plan import notebooks
from analysis.settings import Settings
from analysis.spreadsheets import csv_text
from analysis.wording.guards import check

WORDING, UNSAID = "请核对用语", "新稿不再写"
LOUD = (KEPT, EMPTY, LEFT, WORDING, UNSAID, TYPED)
_TOLD = 12
# rules of taste (how an approximate number is put) are not the figures' doing; whether a word still fits them is
_GROUPS = ("变化", "排名", "部分与整体", "论断")
_TOO = {"half_words", "times_without_growth", "none_said_of_some", "remaining_zero", "all_said_of_less", "incomplete_not_said", "date_and_fact_differ",
        "small_n_without_counts", "blank_as_figure"}  # fmt: skip
Say = Callable[[str], None]


@dataclass
class Refreshed:
    """What was written where, and what was found."""

    path: Path
    report: Path
    changes: list[Change]

    @property
    def exit_code(self) -> int:
        return 1 if any(c.kind in LOUD for c in self.changes) else 0


def refresh(
    path: Path, quarter: str, settings: Settings, out: Path | None = None, in_place: bool = False, audience: str = "", say: Say = lambda _: None
) -> Refreshed:
    """Write the document with the quarter's figures beside the old one, and a report of what changed.

    Raises
    ------
    WorkbenchError
        Where the file is none of ours, the quarter is not there, or the target exists already.
    """
    Quarter(quarter)
    target = target_of(path, quarter, out, in_place)
    file = open_word(_bytes(path), path.name)
    old, scope = about_file(file, path.name)
    if not audience and settings.audience == "internal" and not _is_internal(file):
        raise ParameterError(
            f"{path.name} 的页眉没有“内部资料”字样，可能是对外的文稿，不能直接填内部口径的数字。请加 --audience public 或 shared；确实供内部使用的加 --audience internal。"
        )
    folder = str(build_package(settings, quarter, say))
    refuse_other_city(file, open_package(folder, quarter, "city", settings.audience, settings.map_use).register)
    package = open_package(folder, quarter, scope, audience or settings.audience, settings.map_use)
    written = write_again(file, package)
    register = written.draft.register if written is not None else package.register
    made = renew(file, old, quarter, lambda fact: _record(register, fact), pictures(written), {"incomplete": _incomplete(package, written)})
    changes = made.changes + misfits(file, made.blocks, made.places, register) + no_longer_said(written, made.facts, register)
    write_whole(target, lambda p: p.write_bytes(made.data))
    report = target.with_name(f"{target.stem}_更新说明.csv")
    write_whole(report, lambda p: write_report(p, changes))
    return Refreshed(target, report, changes)


def target_of(path: Path, quarter: str, out: Path | None, in_place: bool) -> Path:
    """Return where the new document goes; an existing file is never written over, unless asked for."""
    if not path.is_file():
        raise ParameterError(f"没有找到文件 {path}。请核对路径；成果在 <成果文件夹>/<季度>/<范围>/ 下。")
    if path.suffix.lower() != ".docx":
        raise ParameterError(f"{path.name} 不是 .docx 文件，只能更新 .docx。请用 Word 或 WPS 打开后另存为 .docx，再运行一次。")
    if in_place and out is not None:
        raise ParameterError("--in-place 和 --out 只能用一个：前者改原文件，后者另写一份。请去掉一个。")
    if in_place:
        if path.with_name(f"~${path.name[2:]}").exists() or path.with_name(f"~${path.name}").exists():
            raise ExportError(f"{path.name} 正在 Word 或 WPS 中打开，没有改动。请先关闭它，或去掉 --in-place 另写一份。")
        return path
    target = out or path.with_name(f"{path.stem}_{quarter}.docx")
    if target.suffix.lower() != ".docx":
        raise ParameterError(f"--out 的“{target.name}”应以 .docx 结尾。请改正后重试。")
    if target.exists():
        raise ParameterError(f"{target} 已经存在，没有覆盖。请用 --out 换一个名字；要直接改原文件，请用 --in-place。")
    return target


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ExportError(f"打不开 {path}，它可能正在 Word 或 WPS 中打开，或者没有读取权限。请关闭它后重试。") from error


def about_file(file: WordFile, name: str) -> tuple[str, str]:
    """Return the quarter and scope of a document of ours."""
    old, scope = file.about.get("quarter"), file.about.get("scope")
    if not file.rows or not old:
        raise ExportError(
            f"{name} 里没有工作台的数据记录，不是工作台生成的文稿（或者另存时丢了记录），不知道哪个数字是什么。请用工作台生成的 .docx 修改后再更新。"
        )
    return str(old), str(scope or "city")


def _is_internal(file: WordFile) -> bool:
    return any("内部资料".encode() in data for name, data in file.parts.items() if name.startswith("word/header"))


def refuse_other_city(file: WordFile, register: Register) -> None:
    """Raise ParameterError where the ledgers know none of the document's regions."""
    known = {code for _, code, _, _ in register.known}
    codes = {row["id"].split("/")[1] for row in file.rows}
    if not codes & known:
        raise ParameterError(
            f"这份文稿写的是{file.about.get('city_name') or '另一个市'}（{sorted(codes)[0]} 等），台账里没有这些地区。请用 --ledgers 指明这个市的台账文件夹。"
        )


def write_again(file: WordFile, package: Package) -> context.Document | None:
    """Return the same document as the new quarter's data would have it; None for a kind of document that we do not write."""
    name = str(file.about.get("document", ""))
    if name not in {n.document for n in notebooks()}:
        return None
    try:
        return importlib.import_module(f"analysis.briefings.{name}").write(package)
    except (WorkbenchError, ModuleNotFoundError):
        return None


def _record(register: Register, fact: str) -> dict[str, Any] | None:
    found = fact_again(register, fact)
    return None if found is None else found.as_record()


def _incomplete(package: Package, written: context.Document | None) -> list[str]:
    return context.incomplete_sentences(package if written is None else written.draft.package)


def pictures(written: context.Document | None) -> list[NewPicture]:
    blocks = [] if written is None else [b for b in written.blocks if b["type"] == "figure" and b.get("png")]
    return [NewPicture(base64.b64decode(b["png"]), b["alt"]) for b in blocks]


def misfits(file: WordFile, blocks: list[dict[str, Any]], places: list[str], register: Register) -> list[Change]:
    """Return the sentences whose words of direction, rank or size no longer fit their new figures."""
    groups = tables.load("wording_guards").set_index("code")["group"].to_dict()
    meta = {"type": "meta", "document": file.about.get("document", ""), "scope": file.about.get("scope", "city")}
    made = []
    for found in check([meta, *blocks], register):
        if groups[found.rule.code] in _GROUPS or found.rule.code in _TOO:
            said = found.message.partition("。")[0]
            made.append(Change(WORDING, places[found.block - 2], found.said, "", f"{found.rule.name}：{said}"))
    return list(dict.fromkeys(made))


def no_longer_said(written: context.Document | None, facts: list[str], register: Register) -> list[Change]:
    """Return the figures about single places or trades that the new quarter's own document does not give any more: others may be the ones to name."""
    if written is None:
        return []
    shown = {run["fact"] for block in written.blocks for run in _runs(block) if run.get("fact")}
    city = register.city[0]
    made = []
    for fact in dict.fromkeys(facts):
        _, region, segment, _ = fact.split("/")
        if fact not in shown and (region != city or segment != "all"):
            found = register.used[fact]
            made.append(
                Change(
                    UNSAID,
                    "",
                    found.text,
                    "",
                    f"{found.region_name}{context.segment_name(segment) if segment != 'all' else ''}{found.name}：新季度自动生成的文稿没有写它，请核对该点谁的名",
                )
            )
    return made


def _runs(block: dict[str, Any]) -> list[dict[str, Any]]:
    cells = [cell["runs"] for row in block.get("rows", []) for cell in row]
    return [run for runs in (block.get("runs", []), block.get("caption", []), block.get("note", []), *cells) for run in runs]


def write_report(path: Path, changes: list[Change]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(["类别", "位置", "原来", "现在", "说明"])
        rows.writerows([csv_text(cell) for cell in (c.kind, c.where, c.before, c.after, c.note)] for c in sorted(changes, key=lambda c: c.kind not in LOUD))


def lines(made: Refreshed) -> list[str]:
    """Return what the terminal says: what needs a person first, then what changed, each kind with its first lines."""
    said = []
    kinds = list(dict.fromkeys([*LOUD, *(c.kind for c in made.changes)]))
    for kind in kinds:
        own = [c for c in made.changes if c.kind == kind]
        if own and kind != SAME:
            said.append(f"{kind}：{len(own)} 处")
            said += [f"  {_line(c)}" for c in own[:_TOLD]] + ([f"  ……其余 {len(own) - _TOLD} 处见 {made.report.name}"] if len(own) > _TOLD else [])
    return said


def _line(c: Change) -> str:
    moved = f"{c.before} → {c.after}" if c.after and c.after != c.before else c.before
    return "　".join(part for part in (c.where, moved, c.note) if part)
