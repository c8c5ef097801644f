"""The pictures of an edited DOCX: exchanged where the new quarter's document has the same figure, else named."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from xml.sax.saxutils import quoteattr

from analysis.publishing.pictures import png_ratio
from analysis.publishing.refresh.container import BODY, WordFile
from analysis.publishing.refresh.wordxml import Edit, Part, Picture, apply

RENEWED, LEFT = "图已更新", "图未更新"
_LIKE = 0.6
_FIGURES = re.compile(r"[\d.%〇零一二三四]+")


@dataclass(frozen=True)
class NewPicture:
    """A figure of the new quarter's document: its PNG and what it says it shows."""

    png: bytes
    alt: str


@dataclass
class Done:
    """``parts`` exchanged, ``said`` lines of the report, ``shown`` sha256 of every picture as it now stands."""

    parts: dict[str, bytes] = field(default_factory=dict)
    said: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


def renew_pictures(file: WordFile, body: Part, pictures: list[NewPicture]) -> Done:
    """Exchange the pictures of the body.

    A picture is ours where its bytes are in the record; the new one is that of the same place among the document's figures, and must say
    that it shows the same thing. One that two drawings share is left.
    """
    made, edits = Done(), []
    known = [str(sha) for sha in file.about.get("pictures", [])]
    images = [file.image_of(picture.relation) if picture.relation else "" for picture in body.pictures]
    for number, (picture, image) in enumerate(zip(body.pictures, images, strict=True), 1):
        if not image:
            continue
        sha = hashlib.sha256(file.parts[image]).hexdigest()
        place = known.index(sha) if sha in known else -1
        where = f"第{number}幅图"
        if place < 0:
            made.said.append((LEFT, where, picture.alt[:40], "", "这幅图不是工作台画的，或者被压缩、换过"))
        elif place >= len(pictures) or not _is_same(picture.alt, pictures[place].alt) or images.count(image) > 1:
            made.said.append((LEFT, where, picture.alt[:40], "", "新季度的文稿里没有同一幅图，请换图或删去"))
        else:
            new = pictures[place]
            made.parts[image] = new.png
            edits += _drawing(body, picture, file.parts[image], new)
            made.said.append((RENEWED, where, picture.alt[:40], new.alt[:40], ""))
            sha = hashlib.sha256(new.png).hexdigest()
        made.shown.append(sha)
    if edits:
        made.parts[BODY] = apply(body.data, edits)
    return made


def _is_same(old: str, new: str) -> bool:
    """Whether two descriptions begin alike, figures aside."""
    a, b = (_FIGURES.sub("", text.partition("。")[0]) for text in (old, new))
    return not a or SequenceMatcher(None, a, b, autojunk=False).ratio() >= _LIKE


def _drawing(body: Part, picture: Picture, old: bytes, new: NewPicture) -> list[Edit]:
    """Return the edits of a drawing: its description, and its height where the new picture has another shape."""
    text = body.data[picture.start : picture.end]
    edits = [(m.start(), m.end(), b" descr=" + quoteattr(new.alt).encode()) for m in re.finditer(rb'\sdescr="[^"]*"', text)]
    if abs(png_ratio(old) - png_ratio(new.png)) > 0.01:
        for found in re.finditer(rb'<(?:\w+:)?ext(?:ent)?\s[^>]*\bcx="(\d+)"[^>]*\bcy="(\d+)"', text):
            edits.append((found.start(2), found.end(2), str(round(int(found[1]) * png_ratio(new.png))).encode()))
    return [(picture.start + a, picture.start + b, data) for a, b, data in edits]
