"""The gate of an export, and the check of a delivered file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from analysis.publishing.characters import Coverage
from analysis.publishing.notices import printed_blocks
from analysis.publishing.number_check import expected as wanted
from analysis.publishing.number_check.compare import Finding, check_flow, check_order, check_own, check_pictures, check_records
from analysis.publishing.number_check.places import Finished, Piece, Place, named
from analysis.publishing.pictures import decode_png, drawn_digest, texts_digest
from analysis.publishing.typefaces import Faces, load_faces

if TYPE_CHECKING:
    from analysis.publishing.document import Document


def flow_for(document: Document, form: str, faces: Faces | None = None) -> list[Place]:
    """Return the places that the finished file of a format must hold; with ``faces``, as these fonts print them."""
    if form == "html":
        titles = [] if any(b["type"] == "title" for b in document.body) else [{"type": "title", "runs": [{"text": document.meta["title"]}]}]
        return wanted.flow_of([*titles, *document.body], form)
    if form == "pptx":
        from analysis.publishing.deck import deck_of, flow_of_deck

        return flow_of_deck(deck_of(document))
    made, files = document.worked_out, () if faces is None else tuple(faces.files)
    if (form, files) not in made:
        flow = wanted.flow_of(printed_blocks(document), form)
        made[form, files] = flow if faces is None else wanted.printed(flow, Coverage(list(files)).printable)
    return made[form, files]


def departures(finished: Finished, document: Document, font_folder: str = "") -> list[Finding]:
    """Return how a finished file departs from its document: words and figures by place, facts by place, descriptions, pictures, the record."""
    flow = flow_for(document, finished.form, load_faces(font_folder) if finished.form == "pdf" else None)
    made = check_flow(flow, finished.flow)
    if finished.form == "pdf":
        made += [] if made else check_own(_with_ids(finished, flow))
    else:
        made += check_own(finished)
        made += check_order([p.fact for place in flow for p in place.pieces if p.fact], finished.flow, finished.facts)
    made += _descriptions(finished, document)
    made += _records(finished, document)
    made += _pictures(finished, document)
    return list(dict.fromkeys(made))


def _with_ids(finished: Finished, flow: list[Place]) -> Finished:
    """A PDF whose words are those expected carries the expected facts in their places."""
    return Finished(finished.form, flow, finished.beside, finished.facts, finished.meta)


def _descriptions(finished: Finished, document: Document) -> list[Finding]:
    seen = [place for place in finished.beside if place.kind == "alt"]
    alts = wanted.alternatives(document)
    per = 1 if finished.form != "html" else None
    made = []
    for place in seen:
        number = place.at[0]
        alt = alts[number - 1] if number <= len(alts) else ""
        if place.text != alt:
            made += check_flow([Place("alt", (Piece(alt),), where=place.where)], [place])
    if per and len(seen) != len(alts):
        made.append(Finding("插图", str(len(seen)), str(len(alts)), f"应有{len(alts)}处替代文字，现有{len(seen)}处"))
    return made


def _records(finished: Finished, document: Document) -> list[Finding]:
    """The record that the file carries must be the document's own."""
    made = []
    for fact, record in finished.facts.items():
        own = document.facts.get(fact)
        for key in ("text", "value", "numerator", "denominator", "status"):
            if own is not None and record.get(key) != own.get(key) and not (record.get(key) is None and own.get(key) is None):
                made.append(Finding("数据记录", str(record.get(key)), str(own.get(key)), f"{fact} 的 {key} 应为 {own.get(key)}，文件里是 {record.get(key)}"))
    return made


def _pictures(finished: Finished, document: Document) -> list[Finding]:
    """Each PNG is the one the document holds, and was drawn together with the SVG whose texts carry the facts."""
    made: list[Finding] = []
    figures = [b for b in document.body if b["type"] == "figure"]
    drawn = [b for b in figures if finished.form in ("docx", "pptx") or (finished.form == "html" and not b.get("svg"))]
    shas = [hashlib.sha256(decode_png(b["png"], "图")).hexdigest() if b.get("png") else "" for b in drawn]
    if finished.form != "pdf":
        made += check_pictures(shas, finished.pictures)
    for number, block in enumerate(figures, 1):
        if block.get("png") and block.get("svg") and drawn_digest(decode_png(block["png"], "图")) != texts_digest(block["svg"]):
            made.append(Finding(f"第{number}幅图", "", "", "PNG 图片和 SVG 图不是同一次画出的，图中数字无从核对。请用同一个绘图结果生成两者"))
    return made


def own_departures(finished: Finished) -> list[Finding]:
    """Return the departures of a delivered file from its own record."""
    if finished.form == "pdf":
        flow = [Place(kind, tuple(Piece(*piece) for piece in parts), tuple(at)) for kind, at, parts in finished.made_with or []]
        flow = named(flow)
        made = check_flow(flow, finished.flow)
        return list(dict.fromkeys(made + (check_records(finished.facts) if made else check_own(_with_ids(finished, flow)))))
    made = check_own(finished)
    if finished.made_with is not None:
        made += check_order([str(fact) for fact in finished.made_with], [p for p in finished.flow if p.kind != "drawing"], finished.facts)
    made += check_pictures(list(finished.meta.get("pictures", [])), finished.pictures) if finished.form in ("docx", "pptx") else []
    made += _changed_descriptions(finished) if not made else []
    return list(dict.fromkeys(made))


def _changed_descriptions(finished: Finished) -> list[Finding]:
    """A description whose figures were exchanged for one another names registered figures only: it is known by its digest."""
    saved = list(finished.meta.get("alts", []))
    for place in finished.beside:
        if place.kind == "alt" and 0 < place.at[0] <= len(saved) and _digest(place.text) != saved[place.at[0] - 1]:
            return [Finding(place.where, place.text[:40], "", "替代文字和生成时的不同，被改过。请重新生成文稿")]
    return []


def _digest(text: str) -> str:
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()[:16]


def saved_about(document: Document) -> dict[str, Any]:
    """Return what a file must carry beside its facts so that it can be checked on its own."""
    meta = document.meta
    alts = [_digest(alt) for alt in wanted.alternatives(document)]
    return {key: meta[key] for key in ("quarter", "document", "scope", "scope_name", "city_name", "incomplete")} | ({"alts": alts} if alts else {})


def saved_flow(flow: list[Place]) -> list[list[Any]]:
    return [[place.kind, list(place.at), [[p.text, p.fact, p.mark] for p in place.pieces]] for place in flow]
