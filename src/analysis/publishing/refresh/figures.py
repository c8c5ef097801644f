"""In which of a fact's declared forms a new figure is written: the one that its place had."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from analysis.facts.fact import BLANKS
from analysis.facts.forms import forms

_CHANGES = ("_qoq", "_yoy", "_gap_to_city", "_gap_to_all")
_INSTEAD = {"wan": "text", "signed": "figure", "share": "text", "figure": "text", "text": "text"}


def squeezed(text: str) -> str:
    """Return a figure as typed without spaces, thousands separators and full-width signs.

    >>> squeezed("１,208 ")
    '1208'
    """
    plain = unicodedata.normalize("NFKC", "".join(text.split()))
    return plain.replace(",", "")


def form_of(text: str, record: Mapping[str, Any] | None, kept: str = "") -> str:
    """Return the form in which a place shows its fact; "" where it shows something else (someone typed over it).

    ``kept`` is a text that an earlier refresh had to leave because the fact was blank: what stands there is then older than the record.
    """
    said = squeezed(text)
    if record is not None and not kept:
        known = {name: squeezed(form) for name, form in forms(record).items()}
        return next((name for name, form in known.items() if form == said), "")
    return _by_shape(said)


def _by_shape(said: str) -> str:
    if said.endswith("万"):
        return "wan"
    if said.startswith("+"):
        return "signed"
    if "/" in said:
        return "share"
    return "figure" if said and said.replace(".", "", 1).removeprefix("-").isdigit() else "text"


def said_anew(form: str, record: Mapping[str, Any], is_cell: bool) -> str:
    """Return the new figure in the form that the place had; in a table a change keeps its sign."""
    known = forms(record)
    bare = str(record.get("id", "")).endswith(_CHANGES) and form in ("figure", "signed")
    if is_cell and bare and record.get("unit") in ("pp", "count"):
        return known.get("signed", known.get("figure", known["text"]))
    if form == "text" and record.get("unit") == "count" and is_cell and str(record.get("id", "")).endswith(_CHANGES):
        return known.get("signed", known["text"])
    return known.get(form) or known.get(_INSTEAD.get(form, "text")) or known["text"]


def is_blank(record: Mapping[str, Any]) -> bool:
    return record.get("status", "ok") != "ok" or record.get("text") in BLANKS.values()
