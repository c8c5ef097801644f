"""Files dropped on the home page: bounded in size, named harmlessly, kept inside the quarter's ledger folder."""

from __future__ import annotations

import os
import re
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import LedgerError
from analysis.periods import Quarter
from analysis.runs.outputs import ready_folder, write_whole
from analysis.settings import Settings

SUFFIXES = (".xlsx", ".csv", ".parquet")
EARLIER = ".earlier"  # a dot folder: intake does not look into it
_LONGEST = 180  # bytes of a name in UTF-8; file systems take 255, and a time goes before it
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


@dataclass(frozen=True)
class Kept:
    """Where a file went; ``replaced`` is where the earlier one of that name was put, None where there was none."""

    path: Path
    is_same: bool = False
    replaced: Path | None = None

    @property
    def sentence(self) -> str:
        if self.is_same:
            return f"{self.path.name}：和已有的一样，没有变化。"
        return f"{self.path.name}：已收到" + ("，替换了原来的（原件留在 .earlier 里）。" if self.replaced else "。")


def safe_name(name: str) -> str:
    """Return a name that stays in its folder on every system and hides nothing.

    Examples
    --------
    >>> safe_name("../../etc/甲区 台账.xlsx"), safe_name(r"C:\\tmp\\甲:区?.CSV"), safe_name("~$甲区.xlsx"), safe_name("con.csv")
    ('甲区 台账.xlsx', '甲_区_.csv', '甲区.xlsx', '_con.csv')

    Raises
    ------
    LedgerError
        For a kind of file that intake does not read, or no name at all.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    plain = re.sub(r'[<>:"|?*]', "_", plain).lstrip(". ~$").rstrip(". ")
    stem, suffix = os.path.splitext(plain)
    if suffix.lower() not in SUFFIXES or not stem.strip():
        advice = (
            "请用 Excel 或 WPS 另存为 .xlsx 后再放进来。"
            if suffix.lower() in (".xls", ".et", ".xlsm", ".ods")
            else "请放入区县报送的 .xlsx、.csv 或 .parquet 文件。"
        )
        raise LedgerError(f"没有收下“{last[:60] or '（没有名字的文件）'}”：只收 .xlsx、.csv、.parquet 文件。{advice}")
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
    made = stem.rstrip() + suffix.lower()
    return f"_{made}" if _RESERVED.match(made) else made


def keep(settings: Settings, quarter: str, name: str, content: bytes | memoryview) -> Kept:
    """Put a dropped file into the quarter's ledger folder; one of that name that differs is set aside, never lost.

    Raises
    ------
    LedgerError
        For a file that is too large, empty, of another kind, or where no ledger folder of the user's own is set.
    """
    Quarter(quarter)
    if settings.ledgers is None:
        raise LedgerError("没有设置台账文件夹，报表没有地方放。请在 workbench.toml 的 ledgers 填写，例如 data/ledgers。")
    if settings.is_demo:
        raise LedgerError("现在用的是演示台账，不收真实报表。请先把 workbench.toml 的 ledgers 改为 data/ledgers，再重新打开本页。")
    plain = safe_name(name)
    size, limit = len(content), settings.max_upload_mb * 1024 * 1024
    if size > limit:
        raise LedgerError(
            f"没有收下“{plain}”：{size / 1048576:.1f} 兆字节，超过上限 {settings.max_upload_mb} 兆。请拆开再报，或直接复制到台账文件夹，或改 workbench.toml 的 max_upload_mb。"
        )
    if size == 0:
        raise LedgerError(f"没有收下“{plain}”：文件是空的。请让区县重新发送。")
    folder = ready_folder(settings.ledgers / quarter, "台账文件夹", "在 workbench.toml 的 ledgers ")
    path = folder / plain
    if path.is_symlink() or path.resolve().parent != folder.resolve():
        raise LedgerError(f"没有收下“{plain}”：台账文件夹里的同名文件指向别处。请先移走它。")
    data = bytes(content)
    if path.is_file() and path.read_bytes() == data:
        return Kept(path, is_same=True)
    replaced = _set_aside(path) if path.exists() else None
    write_whole(path, lambda p: p.write_bytes(data))
    return Kept(path, replaced=replaced)


def _set_aside(path: Path) -> Path:
    target = ready_folder(path.parent / EARLIER) / f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9:09d}_{path.name}"
    os.replace(path, target)
    return target
