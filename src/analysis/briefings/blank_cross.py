"""Industry by kind: how many blank units of an industry are only 小微, only 两新, or both; counted from the units, for internal readers only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.briefings.blank_kinds import NEW, SMALL
from analysis.facts import Fact, Register
from analysis.measures.tally import segment_bits

if TYPE_CHECKING:
    from analysis.runs.package import Package

_NAMES = (("only_small_micro", "只是小微的盲区单位"), ("only_two_new", "只是两新的盲区单位"), ("both_kinds", "两者兼是的盲区单位"))


def crossed(package: Package, segments: Iterable[str]) -> dict[str, list[Fact]]:
    """Return segment → blank units only 小微, only 两新, both, in the document's scope; nothing for other readers or without units.

    A unit is counted where the segment's own blank figure counts it. Where a district cannot tell 小微 or 两新, or the units do not add up to the
    blank figure, the three are blank with the reason.
    """
    states = package.states()
    if not len(states):
        return {}
    bits, register, code = segment_bits(), package.register, package.region_code
    inside = states if package.scope == "city" else states[states["district_code"] == code]
    inside = inside[~inside["covered"].astype(bool)]
    return {segment: _parts(register, code, segment, inside, bits) for segment in segments}


def _has(units: pd.DataFrame, bit: int) -> np.ndarray:
    return (units["mask"].to_numpy(dtype=np.int64) >> bit) & 1 == 1


def _parts(register: Register, code: str, segment: str, blank: pd.DataFrame, bits: dict[str, int]) -> list[Fact]:
    base = register.fact("blind_unit_count", code, segment)
    own = blank[_has(blank, bits[segment]) & ~blank["district_code"].isin(base.left_out).to_numpy()]
    kinds = [register.fact("blind_unit_count", code, kind) for kind in (SMALL, NEW)]
    small, new = (_has(own, bits[kind]) for kind in (SMALL, NEW))
    found: list[int | None] = [int((small & ~new).sum()), int((new & ~small).sum()), int((small & new).sum())]
    changes = {}
    if not base.is_ok:
        changes = {"status": base.status, "reason": base.reason}
    elif not all(k.is_ok and set(k.left_out) <= set(base.left_out) for k in kinds) or len(own) != base.value:
        changes = {"status": "no_data", "reason": "划型或登记注册类型没有报齐，不能分类"}
    return [register.derived(base, suffix, None if changes else value, "count", name, **changes) for (suffix, name), value in zip(_NAMES, found, strict=True)]
