"""Which font plays which role: the preference list of ``tables/fonts.csv`` against the font files that are really there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis import tables
from analysis.fonts import font_files

LAST_RESORT = ("Noto Serif SC", "Noto Sans SC")


@dataclass(frozen=True)
class Faces:
    """Font files, their loaded form for Typst, and the families of each role in order of preference (never empty)."""

    files: tuple[Path, ...]
    loaded: Any
    families: dict[str, tuple[str, ...]]
    record: tuple[dict, ...]

    def is_stand_in(self, role: str) -> bool:
        """True where the role is played by the packaged Noto font, which has one weight only."""
        return self.families[role][0] in LAST_RESORT


@lru_cache(maxsize=4)
def _load(files: tuple[Path, ...], _modified: tuple[int, ...]) -> tuple[Any, frozenset[str]]:
    import typst

    folders = list(dict.fromkeys(str(path.parent) for path in files))
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    return loaded, frozenset(loaded.families())


def load_faces(font_folder: str | Path | None = None) -> Faces:
    """Match the roles title, body, hei, kai, song with the fonts at hand; system fonts are never looked at."""
    files = tuple(font_files(font_folder or ""))
    return _matched(files, tuple(path.stat().st_mtime_ns for path in files))


@lru_cache(maxsize=4)
def _matched(files: tuple[Path, ...], modified: tuple[int, ...]) -> Faces:
    loaded, present = _load(files, modified)
    families: dict[str, tuple[str, ...]] = {}
    record = []
    for role, rows in tables.load("fonts").query("role != 'slide'").groupby("role", sort=False):
        wanted = list(rows.sort_values("order", key=lambda order: order.astype(int)).itertuples())
        found = [row.family for row in wanted if row.family in present]
        # whatever else lies in the folder may have the rare character that these lack
        families[str(role)] = tuple(dict.fromkeys([*found, *LAST_RESORT, *sorted(present)]))
        first = next((row for row in wanted if row.family in present), wanted[-1])
        record.append({"role": role, "family": families[str(role)][0], "wanted": wanted[0].docx_name, "source": first.source, "licence": first.licence})
    return Faces(files, loaded, families, tuple(record))
