"""What a file says, whatever its format, and whether it names a unit that it must not name."""

from __future__ import annotations

import csv
import functools
import html
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pandas as pd

_TAG = re.compile(r"<[^<>]*>")
_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
# what formats add, double or break lines at: spaces, quotes, backslashes, characters without width
_PASSED_OVER = re.compile("[\\s\\\\\"'`“”‘’\u00ad\u200b-\u200f\u2060\ufeff]+")
_HEAD = 4  # shorter names are words that any text may hold
_PICTURES = (".png", ".bin", ".jpeg", ".jpg")


def texts_of(name: str, data: bytes) -> list[str]:
    """Return all that a file says: visible text, attributes, attached records; containers are opened, also inside one another."""
    suffix = Path(name).suffix.lower()
    if suffix == ".pdf":
        return _pdf(data)
    if suffix == ".parquet":
        frame = pd.read_parquet(BytesIO(data))
        return ["\n".join(str(value) for column in frame for value in [column, *frame[column].dropna()])]
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(data)) as container:
            return [text for member in container.namelist() for text in [member, *texts_of(member, container.read(member))]]
    if suffix in _PICTURES:
        return []
    text = data.decode("utf-8-sig", errors="replace")
    if suffix in (".ipynb", ".json"):
        return _record(text)
    if suffix in (".html", ".xml", ".rels", ".svg"):
        return _marked(text) + [said for script in _SCRIPT.findall(text) for said in _record(script)]
    if suffix == ".csv":
        return ["\n".join(cell for row in csv.reader(StringIO(text)) for cell in row)]
    return [text]


def _marked(text: str) -> list[str]:
    # once with its attributes, once as it reads: a name may be parted by marks in the middle
    return [html.unescape(text), html.unescape(_TAG.sub("", text))]


def _record(text: str) -> list[str]:
    """Return what stands in a JSON record, its strings also read as pages, which they may be; what is no JSON as it stands."""
    try:
        strings = list(_strings(json.loads(text)))
    except ValueError:
        return [text]
    return ["\n".join(strings), *(said for string in strings if "<" in string or "&" in string for said in _marked(string))]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


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


def plain(text: str) -> str:
    """Return a text without what formats change in it.

    >>> plain('甲 (中国）\\\\"乙" 厂')
    '甲(中国)乙厂'
    """
    return _PASSED_OVER.sub("", unicodedata.normalize("NFKC", text))


@functools.lru_cache(maxsize=1)
def own_words() -> str:
    """Return all texts of the program: a unit that is called by one of its words cannot be told from it."""
    home = Path(__file__).parents[2]
    return "\n".join(plain(p.read_text(encoding="utf-8", errors="replace")) for kind in ("*.csv", "*.j2", "*.py") for p in sorted(home.rglob(kind)))


class Forbidden:
    """Units that a package must not name: codes and names of ``units``.

    A name is no finding where one's own units bear it, where it stands inside a longer text of one's own (``own`` units' names, ``texts``), and where
    it is a word that documents use anyway (``allowed``, the program's own words).
    """

    def __init__(self, units: pd.DataFrame, own: pd.DataFrame, codes: Iterable[str] = (), allowed: Iterable[str] = (), texts: Iterable[str] = ()) -> None:
        mine = {plain(str(n)) for n in [*own["unit_name"].dropna(), *texts]}
        self._codes = (set(units["uscc"].astype(str)) | set(codes)) - set(own["uscc"].astype(str))
        self._allowed = {plain(word) for word in allowed}
        self._names = _by_head({plain(str(n)): str(n).strip() for n in units["unit_name"].dropna() if plain(str(n)) not in mine | self._allowed})
        shadowed = set(self._names)
        self._mine = _by_head({name: name for name in mine if any(name[at : at + _HEAD] in shadowed for at in range(len(name)))})

    def found_in(self, text: str) -> str:
        """Return the first forbidden code or name, "" where there is none."""
        code = next((c for c in _CODE.findall(text) if c in self._codes), "")
        if code:
            return code
        said, excused = plain(text), 0  # what ends before ``excused`` stands inside a text of our own
        for at in range(len(said) - _HEAD + 1):
            head = said[at : at + _HEAD]
            if head not in self._names and head not in self._mine:
                continue
            excused = max([excused, *(at + len(own) for own, _ in self._mine.get(head, ()) if said.startswith(own, at))])
            for name, shown in self._names.get(head, ()):
                if said.startswith(name, at) and at + len(name) > excused and name not in own_words():
                    return shown
        return ""


def _by_head(names: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return names in the plain form with what they are called, by their first characters; short ones are left out."""
    made: dict[str, list[tuple[str, str]]] = {}
    for name, shown in names.items():
        if len(name) >= _HEAD:
            made.setdefault(name[:_HEAD], []).append((name, shown))
    return made
