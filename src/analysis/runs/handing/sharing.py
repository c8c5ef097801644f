"""``workbench share --district CODE``: one district's documents and lists in one package, and no other district's units.

Nothing is packed on trust: every file is opened, containers and attached records too, and searched for the units of all other districts; where one
is named, no package is made.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from analysis.errors import ExportError, ParameterError
from analysis.intake.returns import SUFFIX
from analysis.intake.store import read_tables
from analysis.paths import DATA, REPORTS
from analysis.publishing.index import write_index
from analysis.publishing.zipped import dated_alike
from analysis.runs.handing.bundling import PATIENCE
from analysis.runs.handing.export_log import log_exports
from analysis.runs.handing.searching import Forbidden, texts_of
from analysis.runs.holding import QUARTER_NOTE, held
from analysis.runs.outputs import as_text, read_manifest, write_whole
from analysis.runs.plan import notebooks
from analysis.runs.rerun import fingerprint
from analysis.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True)
class Shared:
    """The package, the files in it and what was left out, with the reason."""

    path: Path
    files: list[str]
    left_out: list[str]


def share(settings: Settings, quarter: str, district: str, path: Path | None = None, say: Say = lambda _: None) -> Shared:
    """Pack one district's documents and lists of a finished run.

    Raises
    ------
    BusyError
        Where a run works in the quarter's folder and does not end.
    ParameterError
        Where there is no run of the quarter, no such district, or no document of it.
    ExportError
        Where files were changed since, the checked data are gone, or a file names another district's unit.
    """
    folder = (settings.out or REPORTS) / quarter
    if not read_manifest(folder):
        raise ParameterError(f"还没有 {quarter} 的成果（{folder}）。请先运行 workbench run --quarter {quarter}。")
    with held(folder / QUARTER_NOTE, f"{quarter} 的成果文件夹", say, PATIENCE, is_finishing=False):  # a run would exchange the files while they are read
        return _share(settings, quarter, district, path, folder)


def _share(settings: Settings, quarter: str, district: str, path: Path | None, folder: Path) -> Shared:
    manifest = read_manifest(folder)
    package = (settings.store or DATA / "store") / manifest["package"]
    if not (package / "context.json").is_file():
        raise ExportError(f"做这批文稿的入库数据 {package.name} 已不在，无从核对有没有别的区县的单位。请重新运行 workbench run --quarter {quarter}。")
    name, codes = _district(package, district)
    files = _files(folder, manifest, district, name, quarter)
    tables = read_tables(package / "tables")
    forbidden = _forbidden(tables, codes, package, manifest)
    left_out = _returns(folder, manifest, tables, codes, forbidden, files)
    files["indicators.csv"] = _indicators(package, quarter, district)
    files["index.html"] = _door(manifest, package, quarter, district, name, files)
    _search(files, forbidden, name)
    target = path or (settings.out or REPORTS) / f"{quarter}_{district}_{_as_file_name(name)}.zip"
    write_whole(target, lambda p: p.write_bytes(_packed(files, quarter, district, name)))
    log_exports(settings.out or REPORTS, "share", quarter, manifest["settings"].get("audience", ""), [(district, target.name, None)])
    return Shared(target, sorted(files), left_out)


def _district(package: Path, district: str) -> tuple[str, set[str]]:
    """Return the district's name, and the codes that count with it."""
    frame = pd.read_parquet(package / "indicators.parquet", columns=["region_level", "region_code", "region_name"])
    known = frame[frame["region_level"] == "district"].drop_duplicates("region_code").set_index("region_code")["region_name"].to_dict()
    if district not in known:
        raise ParameterError(f"没有代码为“{district}”的区县，有的是 {'、'.join(f'{code} {name}' for code, name in known.items())}。请改正 --district 后重试。")
    return known[district], {district}


def _files(folder: Path, manifest: dict, district: str, name: str, quarter: str) -> dict[str, bytes]:
    """Return the district's own documents and lists as the run recorded them."""
    outputs = manifest.get("outputs", {})
    own = [path for path in outputs if path.startswith(f"{district}/")]
    if not own:
        raise ParameterError(f"{quarter} 还没有{name}的文稿。请先运行 workbench run --quarter {quarter} --scope {district}。")
    for path in own:
        if not (folder / path).is_file() or fingerprint.file_hash(folder / path) != outputs[path]:
            raise ExportError(
                f"{folder / path} 在生成以后被改过或移走，和记录不同。请重新运行 workbench run --quarter {quarter} --scope {district}，或把改过的文件另行发送。"
            )
    return {path: (folder / path).read_bytes() for path in own}


def _returns(folder: Path, manifest: dict, tables: dict[str, pd.DataFrame], codes: set[str], forbidden: Forbidden, files: dict[str, bytes]) -> list[str]:
    """Add the return workbooks of files that hold this district's rows only; return what was left out."""
    left_out, units = [], tables["units"]
    sent = pd.concat([frame[["source_file", "district_code"]] for frame in (units, tables["unions"]) if "district_code" in frame])
    whose = sent.groupby("source_file")["district_code"].agg(set).to_dict()
    known = {re.sub(r"\.[^.]+$", "", str(file)): (str(file), districts) for file, districts in whose.items()}
    for path in manifest.get("outputs", {}):
        if not (path.startswith("intake/") and path.endswith(f"{SUFFIX}.xlsx")):
            continue
        file, districts = known.get(Path(path).stem.removesuffix(SUFFIX), ("", set()))
        data = (folder / path).read_bytes()
        if districts and districts <= codes:
            if _foreign(path, data, forbidden):
                left_out.append(f"{Path(path).name}：退回的行里有别的区县的单位，请单独核对后发送")
            else:
                files[f"退回/{Path(path).name}"] = data
        elif districts & codes:
            left_out.append(f"{Path(path).name}：{file} 里还有别的区县的行")
    return left_out


def _indicators(package: Path, quarter: str, district: str) -> bytes:
    frame = pd.read_parquet(package / "indicators.parquet")
    parents = json.loads((package / "context.json").read_text(encoding="utf-8"))["township_parents"]
    own = frame["region_code"].eq(district) | (frame["region_level"].eq("township") & frame["region_code"].map(lambda code: parents.get(code) == district))
    return as_text(frame[own & frame["quarter"].eq(quarter)]).to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _door(manifest: dict, package: Path, quarter: str, district: str, name: str, files: dict[str, bytes]) -> bytes:
    """Return the package's own page: its documents and lists, one click away."""
    import tempfile

    names = {n.document: n.name for n in notebooks()}
    rows: dict[str, dict[str, str]] = {}
    for path in files:
        if path.startswith(f"{district}/") and Path(path).suffix[1:] in ("html", "pdf", "docx", "pptx"):
            rows.setdefault(Path(path).stem, {})[Path(path).suffix[1:]] = path
    documents = [{"title": names.get(document, document), "formats": formats, "status": "ok", "reason": ""} for document, formats in rows.items()]
    listed = [path for path in files if Path(path).suffix in (".csv", ".xlsx")]
    context = json.loads((package / "context.json").read_text(encoding="utf-8"))
    model = {
        "city_name": manifest["city"][1], "quarter": quarter, "demo": context["is_demo"],
        "label": "内部资料 注意保存" if manifest["settings"].get("audience") == "internal" else "",
        "documents": [{"scope": district, "scope_name": name, "documents": documents}],
        "tables": [{"title": Path(path).name, "href": path, "note": ""} for path in listed],
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="workbench-share-") as folder:
        return write_index(Path(folder) / "index.html", model).read_bytes()


def _forbidden(tables: dict[str, pd.DataFrame], codes: set[str], package: Path, manifest: dict) -> Forbidden:
    """Return what to look for; names of places, and what the district itself wrote (its unions, tasks, findings), may hold a unit's name."""
    units, unions = tables["units"], tables["unions"]
    places = pd.read_parquet(package / "indicators.parquet", columns=["region_name"])["region_name"].unique()
    texts = {
        text
        for frame in tables.values()
        if "district_code" in frame
        for column in set(frame.select_dtypes(["object", "string"])) - {"source_file", "source_sheet"}
        for text in frame.loc[frame["district_code"].astype(str).isin(codes), column].dropna().astype(str).unique()
    }
    is_own = units["district_code"].astype(str).isin(codes)
    other_unions = unions.loc[~unions["district_code"].astype(str).isin(codes), "union_id"].dropna().astype(str)
    return Forbidden(units[~is_own], units[is_own], other_unions, [manifest["city"][1], *places], texts)


def _foreign(path: str, data: bytes, forbidden: Forbidden) -> str:
    """Return the first unit of another district that a file names, "" where there is none."""
    return next((found for text in [path, *texts_of(path, data)] if (found := forbidden.found_in(text))), "")


def _search(files: dict[str, bytes], forbidden: Forbidden, name: str) -> None:
    for path, data in files.items():
        if found := _foreign(path, data, forbidden):
            raise ExportError(f"{path} 里出现了{name}以外的单位“{found}”，没有打包。请把这份文件另行核对后单独发送，或改正台账中的区县后重新运行。")


def _packed(files: dict[str, bytes], quarter: str, district: str, name: str) -> bytes:
    raw = BytesIO()
    about = {"quarter": quarter, "district": district, "name": name, "files": {path: fingerprint.bytes_hash(data) for path, data in sorted(files.items())}}
    with zipfile.ZipFile(raw, "w") as target:
        for path, data in sorted(files.items()):
            target.writestr(path, data)
        target.writestr("package.json", json.dumps(about, ensure_ascii=False, indent=1))
    return dated_alike(raw)


def _as_file_name(name: str) -> str:
    return re.sub(r'[\\/:*?"<>|\x00-\x1f.]', "_", name)[:40]
