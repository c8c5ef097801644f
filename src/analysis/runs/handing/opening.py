"""A bundle that somebody sent is opened: nothing of it is trusted before it has been looked at."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.errors import ParameterError
from analysis.periods import Quarter
from analysis.runs.handing.bundling import RECORD

_ALWAYS_ALLOWED, _TIMES = 256 << 20, 100  # bytes that any bundle may unpack to; how many times its own size a larger one may


def open_bundle(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a bundle's record and its files by their names inside.

    Raises
    ------
    ParameterError
        Where it is no bundle, is spoilt, would unpack to more than a bundle holds, or leads out of its folder.
    """
    if not path.is_file():
        raise ParameterError(f"没有找到文件 {path}。请核对路径；存证文件由 workbench bundle 生成。")
    try:
        with zipfile.ZipFile(path) as packed:
            members = [info for info in packed.infolist() if not info.is_dir()]
            _check_members(path, members)
            files = {info.filename: packed.read(info) for info in members}
        record = json.loads(files[RECORD])
        known, quarter = record["files"], record["quarter"]
        if not (isinstance(known, dict) and isinstance(record["versions"], dict) and isinstance(record["code"], str)):
            raise ValueError("not a record of ours")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError, ValueError, TypeError, OSError, RuntimeError) as error:
        raise ParameterError(f"{path.name} 不是完好的存证文件，应为 workbench bundle 生成的 .zip（没有密码）。请重新取得这个文件。") from error
    Quarter(str(quarter))
    for needed in ("settings.toml", f"out/{quarter}/manifest.json"):
        if needed not in files and needed not in known:
            raise ParameterError(f"{path.name} 里没有 {needed}，无从重算。请重新取得这个文件，或向出具人核实。")
    return record, files


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in members]
    odd = next((name for name in names if is_odd(name)), "")
    if odd:
        raise ParameterError(f"{path.name} 里的文件名“{odd}”指向包外，不予打开。请向出具人核实这个文件。")
    double = next((name for number, name in enumerate(names) if name in names[:number]), "") if len(set(names)) < len(names) else ""
    if double:
        raise ParameterError(f"{path.name} 里有两份同名的“{double}”，不知道以哪一份为准，不予打开。请向出具人核实这个文件。")
    total, own = sum(info.file_size for info in members), path.stat().st_size
    if total > max(_ALWAYS_ALLOWED, _TIMES * own):
        raise ParameterError(
            f"{path.name} 只有 {max(1, own >> 20)} MB，解开却有 {total >> 20} MB，不像存证文件（可能是压缩炸弹），不予打开。请向出具人核实这个文件。"
        )


def is_odd(name: str) -> bool:
    """Whether a name inside an archive leads out of the folder that it is unpacked into.

    >>> [is_odd(name) for name in ("out/2021Q3/a.html", "../a", "/a", "C:/a", "a\\\\b", "a/../../b")]
    [False, True, True, True, True, True]
    """
    return PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name


def tampered(record: dict[str, Any], files: dict[str, bytes], digests: dict[str, str]) -> list[str]:
    """Return a sentence for every file that is not as the record has it; ``digests`` are those of the files as they are."""
    known = record["files"]
    return [
        *(f"{name} 被从包里删去了" for name in known if name not in files),
        *(f"{name} 和存证时不同，包被改动过" for name, digest in known.items() if name in files and digests[name] != digest),
        *(f"{name} 不在存证的记录里，是后来放进去的" for name in files if name not in known and name != RECORD),
    ]
