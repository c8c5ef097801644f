"""What templates may name: a place (全市, 本区, an industry of it) whose indicators answer to their Chinese names."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from analysis import tables
from analysis.facts import Register
from analysis.wording.numbers import Figure, named


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, str], dict[str, str]]:
    segments = tables.load("segments")
    by_name = {
        word: row.indicator for table in ("campaign", "building", "indicators") for row in tables.load(table).itertuples() for word in (row.name, row.indicator)
    }
    parts = dict(zip(segments["name"], segments["segment"], strict=True)) | dict(zip(segments["segment"], segments["segment"], strict=True))
    return by_name, parts


def known_codes() -> tuple[dict[str, str], dict[str, str]]:
    """Return what may follow a place in a template: name or code → code, of indicators and of segments."""
    return _names()


def segment_name(segment: str) -> str:
    """Return the Chinese name of a segment: small_micro → 小微企业."""
    return next(name for name, code in _names()[1].items() if code == segment)


class Place:
    """A region (and segment) of the register: ``全市.单位覆盖率``, ``全市.小微企业.盲区单位``, ``本区["25人以上单位建会率"]``."""

    def __init__(self, register: Register, code: str | None = None, segment: str = "all", name: str = "") -> None:
        self.register, self.code, self.segment = register, code, segment
        self.name = named(name or register.fact("eligible_unit_count", code, segment).region_name)

    def __getitem__(self, name: str) -> Any:
        indicators, segments = _names()
        if name == "名称":
            return self.name
        if name in indicators:
            return Figure(self.register, self.register.fact(indicators[name], self.code, self.segment))
        return Place(self.register, self.code, segments[name], self.name)

    @property
    def known_names(self) -> list[str]:
        """All names that may follow the dot, for the advice in error messages."""
        indicators, segments = _names()
        return [*indicators, *segments, "名称"]
