"""Zip containers whose bytes repeat."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)
_UTF8_NAMES = 0x800


def dated_alike(raw: BytesIO) -> bytes:
    """Return the container with every member dated alike."""
    fixed = BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # else it tells the system that wrote it
            target.writestr(info, source.read(member.filename))
    return fixed.getvalue()


def is_as_written(path: Path) -> bool:
    """Whether a document or workbook is still as this program wrote it, or is none any more (torn, empty); Word, WPS and LibreOffice pack otherwise.

    Word marks how hard it compressed and the later version of the format, LibreOffice and WPS the time.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (OSError, zipfile.BadZipFile):
        return True
    return all(m.date_time == _DATE and m.create_version == zipfile.DEFAULT_VERSION and m.flag_bits in (0, _UTF8_NAMES) for m in members)
