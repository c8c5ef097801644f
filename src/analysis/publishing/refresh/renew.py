"""Put the figures and dates of another quarter into an edited DOCX, and say of each what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from analysis.periods import Quarter
from analysis.publishing.docx_parts import fact_tag
from analysis.publishing.number_check.allowed import Allowed
from analysis.publishing.number_check.read_docx import fact_of, read_docx
from analysis.publishing.number_check.tokens import figures
from analysis.publishing.refresh.container import BODY, WordFile, record_part
from analysis.publishing.refresh.figures import form_of, is_blank, said_anew, squeezed
from analysis.publishing.refresh.pictures import NewPicture, renew_pictures
from analysis.publishing.refresh.quarters import dates, shifted
from analysis.publishing.refresh.whereabouts import Whereabouts
from analysis.publishing.refresh.wordxml import Edit, Paragraph, Text, apply, read_part, set_highlight, set_tag, set_text

UPDATED, SAME, KEPT, DATED, TYPED, EMPTY = "已更新", "没有变化", "没有更新", "日期已更新", "没有控件的数字", "空的控件"
Find = Callable[[str], Mapping[str, Any] | None]
_STYLES = {"SmallNote": "note", "Notice": "notice"}


@dataclass(frozen=True)
class Change:
    """One line of the report; ``kind`` is one of the words above."""

    kind: str
    where: str
    before: str
    after: str = ""
    note: str = ""


@dataclass
class Renewal:
    """The renewed file, what was done, and its words as blocks (with new fact ids) for whoever reads sentences."""

    data: bytes
    changes: list[Change]
    blocks: list[dict[str, Any]]
    places: list[str]
    facts: list[str]


@dataclass
class _Renewer:
    file: WordFile
    old: Quarter
    new: Quarter
    find: Find
    changes: list[Change] = field(default_factory=list)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    used: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.step = (self.new.year * 4 + self.new.number) - (self.old.year * 4 + self.old.number)
        self.rows = {row["id"]: row for row in self.file.rows}
        self.ids = {row["tag"]: row["id"] for row in self.file.rows}
        self.dates = dates(self.old, self.new)
        self.allowed = Allowed({key: row["record"] for key, row in self.rows.items()}, self.file.about | {"quarter": self.old.key})

    # one part -------------------------------------------------------------------------------------------------------------------------
    def part(self, name: str) -> bytes:
        part = read_part(self.file.parts[name])
        is_body = name == BODY
        edits: list[Edit] = []
        where = Whereabouts("" if is_body else "页眉页脚或脚注")
        for paragraph in part.paragraphs:
            place = where.of(paragraph)
            edits += self.paragraph(paragraph, place, part.prefix, is_body)
        for control in part.controls:
            fact = self.fact_of(control.tag, control.alias)
            if fact and (control.is_placeholder or not control.text.strip()):
                named = self.rows.get(fact, {}).get("record", {})
                self.changes.append(Change(EMPTY, where.last, "", "", f"“{named.get('name', fact)}”的控件里没有数字，没有填写"))
        return apply(part.data, _once(edits))

    def fact_of(self, tag: str, alias: str) -> str:
        fact = fact_of(tag, alias, self.ids)
        return fact if fact.count("/") == 3 else ""

    def paragraph(self, paragraph: Paragraph, place: str, prefix: str, is_body: bool) -> list[Edit]:
        edits: list[Edit] = []
        runs: list[dict[str, Any]] = []
        for (fact, mark), group in groupby(paragraph.texts, key=self.key):
            texts = list(group)
            before = "".join(t.text for t in texts)
            if fact and before.strip():
                made, run = self.figure(fact, texts, place, paragraph.is_cell, prefix)
            elif mark == "date":
                made, run = self.date(texts, before, place, paragraph.is_cell, prefix)
            else:
                if mark == "rows":
                    self.rows_of_files(place)
                made, run = [], {"text": before} | ({"mark": mark} if mark else {})
                if not mark and is_body:
                    self.plain(before, place, paragraph.style.startswith("Heading"))
            edits += made
            runs.append(run)
        if is_body and not paragraph.is_cell and any(run["text"] for run in runs):
            self.blocks.append(_block(paragraph.style, runs))
            self.places.append(place)
        return edits

    def key(self, text: Text) -> tuple[str, str]:
        fact = self.fact_of(text.control.tag, text.control.alias) if text.control is not None else ""
        return (fact, "") if fact else ("", self.file.marks.get(text.run.style, ""))

    # figures and dates ----------------------------------------------------------------------------------------------------------------
    def figure(self, fact: str, texts: list[Text], place: str, is_cell: bool, prefix: str) -> tuple[list[Edit], dict[str, Any]]:
        before = "".join(t.text for t in texts)
        row = self.rows.get(fact)
        if row is None and self.rows and not fact.startswith(self.old.key):
            return self.keep(fact, texts, place, prefix, f"这个控件来自别的文稿（{fact.partition('/')[0]}），不知道该换成哪个季度的数", "")
        form = self.form(before, texts, row)
        wanted = shifted(fact, self.step)
        record = self.record(wanted)
        if not form:
            registered = row["record"].get("text", "") if row else ""
            return self.keep(fact, texts, place, prefix, f"控件里的数字被改过（登记的是“{registered}”），没有动", wanted)
        if record is None:
            return self.keep(fact, texts, place, prefix, f"{self.new.label}没有这个数（要由整篇文稿推算，或指标、地区已经没有）", wanted)
        if is_blank(record) and squeezed(before) not in ("—", "…"):
            why = "不予显示" if record.get("status") == "suppressed" else "没有数据"
            return self.keep(fact, texts, place, prefix, f"{self.new.label}{why}：{record.get('reason') or '原因不明'}", wanted)
        after = said_anew(form, record, is_cell)
        self.used[wanted] = record
        is_torn = len({id(t.control) for t in texts}) > 1
        note = f"{record.get('region_name', '')}{record.get('name', '')}" + ("；另存时被重复写了几遍，已并成一个" if is_torn else "")
        self.changes.append(Change(SAME if after == before else UPDATED, place, before, after, note))
        edits = set_text(texts, after) + self.tags(texts, prefix, wanted) + self.unmarked(fact, texts)
        return edits, {"text": after, "fact": wanted}

    def form(self, before: str, texts: list[Text], row: dict[str, Any] | None) -> str:
        record, kept = (row["record"], row["kept"]) if row else (None, "")
        first = "".join(t.text for t in texts if t.control is texts[0].control)
        return form_of(before, record, kept) or (form_of(first, record, kept) if first != before else "")

    def record(self, wanted: str) -> Mapping[str, Any] | None:
        found = self.find(wanted)
        return None if found is None else {"id": wanted} | dict(found)

    def keep(self, fact: str, texts: list[Text], place: str, prefix: str, why: str, wanted: str) -> tuple[list[Edit], dict[str, Any]]:
        """Leave the old figure, in yellow: a gap would be overlooked, an old figure that looks like a new one too."""
        before = "".join(t.text for t in texts)
        named = (self.rows.get(fact) or {}).get("record", {})
        self.changes.append(Change(KEPT, place, before, before, f"{named.get('region_name', '')}{named.get('name', '')}：{why}"))
        if wanted:
            self.kept[wanted] = before
        edits = set_highlight((t.run for t in texts if t.text), prefix) + (self.tags(texts, prefix, wanted) if wanted else [])
        return edits, {"text": before}

    def tags(self, texts: list[Text], prefix: str, wanted: str) -> list[Edit]:
        return [e for t in texts if t.control is not None for e in set_tag(t.control, prefix, fact_tag(wanted))]

    def unmarked(self, fact: str, texts: list[Text]) -> list[Edit]:
        """Take away the yellow that an earlier refresh put there."""
        if not self.rows.get(fact, {}).get("kept"):
            return []
        return [(*t.run.highlight, b"") for t in texts if t.run.highlight is not None]

    def date(self, texts: list[Text], before: str, place: str, is_cell: bool, prefix: str) -> tuple[list[Edit], dict[str, Any]]:
        after = self.dates.get("".join(before.split()), "")
        if not after and not is_cell and any(sign.isdigit() for sign in before) and before.strip() not in self.dates.values():
            self.changes.append(
                Change(KEPT, place, before, before, f"这个日期不能由季度推出（时限、会期等），没有更新，请核对；文稿里的数字已是{self.new.label}的")
            )
            return set_highlight((t.run for t in texts if t.text), prefix), {"text": before, "mark": "date"}
        if after in ("", before):
            return [], {"text": before, "mark": "date"}
        self.changes.append(Change(DATED, place, before, after))
        return set_text(texts, after), {"text": after, "mark": "date"}

    def rows_of_files(self, place: str) -> None:
        """Say once that what came in is told of the old quarter: files and their rows are no facts."""
        change = Change(KEPT, place, "来源文件和行数", "来源文件和行数", f"是{self.old.label}的，没有更新；请换成{self.new.label}文稿里的，或者删去")
        if change not in self.changes:
            self.changes.append(change)

    def plain(self, text: str, place: str, is_heading: bool) -> None:
        for piece in self.allowed.split(text, is_heading):
            if piece.mark == "date" and self.dates.get(piece.text, piece.text) != piece.text:
                self.changes.append(Change(TYPED, place, piece.text, piece.text, f"手工写的日期，没有改；{self.new.label}应为“{self.dates[piece.text]}”"))
            elif not piece.mark:
                for figure in figures(piece.text):
                    self.changes.append(Change(TYPED, place, figure, figure, f"手工写的数字，没有核对、没有改（…{_around(piece.text, figure)}…）"))

    # the record -----------------------------------------------------------------------------------------------------------------------
    def new_rows(self) -> list[dict[str, Any]]:
        """Return the record of the new quarter in the order of the old: the numbers in the controls' titles go by it."""
        made = []
        for row in self.file.rows:
            wanted = shifted(row["id"], self.step)
            found = self.used.get(wanted) or self.record(wanted)
            blank = {"id": wanted, "text": "—", "figure": "—", "value": None, "numerator": None, "denominator": None, "status": "no_data",
                     "reason": f"{self.new.label}没有这个数", "quarter": wanted.partition("/")[0]}  # fmt: skip
            record = dict(found) if found is not None else row["record"] | blank
            made.append({"id": wanted, "record": record, "kept": self.kept.get(wanted, ""), "shown": row["shown"]})
        known = {row["id"] for row in made}
        return made + [{"id": key, "record": dict(record), "kept": "", "shown": True} for key, record in self.used.items() if key not in known]


def _block(style: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    if style.startswith("Heading"):
        return {"type": "heading", "level": int(style[7:]) if style[7:].isdigit() else 1, "runs": runs}
    if style == "Title":
        return {"type": "title", "runs": runs}
    return {"type": "paragraph", "style": "note" if "Caption" in style else _STYLES.get(style, "body"), "runs": runs}


def _around(text: str, figure: str) -> str:
    at = text.find(figure)
    return text[max(at - 8, 0) : at + len(figure) + 8]


def _once(edits: list[Edit]) -> Iterator[Edit]:
    """Each edit once: two texts of one control name its tag twice."""
    return iter(dict.fromkeys(edits))


def renew(file: WordFile, old: str, new: str, find: Find, pictures: list[NewPicture] = (), about: Mapping[str, Any] | None = None) -> Renewal:
    """Return the file with the figures of another quarter.

    Parameters
    ----------
    find : id of the new quarter → its record (``Fact.as_record()``); None where it cannot be told
    pictures : the figures of the new quarter's document, in its order
    about : what the record says of the document and has changed (``incomplete``)
    """
    made = _Renewer(file, Quarter(old), Quarter(new), find)
    changed = {BODY: made.part(BODY)}
    done = renew_pictures(file, read_part(changed[BODY]), list(pictures))
    changed |= done.parts
    made.changes += [Change(*line) for line in done.said]
    changed |= {name: made.part(name) for name in file.text_parts if name != BODY}
    changed |= _properties(file, made.old, made.new)
    if file.record_name:
        rows = made.new_rows()
        own = file.about | {"quarter": new} | dict(about or {})
        own["pictures"] = done.shown
        own.pop("order", None)
        order = {row["id"]: n for n, row in enumerate(rows)}
        finished = read_docx(file.rewritten(changed | {file.record_name: record_part(own, rows)}))
        there = [p.fact for place in finished.flow for p in place.pieces if p.fact]
        if all(fact in order for fact in there):
            own["order"] = [order[fact] for fact in there]
        changed[file.record_name] = record_part(own, rows)
    return Renewal(file.rewritten(changed), made.changes, made.blocks, made.places, list(made.used))


def _properties(file: WordFile, old: Quarter, new: Quarter) -> dict[str, bytes]:
    """Subject and keywords name the quarter."""
    name = "docProps/core.xml"
    data = file.parts.get(name, b"")
    after = data.replace(old.label.encode(), new.label.encode()).replace(f">{old.key}<".encode(), f">{new.key}<".encode())
    return {name: after} if after != data else {}
