"""Why a document is made again, in Chinese: what changed, by name where the record of the run before tells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.runs.plan import Job
from analysis.runs.rerun import imports
from analysis.runs.rerun.fingerprint import data_settings
from analysis.runs.rerun.records import versions

if TYPE_CHECKING:
    from analysis.runs.rerun.dependencies import Scales

NAMES = {"notebook": "笔记本", "code": "程序", "rules": "规则表", "templates": "文稿模板", "settings": "设置", "libraries": "程序库版本", "breaks": "地图分级断点",
         "data": "台账数据", "elsewhere": "引用的其他地区数字", "beside": "考核、指导、收文等小表或上季度的入库数据", "writers": "版式程序或版式模板", "writing_libraries": "导出用的程序库版本", "fonts": "字体"}  # fmt: skip
TEXTS = "wording/templates/"  # before the names of texts in the record of a run


def said(scales: Scales, part: str, job: Job, record: Mapping[str, Any]) -> str:
    """Say what changed in a part that a document was made of."""
    if part == "data":
        return data_said(scales, job)
    if part == "elsewhere":
        before, now = record["rests_on"]["elsewhere"], scales.elsewhere(record["rests_on"])
        facts = [scales.register.fact(i, r, s, q) for q, r, s, i in (name.split("/") for name in now if now[name] != before.get(name))]
        return f"引用的其他地区数字变了（{listed(f'{f.region_name}{f.name}' for f in facts)}）"
    names = _names(scales, part, job, record)
    return f"{NAMES[part]}改了" + (f"（{listed(names)}）" if names or part in ("code", "rules") else "")


def _names(scales: Scales, part: str, job: Job, record: Mapping[str, Any]) -> list[str]:
    """Return the names of what changed in a part; none where the record does not tell."""
    files = {
        "code": lambda: scales.code(job.notebook),
        "rules": imports.rule_tables,
        "writers": imports.code_of_writers,
        "templates": lambda: {f"{TEXTS}{name}": sha for name, sha in scales.templates(record.get("rests_on")).items()},
    }
    if part in files:
        before = scales.manifest.get("code", {})
        return [name if part == "code" else Path(name).name for name, sha in files[part]().items() if before.get(name) != sha[:16]]
    if part == "settings":
        return changed_settings(scales.manifest.get("settings", {}), json.loads(json.dumps(asdict(scales.settings), default=str)), scales.kept_quiet)
    if part in ("libraries", "writing_libraries"):
        before, now = scales.manifest.get("versions", {}), versions()
        return [name for name in scales.libraries_of(part) if name in before and before[name] != now.get(name)]
    return []


def changed_settings(before: Mapping[str, Any], now: Mapping[str, Any], quiet: Iterable[str] = ()) -> list[str]:
    return [name for name, value in now.items() if name in before and before[name] != value and name not in quiet]


def data_said(scales: Scales, job: Job) -> str:
    """Say why the taken-in data are not those of the run before: ledgers, boundaries, settings or the program that counts."""
    whose = "" if job.scope == "city" else "本区县的"
    then, now = scales.manifest.get("inputs", {}), scales.inputs
    moved = {name: name not in then or name not in now or then[name] != now[name] for name in {**then, **now}}
    found = (name.removeprefix("ledgers/") for name, is_moved in moved.items() if is_moved and name.startswith("ledgers/"))
    ledgers = sorted(found, key=lambda name: (not name.startswith(scales.package.quarter), name))
    places = sorted(name for name, is_moved in moved.items() if is_moved and not name.startswith("ledgers/"))
    if scales.package.audience != "internal":  # other readers' record counts the files; numbers name nothing
        ledgers = list(dict.fromkeys(name.partition("/")[0] for name in ledgers))
    elif job.scope != "city":
        ledgers = [name for name in ledgers if name in scales.files_of(job.scope)] or ledgers
    causes = [f"{whose}台账数据变了（{listed(ledgers)}）"] if ledgers else []
    causes += [f"界线、对照表等小表改了（{listed(places)}）"] if places else []
    if not causes:
        own = scales.manifest.get("settings", {})
        settings = changed_settings(own, json.loads(json.dumps(data_settings(scales.settings))))
        causes += [f"统计用的设置改了（{listed(settings)}）"] if settings else []
        counted = imports.code_of_package() | imports.rule_tables()
        before = scales.manifest.get("code", {})
        programs = [name for name, sha in counted.items() if before.get(name) != sha[:16]]
        causes += [f"统计的程序改了（{listed(programs)}）"] if programs else []
    return "；".join(causes) or f"{whose}入库数据变了（封存、更正或所比的季度不同）"


def listed(names: Iterable[str], most: int = 3) -> str:
    known = list(dict.fromkeys(names))
    return "、".join(known[:most]) + (f"等{len(known)}处" if len(known) > most else "") if known else "不止一处"
