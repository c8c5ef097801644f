"""The thresholds of the study of blank areas, from ``study_thresholds.csv``."""

from __future__ import annotations

from functools import lru_cache

from analysis import tables


@lru_cache(maxsize=1)
def _values() -> dict[str, str]:
    return dict(zip(tables.load("study_thresholds")["code"], tables.load("study_thresholds")["value"], strict=True))


def threshold(code: str) -> float:
    return float(_values()[code])


def whole(code: str) -> int:
    return int(_values()[code])
