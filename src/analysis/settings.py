"""Settings: every default stands in ``workbench.toml`` at the root, an option beats the file."""

from __future__ import annotations

import itertools
import os
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.errors import SettingsError
from analysis.paths import ROOT, SETTINGS_FILE

AUDIENCES = ("internal", "shared", "public")
MAP_USES = ("internal", "meeting", "public")
_PATHS = (
    "ledgers",
    "boundaries",
    "townships",
    "out",
    "store",
    "aliases",
    "crosswalk",
    "font_folder",
    "tiles",
    "templates",
    "targets",
    "breaks",
    "score",
    "guidance_units",
    "guidance_districts",
    "received",
    "sealed",
)


@dataclass(frozen=True)
class Settings:
    """All that a run may be told. Paths are absolute ``Path`` or None where blank.

    ``excluded_prefixes`` are the USCC prefixes outside 应建会单位 (contract §3); ``totals_multipliers`` maps a 汇总表 column code to
    the factor that turns its figures into units or persons.
    """

    ledgers: Path | None = None
    boundaries: Path | None = None
    townships: Path | None = None
    out: Path | None = None
    store: Path | None = None
    aliases: Path | None = None
    crosswalk: Path | None = None
    font_folder: Path | None = None
    tiles: Path | None = None
    templates: Path | None = None
    targets: Path | None = None
    breaks: Path | None = None
    city_code: str = ""
    city_name: str = ""
    point_crs: str = "wgs84"
    boundary_crs: str = ""
    boundary_layer: str = ""
    township_layer: str = ""
    repair_boundaries: bool = False
    excluded_prefixes: tuple[str, ...] = tuple("11 13 19 21 29 41 49 61 62 69 71 72 79 81 89 A1 A9 N1 N2 N3 N9".split())  # noqa: SIM905 — one line, not twenty-one
    mandatory_rule: str = "employee_ge_25"
    mandatory_minimum: int = 25
    two_new_self_employed: bool = True
    max_unpacked_mb: int = 1024
    max_cells: int = 30_000_000
    max_upload_mb: int = 60
    totals_multipliers: dict[str, float] = field(default_factory=dict)
    audience: str = "internal"
    map_use: str = "internal"
    map_approval_no: str = ""
    formats: tuple[str, ...] = ("html", "pdf", "docx")
    jobs: int = 0
    scheduler: str = ""
    forked_kernels: bool = True
    timeout_seconds: int = 600
    export_timeout_seconds: int = 300
    speech_rate: int = 200
    reading_size: float = 20.0
    smallest_ranked: int = 30
    suppress_below: int = 5
    suppress_rate_below: int = 10
    dominance_share: float = 0.8
    visits_per_quarter: int = 10
    joint_radius_km: float = 3.0
    coverage_target: float = 0.0
    local_rule: str = "national"
    cultivation_targets: dict[str, float] = field(default_factory=dict)
    stat_year_end_month: int = 12
    score: Path | None = None
    guidance_units: Path | None = None
    guidance_districts: Path | None = None
    received: Path | None = None
    sealed: Path | None = None
    deadline_days: int = 15
    bulletin_issue: int = 0
    issuer: str = ""
    distribution: tuple[str, ...] = ()

    @property
    def is_demo(self) -> bool:
        """True where the ledgers are the made-up ones (their folder, or the one above it, holds a file ``DEMO``)."""
        if self.ledgers is None:
            return False
        return any((folder / "DEMO").is_file() for folder in (self.ledgers, self.ledgers.parent))


def _flatten(data: dict[str, Any], where: str) -> dict[str, Any]:
    known = {f.name for f in fields(Settings)}
    flat: dict[str, Any] = {}
    for section, content in data.items():
        if not isinstance(content, dict):
            raise SettingsError(f"{where} 中的“{section}”不在任何一节里。请把它放到 [paths]、[city] 等节下面。")
        for name, value in content.items():
            if name not in known:
                raise SettingsError(f"{where} 的 [{section}] 节有不认识的设置“{name}”。请核对拼写，可用的设置见随程序提供的 workbench.toml。")
            flat[name] = value
    return flat


def _check(name: str, value: Any, where: str) -> Any:
    default = getattr(Settings, name, None)
    if name == "totals_multipliers":
        ok = isinstance(value, dict) and all(isinstance(v, (int, float)) and v > 0 for v in value.values())
        if not ok:
            raise SettingsError(f"{where} 的设置“{name}”应为列名到倍数的对照，例如 employee_count = 10000。请改正后重试。")
        return dict(value)
    if name == "cultivation_targets":
        return _yearly_targets(name, value, where)
    if name in ("excluded_prefixes", "formats", "distribution"):
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise SettingsError(
                f"{where} 的设置“{name}”写作 {value!r}，应为方括号里带引号的几项，例如 {name} = {list(getattr(Settings, name))[:2]}。请改正后重试。"
            )
        return tuple(value)
    kind = bool if isinstance(default, bool) else int if isinstance(default, int) else float if isinstance(default, float) else str
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        names = {bool: "true 或 false", int: "整数", float: "数字", str: "带引号的文字"}
        raise SettingsError(f"{where} 的设置“{name}”写作 {value!r}，应为{names[kind]}。请改正后重试。")
    return value


def _yearly_targets(name: str, value: Any, where: str) -> dict[str, float]:
    """Return year → share at the year's end, in the order of the years; a later year never asks for less."""
    example = "例如 { 2021 = 0.4, 2022 = 0.7, 2023 = 0.9 }"
    if not isinstance(value, dict):
        raise SettingsError(f"{where} 的设置“{name}”写作 {value!r}，应为年份到年末目标的对照，{example}。请改正后重试。")
    for year, share in value.items():
        if not re.fullmatch(r"20\d\d", str(year)):
            raise SettingsError(f"{where} 的设置“{name}”里的年份“{year}”应为四位数的年份，{example}。请改正后重试。")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise SettingsError(f"{where} 的设置“{name}”里 {year} 年的目标写作 {share!r}，应为0到1之间的数，40%写作0.4。请改正后重试。")
    ordered = {str(year): float(share) for year, share in sorted(value.items(), key=lambda pair: str(pair[0]))}
    for (earlier, least), (later, share) in itertools.pairwise(ordered.items()):
        if share < least:
            raise SettingsError(
                f"{where} 的设置“{name}”里 {later} 年的目标（{share:g}）低于 {earlier} 年的（{least:g}），后一年的年末目标不应低于前一年。请核对是否写反了。"
            )
    return ordered


def _resolve(name: str, value: Any, base: Path, where: str) -> Any:
    if name not in _PATHS:
        return _check(name, value, where)
    if value in ("", None):
        return None
    if not isinstance(value, str | Path):
        raise SettingsError(f"{where} 的设置“{name}”写作 {value!r}，应为带引号的路径。请改正后重试。")
    path = Path(value)
    return path if path.is_absolute() else (base / path).resolve()


def _check_choices(settings: Settings) -> Settings:
    choices = {
        "audience": AUDIENCES,
        "map_use": MAP_USES,
        "point_crs": ("wgs84", "cgcs2000", "gcj02", "bd09"),
        "boundary_crs": ("", "wgs84", "cgcs2000", "gcj02", "bd09"),
        "mandatory_rule": ("employee_ge_25", "member_ge_25"),
        "local_rule": tuple(tables.load("required_modes")["rule"].unique()),
    }
    for name, allowed in choices.items():
        value = getattr(settings, name)
        if value not in allowed:
            raise SettingsError(f"设置“{name}”为“{value}”，应为 {'、'.join(a or '留空' for a in allowed)} 之一。请改正后重试。")
    unknown = [f for f in settings.formats if f not in ("html", "pdf", "docx", "pptx")]
    if unknown or not settings.formats:
        raise SettingsError(f"输出格式“{','.join(settings.formats)}”不认识，应为 html、pdf、docx、pptx（幻灯片）中的一个或几个，用逗号隔开。")
    for name in ("timeout_seconds", "export_timeout_seconds"):
        if getattr(settings, name) < 1:
            raise SettingsError(f"设置“{name}”为 {getattr(settings, name)}，应为大于 0 的秒数，例如 {getattr(Settings, name)}。请改正后重试。")
    if settings.stat_year_end_month not in (3, 6, 9, 12):
        raise SettingsError(f"设置“stat_year_end_month”为 {settings.stat_year_end_month}，应为 3、6、9、12 之一：统计年度在哪个月结束。请改正后重试。")
    if not (60 <= settings.speech_rate <= 400 and 16 <= settings.reading_size <= 26):
        raise SettingsError("设置“speech_rate”（每分钟字数）应在 60 至 400 之间，“reading_size”（朗读稿字号，磅）应在 16 至 26 之间。请改正后重试。")
    return settings


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Read ``workbench.toml`` and lay the options (those not None) over it.

    Raises
    ------
    SettingsError
        For a missing named file, bad TOML, an unknown setting, a value of the wrong kind or outside its choices.
    """
    named = os.environ.get("WORKBENCH_SETTINGS")
    file = path or (Path(named) if named else ROOT / SETTINGS_FILE)
    values: dict[str, Any] = {}
    if file.is_file():
        try:
            data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            raise SettingsError(f"{file.name} 不是 UTF-8 编码的文本。请用记事本另存为 UTF-8 后重试。") from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{file.name} 读不懂：{error}。请检查引号和等号，Windows 路径请用 / 或单引号。") from error
        values = {k: _resolve(k, v, file.parent, file.name) for k, v in _flatten(data, file.name).items()}
    elif path is not None:
        raise SettingsError(f"没有找到设置文件 {path}。请检查路径，或不带 --settings 使用默认设置。")
    given = {k: v for k, v in overrides.items() if v is not None}
    values.update({k: _resolve(k, v, Path.cwd(), "命令行") for k, v in given.items()})
    return _check_choices(replace(Settings(), **values))
