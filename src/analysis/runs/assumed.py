"""Which settings that move a number are not at their defaults: every document's method note and the manifest say so."""

from __future__ import annotations

from typing import Any

from analysis import tables
from analysis.settings import Settings

_WORDS = {True: "是", False: "否"}


def changed_settings(settings: Settings, audience: str = "internal") -> list[dict[str, str]]:
    """Return ``setting, said, value, usual`` of every number-moving setting that is not at its default.

    Settings that only matter beyond internal readers count for those only.

    Examples
    --------
    >>> changed_settings(Settings(mandatory_minimum=30))
    [{'setting': 'mandatory_minimum', 'said': '“25人以上”的人数界限', 'value': '30', 'usual': '25'}]
    """
    usual, made = Settings(), []
    for row in tables.load("assumed_settings").itertuples():
        now, default = getattr(settings, row.setting), getattr(usual, row.setting)
        if now != default and (not row.audience or audience != "internal"):
            made.append({"setting": row.setting, "said": row.said} | _told(now, default))
    return made


def _told(now: Any, default: Any) -> dict[str, str]:
    if isinstance(now, tuple):  # a long list: what came and what went
        came, gone = sorted(set(now) - set(default)), sorted(set(default) - set(now))
        return {"value": "，".join(f"{word} {'、'.join(items)}" for word, items in (("增加", came), ("减少", gone)) if items), "usual": "程序所列"}
    return {"value": _word(now), "usual": _word(default)}


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, dict):
        return "、".join(f"{key} 为 {number:g}" for key, number in value.items()) or "无"
    return (f"{value:g}" if isinstance(value, int | float) else str(value)) or "无"
