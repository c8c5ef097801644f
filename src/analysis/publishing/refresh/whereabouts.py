"""Where in a document something stands, as its reader would say it."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.publishing.refresh.wordxml import Paragraph


@dataclass
class Whereabouts:
    """Walks through the paragraphs of a part; ``fixed`` is said of a part that has no order of its own (running lines, notes)."""

    fixed: str
    heading: str = ""
    number: int = 0
    last: str = "开头"

    def of(self, paragraph: Paragraph) -> str:
        """Return the place of the next paragraph: under which heading, the how-manieth, in a table."""
        said = paragraph.text.strip()
        if self.fixed:
            self.last = self.fixed
        elif paragraph.is_cell:
            self.last = f"“{self.heading}”之下的表格" if self.heading else "表格"
        elif paragraph.style.startswith(("Heading", "Title")) and said:
            self.heading, self.number = said[:18], 0
            self.last = f"标题“{self.heading}”"
        elif said:
            self.number += 1
            self.last = (f"“{self.heading}”之下" if self.heading else "开头") + f"第{self.number}段"
        return self.last
