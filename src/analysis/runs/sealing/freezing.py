"""``workbench freeze``: seal a quarter as it was published."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.paths import REPORTS
from analysis.runs.outputs import read_manifest
from analysis.runs.packing import build_package
from analysis.runs.prepare import open_workshop
from analysis.runs.sealing.errata import Errata, find_errata, joined, read_errata, write_errata_table
from analysis.runs.sealing.published import DOCUMENTS
from analysis.runs.sealing.scores import sealed_files
from analysis.runs.sealing.seals import PARTS, Seal, made_of, parts_changed, seal_of, write_seal
from analysis.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True)
class Frozen:
    """``seal`` the quarter's seal; ``is_new`` whether it was made now; ``errata`` what differs today from an earlier seal; ``said`` the lines for the screen."""

    seal: Seal
    is_new: bool
    errata: Errata | None
    said: list[str]


def freeze(settings: Settings, quarter: str, say: Say = lambda _: None) -> Frozen:
    """Seal a quarter; of one that is sealed already, tell what differs today and leave it as it is.

    Raises
    ------
    WorkbenchError
        Where the quarter's ledger cannot be read, or its seal is damaged.
    """
    known = seal_of(settings, quarter)
    if known is not None:
        return _again(settings, known, say)
    package = build_package(settings, quarter, say)
    context = json.loads((package / "context.json").read_text(encoding="utf-8"))
    published = read_manifest((settings.out or REPORTS) / quarter)
    is_same = published.get("package") == package.name
    record = {"quarter": quarter, "sealed_at": datetime.now().astimezone().isoformat(timespec="seconds"), "package": package.name, "city": context["city"],
              "identity": context["identity"], "is_totals": context["is_totals"], "made_of": context["made_of"],
              "outputs": published.get("outputs", {}) if is_same else {}}  # fmt: skip
    seal = write_seal(settings, package, record, {} if context["is_totals"] else sealed_files(package, settings))
    said = [f"{quarter} 已封存在 {seal.folder}。以后台账、设置、界线或程序再变，这个季度的数字不变，变化写成更正。"]
    if published and not is_same:
        said.append("成果文件夹里现有的文稿不是用封存的数据做的，请重新运行 workbench run，使文稿与封存的数字一致。")
    if not published:
        said.append(f"还没有生成这个季度的文稿，请运行 workbench run --quarter {quarter}。")
    return Frozen(seal, True, None, said)


def _again(settings: Settings, seal: Seal, say: Say) -> Frozen:
    changed = parts_changed(seal.record["made_of"], made_of(settings, seal.quarter))
    said = [f"{seal.quarter} 已在 {seal.record['sealed_at'][:10]} 封存，没有改动。"]
    if not changed:
        return Frozen(seal, False, None, said)
    errata = own_errata(settings, seal.quarter, say)
    said.append(sentence(seal.quarter, errata, changed))
    made = write_errata_table(errata, (settings.out or REPORTS) / seal.quarter, settings.audience == "internal")
    said += [f"明细写在 {made[0]} 和旁边的 {made[1].name}（台账变了哪几行）。"] if made else []
    return Frozen(seal, False, errata, said)


def own_errata(settings: Settings, quarter: str, say: Say = lambda _: None) -> Errata:
    """Return the errata of a sealed quarter as its ledger stands today."""
    found = find_errata(open_workshop(settings, say), quarter, with_own=True)
    return Errata(*(frame[frame["quarter"] == quarter].reset_index(drop=True) for frame in (found.figures, found.rows, found.lacking)))


def sentence(quarter: str, errata: Errata, changed: list[str]) -> str:
    """Say in one line whether a sealed quarter has to be corrected."""
    parts = "、".join(PARTS[p] for p in changed)
    unknown = "".join(f"封存时没有保存{DOCUMENTS[part]}的数，要不要更正无法核对。" for part in errata.lacking["part"])
    if errata.figures.empty:
        return f"{quarter} 封存以后{parts}有变化，数字没有不同，不用更正。{unknown}"
    causes = "、".join(dict.fromkeys(errata.figures["cause"]))
    counts = errata.figures["part"].value_counts()
    where = "、".join(f"{name} {counts[part]} 个" for part, name in DOCUMENTS.items() if part in counts)
    return f"{quarter} 封存以后{parts}有变化，{len(errata.figures)} 个数字会不同（{where}；原因：{causes}），封存的数字不变，下期通报会写明更正。{unknown}"


def write_own_errata(settings: Settings, quarter: str, package: Path, target: Path, is_internal: bool, say: Say) -> list[Path]:
    """Write ``errata.csv`` of a run: those of the earlier sealed quarters that its package has, and the quarter's own where it is sealed."""
    found = read_errata(package)
    seal = seal_of(settings, quarter)
    if seal is not None:
        changed = parts_changed(seal.record["made_of"], made_of(settings, quarter))
        if changed:
            own = own_errata(settings, quarter, say)
            say(sentence(quarter, own, changed))
            found = joined([found, own])
    return write_errata_table(found, target, is_internal)
