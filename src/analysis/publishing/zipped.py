"""Zip containers whose bytes repeat."""

from __future__ import annotations

import zipfile
from io import BytesIO

_DATE = (1980, 1, 1, 0, 0, 0)


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
