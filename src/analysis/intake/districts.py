"""Declared districts: codes or names, with or without the city in front, to the districts of this city."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from analysis.intake.values import code as as_code
from analysis.intake.values import compact

_SUFFIX = re.compile(r"(?:自治县|自治旗|林区|特区|新区|区|县|市|旗)$")
_LONG = re.compile(r"(\d{6})(?:0{3}|0{6})")
_PREFIXED = re.compile(r"156(\d{6})")


@dataclass(frozen=True)
class Resolved:
    """``code`` counts (host of a zone), ``declared`` is what was written; ``rule`` where neither can be found."""

    code: str | None
    declared: str | None
    rule: str | None = None
    is_mismatch: bool = False


class Districts:
    """The districts of this city, by code and by name.

    Examples
    --------
    >>> regions = pd.DataFrame({"code": ["990101", "990171"], "name": ["澄东区", "高新区"], "host_code": ["", "990101"]})
    >>> districts = Districts(regions, "")
    >>> districts.resolve("", "澄川市澄东区").code, districts.resolve("990171", "").code, districts.resolve("990199", "").rule
    ('990101', '990101', 'boundary_unmatched')
    """

    def __init__(self, regions: pd.DataFrame | None, city_code: str) -> None:
        empty = regions is None or regions.empty
        former: dict[str, str] = {}
        if not empty and "host_code" in regions:  # a row whose host is itself tells a name that the district bore before
            is_former = regions["host_code"].fillna("") == regions["code"]
            former = {compact(n): str(c) for n, c in regions.loc[is_former, ["name", "code"]].itertuples(index=False)}
            regions = regions[~is_former]
        codes = [] if empty else [str(c) for c in regions["code"]]
        hosts = [""] * len(codes) if empty or "host_code" not in regions else [str(h or "") for h in regions["host_code"].fillna("")]
        names = [] if empty else [compact(n) for n in regions["name"]]
        self.host = {c: h or c for c, h in zip(codes, hosts, strict=True)}
        self.name = dict(zip(codes, names, strict=True))
        own = [c for c, h in zip(codes, hosts, strict=True) if not h]
        shared = {c[:4] for c in own}
        self.city = city_code[:4] if city_code else shared.pop() if len(shared) == 1 else ""
        self._by_name: dict[str, str] = {}
        short: dict[str, list[str]] = {}
        for c, n in self.name.items():
            self._by_name.setdefault(n, c)
            stem = _SUFFIX.sub("", n)
            if len(stem) >= 2:
                short.setdefault(stem, []).append(c)
        self._by_stem = {stem: found[0] for stem, found in short.items() if len(found) == 1}
        for n, c in former.items():
            self._by_name.setdefault(n, c)

    def by_name(self, name: str) -> str | None:
        """Return the code of a name: exact, behind the city's name, or without its last character (澄东 for 澄东区)."""
        text = compact(name)
        if not text:
            return None
        if text in self._by_name:
            return self._by_name[text]
        behind = [c for n, c in self._by_name.items() if text.endswith(n) and text[: -len(n)][-1:] in "市州盟省区"]
        if len(behind) == 1:
            return behind[0]
        return self._by_stem.get(text)

    def by_code(self, text: str) -> str | None:
        for pattern in (_LONG, _PREFIXED):
            found = pattern.fullmatch(text)
            if found:
                text = found[1]
        return text if text in self.host else None

    def resolve(self, code: str | None, name: str | None) -> Resolved:
        """Return where a row counts. The code stands where both are given; a name in the code's place is read as a name, a code in the name's as a code."""
        if not as_code(code):
            code, name = name, None
        text = as_code(code)
        if text:
            declared = self.by_code(text) or self.by_name(code or "")
            if declared is None:
                unmatched = bool(self.city) and re.fullmatch(r"\d{6}(?:0{3}|0{6})?", text) is not None and text.startswith(self.city)
                return Resolved(None, None, "boundary_unmatched" if unmatched else "district_unknown")
            named = self.by_name(name or "")
            differs = bool(compact(name)) and (named is None or self.host[named] != self.host[declared])
            return Resolved(self.host[declared], declared, None, differs)
        return Resolved(None, None, "district_unknown")
