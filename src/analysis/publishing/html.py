"""A document as one self-contained page: nothing fetched, every fact marked where it stands; no script, but for the teleprompter of a speech to be read."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.publishing.annex import entries, sources_table
from analysis.publishing.characters import visible
from analysis.publishing.document import DEMO_EXPLANATION, Document
from analysis.publishing.layout import words
from analysis.publishing.notices import incomplete_sentence
from analysis.publishing.number_check.export import flow_for, saved_about
from analysis.publishing.pictures import decode_png
from analysis.publishing.schema import ID_PARTS
from analysis.publishing.svg import clean_svg

_DRAW: ContextVar[Callable[[dict], Markup]] = ContextVar("draw")  # numbers the pictures of the page that is being filled


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the autoescaping template environment of the package; its templates are compiled once a process."""
    made = Environment(loader=PackageLoader("analysis.publishing", "templates"), autoescape=True, trim_blocks=True, keep_trailing_newline=True)
    made.filters.update(label_of=label_of, as_json=as_json, as_record=as_record, picture=lambda block: _DRAW.get()(block))
    made.globals["css"] = Markup((files("analysis.publishing") / "templates" / "page.css").read_text(encoding="utf-8"))
    made.undefined = _Lenient
    return made


def as_json(record: dict) -> Markup:
    """Return a record for an attribute in single quotes, without its empty fields: the quotes of JSON stay short."""
    kept = {key: value for key, value in record.items() if value not in ("", None, [])}
    return Markup(json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;"))


def as_record(record: dict) -> Markup:
    """Return a fact's record for an attribute, without what its id says already (``whole_record`` puts it back)."""
    return as_json({key: value for key, value in record.items() if key not in ("id", *ID_PARTS) or len(record["id"].split("/")) != len(ID_PARTS)})


class _Lenient(StrictUndefined):
    """An optional field of a block may be absent; anything deeper than that is a mistake in the template."""

    def __bool__(self) -> bool:
        return False

    def __iter__(self):
        return iter(())


def label_of(block: dict) -> str:
    """Return the caption of a table or figure as plain text, for screen readers."""
    number = f"{block['kind']}{block['number']} " if "number" in block else ""
    return (number + words(block.get("caption", []))) or ("图" if block["type"] == "figure" else "表格")


def picture(prefix: str) -> Callable[[dict], Markup]:
    """Return what draws a page's figure blocks: a block's SVG inline, else its PNG as data; ids get the prefix and a number."""
    count = 0

    def draw(block: dict) -> Markup:
        nonlocal count
        count += 1
        where = f"第 {count} 幅图"
        if block.get("svg"):
            svg, _ratio = clean_svg(block["svg"], f"{prefix}{count}", block.get("facts", []), where)
            if " role=" in svg[: svg.index(">")]:  # our own drawings say themselves what they are: a map whose regions take the focus is no image
                return Markup(svg)
            return Markup(svg.replace("<svg ", Markup('<svg role="img" aria-label="{}" ').format(block["alt"]), 1))
        decode_png(block["png"], where)
        return Markup('<img src="data:image/png;base64,{}" alt="{}">').format(block["png"], block["alt"])

    return draw


def fact_title(record: dict) -> str:
    """Return what a reader sees on pointing at a figure: name, region, date, how it came about.

    >>> fact_title({"name": "单位覆盖率", "region_name": "临江区", "as_of": "2021-09-30", "numerator": 1, "denominator": 2})
    '单位覆盖率，临江区，截至2021-09-30，1÷2'
    """
    parts = [record.get("name") or record.get("indicator", ""), record.get("region_name", "")]
    parts.append(f"截至{record['as_of']}" if record.get("as_of") else "")
    if record.get("denominator") is not None:
        named = f"（{record['denominator_name']}）" if record.get("denominator_name") else ""
        parts.append(f"{record.get('numerator')}÷{record['denominator']}{named}")
    parts.append(record.get("reason", ""))
    return "，".join(str(part) for part in parts if part)


def render(template: str, facts: dict[str, dict], prefix: str = "f", **context: Any) -> str:
    """Fill one of our templates; ``facts`` gives values and titles to the runs that name a fact."""

    def value(run: dict) -> Any:
        known = facts.get(run["fact"], {}).get("value")
        return "" if known is None else known

    def title(run: dict) -> str:
        return fact_title(facts.get(run["fact"], {})) or run["fact"]

    page = environment().get_template(template)
    numbers = {entry["id"]: entry["number"] for entry in context.get("entries", [])}
    before = _DRAW.set(picture(prefix))
    try:
        return page.render(origin_of=numbers.get, fact_value=value, fact_title=title, demo_explanation=DEMO_EXPLANATION, **context)
    finally:
        _DRAW.reset(before)


def render_html(document: Document) -> tuple[str, dict]:
    """Return the page and its record."""
    meta = document.meta
    records = document.shown_records()
    places = {record["id"]: number for number, record in enumerate(records)}
    order = " ".join(str(places[p.fact]) for place in flow_for(document, "html") if place.kind != "drawing" for p in place.pieces if p.fact)
    page = render(
        "page.html.j2", document.facts, meta=meta, blocks=document.body, subject=document.subject, records=records, order=order, about=saved_about(document), entries=entries(document), sources=sources_table(document),
        has_title=any(block["type"] == "title" for block in document.body), demo=meta["demo"], incomplete_text=incomplete_sentence(document),
        prompter=prompter() if meta.get("reading_pt") else None, page_title=meta["title"] + (f"｜{document.subject}" if document.subject else ""),
    )  # fmt: skip
    return page, {"format": "html", "fonts": [], "missing": []}


@lru_cache(maxsize=1)
def prompter() -> dict[str, Any]:
    """Return the teleprompter's script and style, and the digest by which the page's policy lets this script run and no other."""
    script, css = ((files("analysis.publishing") / "templates" / f"prompter.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return {"script": Markup(script), "css": Markup(css), "digest": Markup(digest)}


def preview(blocks: list[dict]) -> str:
    """Return blocks as an HTML fragment for the notebook itself."""
    facts = {record["id"]: record for block in blocks if block["type"] == "facts" for record in block["facts"]}
    body = [block for block in blocks if block["type"] not in ("meta", "facts")]
    return visible(render("preview.html.j2", facts, prefix="p", blocks=body), keep_breaks=True)
