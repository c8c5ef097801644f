"""What a quarter's folder holds, as the home page lists it: from the manifest, with links where the page can open files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from analysis.desk.making import FORMATS
from analysis.paths import DATA, REPORTS
from analysis.publishing.html import preview
from analysis.runs.index.changes import change_blocks
from analysis.runs.outputs import read_manifest
from analysis.runs.package import open_package
from analysis.runs.plan import notebooks
from analysis.settings import Settings

BASE = "WORKBENCH_BASE"  # set by lab and app: where the browser finds the files, e.g. /workbench/files/
_AUDIENCE_WORDS = {"internal": "内部", "shared": "跨部门", "public": "公开"}


@dataclass(frozen=True)
class Made:
    """One document of one scope: format → path relative to the quarter's folder."""

    scope: str
    title: str
    files: dict[str, str]
    reason: str = ""


def documents_of(out: Path, quarter: str) -> list[Made]:
    """Return the documents that the manifest records and that are still there, city first."""
    names = {n.document: n.name for n in notebooks()}
    made = []
    for job in read_manifest(out / quarter).get("jobs", []):
        files = {Path(f).suffix[1:]: f for f in job["files"] if not f.startswith("notebooks/") and (out / quarter / f).is_file()}
        made.append(Made(job["scope"], names.get(job["document"], job["document"]), files, job["reason"] if job["status"] == "failed" else ""))
    return sorted(made, key=lambda m: (m.scope != "city", m.scope))


def link(quarter: str, path: str, words: str, out: Path) -> str:
    """Return an anchor where the server hands out files, else the place on the disk."""
    base = os.environ.get(BASE)
    if not base:
        return f"{escape(words)}：<code>{escape(str(out / quarter / path))}</code>"
    return f'<a href="{escape(base + quote(f"{quarter}/{path}"))}" target="_blank" rel="noopener">{escape(words)}</a>'


def results_html(settings: Settings, quarter: str, names: dict[str, str]) -> str:
    """Return the list of results; ``names`` gives the names of scopes."""
    out = settings.out or REPORTS
    manifest = read_manifest(out / quarter)
    if not manifest:
        return f"<p>{escape(quarter)} 还没有生成过文稿。</p>"
    parts = [
        f"<p>{link(quarter, 'index.html', '打开目录页', out)}　{link(quarter, 'indicators.csv', '全部指标表', out)}　读者：{_AUDIENCE_WORDS.get(manifest['settings']['audience'], '')}</p>"
    ]
    returned = sorted((out / quarter / "intake").glob("*_退回.xlsx")) if manifest["settings"]["audience"] == "internal" else []
    if returned:
        parts.append(f"<p>要发还区县的（已标出问题和改法）：{'　'.join(link(quarter, f'intake/{p.name}', p.name, out) for p in returned)}</p>")
    groups: dict[str, list[Made]] = {}
    for made in documents_of(out, quarter):
        groups.setdefault(made.scope, []).append(made)
    for scope, documents in groups.items():
        rows = [
            f"<li>{escape(m.title)}　"
            + ("　".join(link(quarter, path, FORMATS[kind], out) for kind, path in m.files.items() if kind in FORMATS) or f"没有做成：{escape(m.reason)}")
            + "</li>"
            for m in documents
        ]
        parts.append(
            f"<details{' open' if scope == 'city' else ''}><summary>{escape(names.get(scope, scope))}（{len(documents)} 份）</summary><ul>{''.join(rows)}</ul></details>"
        )
    return '<div class="workbench-results">' + "".join(parts) + "</div>"


def comparison_html(settings: Settings, quarter: str) -> str:
    """Return the comparison with the quarter before, in the words and figures of the index page."""
    manifest = read_manifest((settings.out or REPORTS) / quarter)
    folder = (settings.store or DATA / "store") / manifest["package"] if manifest else None
    if folder is None or not (folder / "context.json").is_file():
        return f"<p>{escape(quarter)} 还没有生成过，或者数据已清理。请先按“生成”。</p>"
    package = open_package(str(folder), quarter, "city", manifest["settings"]["audience"])
    blocks = change_blocks(package)
    return preview([*blocks, {"type": "facts", "facts": [fact.as_record() for fact in package.register.used.values()]}])
