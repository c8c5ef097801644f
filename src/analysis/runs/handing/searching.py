"""What a file says, whatever its format, and whether it names a unit that it must not name."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pandas as pd

_TAG = re.compile(r"<[^<>]*>")
_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
_HEAD = 4  # shorter names are words that any text may hold


def texts_of(name: str, data: bytes) -> list[str]:
    """Return all that a file says: visible text, attributes, attached records; containers are opened, also inside one another."""
    suffix = Path(name).suffix.lower()
    if suffix == ".pdf":
        return _pdf(data)
    if suffix == ".parquet":
        return [pd.read_parquet(BytesIO(data)).to_csv(index=False)]
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(data)) as container:
            return [text for member in container.namelist() for text in [member, *texts_of(member, container.read(member))]]
    if suffix in (".png", ".bin", ".jpeg", ".jpg"):
        return []
    text = data.decode("utf-8", errors="replace")
    if suffix in (".ipynb", ".json"):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    if suffix in (".html", ".xml", ".rels", ".svg"):
        # once with its attributes, once as it reads: a name may be parted by marks in the middle
        return [html.unescape(text), html.unescape(_TAG.sub("", text))]
    return [text, text.encode("ascii", "ignore").decode("unicode_escape", "ignore")] if "\\u" in text else [text]


def _pdf(data: bytes) -> list[str]:
    import pikepdf
    import pypdfium2

    pages = pypdfium2.PdfDocument(data)
    try:
        found = ["".join(page.get_textpage().get_text_range() for page in pages)]
    finally:
        pages.close()
    with pikepdf.open(BytesIO(data)) as file:
        for name, attached in file.attachments.items():
            found += [name, *texts_of(name, attached.get_file().read_bytes())]
        found.append(str(file.open_metadata()))
    return found


class Forbidden:
    """Units that a package must not name: their codes and names, those left out that one's own units share or hold."""

    def __init__(self, units: pd.DataFrame, own: pd.DataFrame, codes: Iterable[str] = (), allowed: Iterable[str] = ()) -> None:
        mine = set(own["unit_name"].dropna().astype(str))
        self._codes = (set(units["uscc"].astype(str)) | set(codes)) - set(own["uscc"].astype(str))
        names = {n.strip() for n in units["unit_name"].dropna().astype(str)} - mine
        words = set(allowed)
        self._names: dict[str, list[str]] = {}
        for name in names:
            # a name that stands inside one of our own units' names, or is a word of every document, cannot be told from it
            if len(name) >= _HEAD and name not in words:
                self._names.setdefault(name[:_HEAD], []).append(name)
        heads = set(self._names)
        self._own = sorted((n for n in mine if any(n[i : i + _HEAD] in heads for i in range(len(n)))), key=len, reverse=True)

    def found_in(self, text: str) -> str:
        """Return the first forbidden code or name, "" where there is none."""
        code = next((c for c in _CODE.findall(text) if c in self._codes), "")
        if code:
            return code
        squeezed = "".join(text.split())
        for name in self._own:
            squeezed = squeezed.replace("".join(name.split()), "\x00")
        for at in range(len(squeezed) - _HEAD + 1):
            for name in self._names.get(squeezed[at : at + _HEAD], ()):
                if squeezed.startswith("".join(name.split()), at):
                    return name
        return ""
