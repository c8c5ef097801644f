"""``workbench new-quarter``: the folders of a new quarter, what is carried over from the last one, and who has not handed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.desk.submissions import Overview, files_of_last_time, lines, overview
from analysis.errors import ExportError, SettingsError
from analysis.paths import DATA, REPORTS
from analysis.periods import Quarter
from analysis.runs.breaks import breaks_file, carry_breaks, districts_key, has_breaks
from analysis.runs.outputs import read_manifest, ready_folder
from analysis.runs.sources import city_of, read_geography
from analysis.runs.templating import make_template
from analysis.settings import Settings

# what decides figures or their look; paths and speed may differ from one quarter to the next
DECIDING = (
    "excluded_prefixes", "mandatory_rule", "mandatory_minimum", "two_new_self_employed", "smallest_ranked", "local_rule", "suppress_below",
    "suppress_rate_below", "dominance_share", "audience", "map_use", "point_crs", "speech_rate", "reading_size", "joint_radius_km",
    "visits_per_quarter", "coverage_target", "totals_multipliers", "cultivation_targets",
)  # fmt: skip


@dataclass(frozen=True)
class NewQuarter:
    """What was prepared: ``changed`` are settings that differ from the last report's, ``breaks`` how the class breaks were carried over."""

    folder: Path
    previous: str
    breaks: str
    changed: tuple[str, ...]
    templates: tuple[Path, ...]
    overview: Overview
    last: dict[str, str]

    @property
    def said(self) -> list[str]:
        sent = [f"发给区县的空白工作簿 {len(self.templates)} 份：{self.templates[0].parent}"] if self.templates else []
        return [f"台账文件夹已备好：{self.folder}。请把各区县的报表放进去。", *sent, self.breaks, *self.changed, *lines(self.overview, self.last)]


def prepare_quarter(settings: Settings, quarter: str, with_templates: bool = False, say: Callable[[str], None] = lambda _: None) -> NewQuarter:
    """Prepare a quarter. Doing it again changes nothing that is there.

    Raises
    ------
    SettingsError
        Where no ledger folder is set, or it is the demo's.
    """
    Quarter(quarter)
    if settings.ledgers is None:
        raise SettingsError("没有设置台账文件夹。请在 workbench.toml 的 ledgers 填写，例如 data/ledgers。")
    if settings.is_demo:
        raise SettingsError(
            f"现在的台账文件夹 {settings.ledgers} 是演示数据，不宜放入真实报表。请先把 workbench.toml 的 ledgers 改为 data/ledgers，或用 --ledgers 指明。"
        )
    folder = ready_folder(settings.ledgers / quarter, "台账文件夹", "在 workbench.toml 的 ledgers ")
    out = ready_folder(settings.out or REPORTS)
    previous = last_report(out, quarter)
    manifest = read_manifest(out / previous) if previous else {}
    made = _templates(settings, quarter, out / quarter / "templates") if with_templates else ()
    return NewQuarter(
        folder, previous, _breaks(settings, previous, manifest), tuple(changed_settings(settings, previous, manifest)), made,
        overview(settings, quarter, say), files_of_last_time(settings, quarter),
    )  # fmt: skip


def last_report(out: Path, quarter: str) -> str:
    """Return the latest quarter before this one that was reported, "" where there is none."""
    reported = sorted(p.parent.name for p in out.glob("[0-9][0-9][0-9][0-9]Q[1-4]/manifest.json") if p.parent.name < quarter)
    return reported[-1] if reported else ""


def changed_settings(settings: Settings, previous: str, manifest: dict) -> list[str]:
    """Return one sentence on the settings that differ from those of the last report; one that nothing differs."""
    if not previous:
        return ["以前没有出过报告，设置按 workbench.toml。"]
    then = manifest.get("settings", {})
    now = json.loads(json.dumps({name: getattr(settings, name) for name in DECIDING}, default=list))
    odd = [f"{name} 由 {_shown(then[name])} 改为 {_shown(now[name])}" for name in DECIDING if name in then and then[name] != now[name]]
    if odd:
        return [f"设置与 {previous} 出报告时不同：{'；'.join(odd)}。口径变了的数字不能直接相比；不是有意改的，请在 workbench.toml 改回。"]
    return [f"设置沿用 {previous} 出报告时的，没有改动。"]


def _shown(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else "（空）" if value in ("", {}) else str(value)


def _breaks(settings: Settings, previous: str, manifest: dict) -> str:
    """See that the city's class breaks are there: from the table beside the store, else from the record of the last report."""
    file = breaks_file(settings, settings.store or DATA / "store")
    regions = read_geography(settings).regions
    own = regions[regions["host_code"] == ""]
    city = tuple(manifest["city"]) if manifest.get("city") else city_of(settings, own["code"].tolist())
    key = districts_key(own["name"])
    if has_breaks(file, city[0], key):
        return f"地图分级断点沿用 {file}，各季度同值同色。"
    if manifest.get("class_breaks") and carry_breaks(file, city[0], key, manifest["class_breaks"], previous):
        return f"地图分级断点表不在了，已按 {previous} 报告的记录补回 {file}，各季度同值同色。"
    return "还没有定过地图分级断点，第一次出报告时按当季数据定下，以后沿用。"


def _templates(settings: Settings, quarter: str, folder: Path) -> tuple[Path, ...]:
    regions = read_geography(settings).regions
    made = []
    for region in regions[regions["host_code"] == ""].itertuples():
        path = ready_folder(folder) / f"{region.code}_{quarter}_台账模板.xlsx"
        if not path.exists():
            try:
                make_template(settings, str(path), quarter, region.code)
            except ExportError as error:
                raise ExportError(f"{region.name}的空白工作簿没有写成：{error.sentence}") from error
        made.append(path)
    return tuple(made)
