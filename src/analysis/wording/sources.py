"""Templates as Jinja reads them: every line signed with its number, a blank line outside the tags a break between paragraphs."""

from __future__ import annotations

import re
from typing import Any

import jinja2

from analysis.wording.numbers import BREAK, line_sign

_TAGS = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)


class Loader(jinja2.FileSystemLoader):
    """Marks blank lines outside the tags, so that lines left empty by tags end no paragraph, and signs every line with its number."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Any]:
        source, path, fresh = super().get_source(environment, template)
        return _signs(source, template), path, fresh


class Given(jinja2.BaseLoader):
    """One template given as text, before those in folders."""

    def __init__(self, name: str, text: str, rest: jinja2.BaseLoader) -> None:
        self.name, self.text, self.rest = name, text, rest

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Any]:
        if template != self.name:
            return self.rest.get_source(environment, template)
        return _signs(self.text, template), template, lambda: True


def _signs(source: str, template: str) -> str:
    """Sign the lines of a template between its tags."""
    parts, line = _TAGS.split(source.replace("\r\n", "\n")), 1
    for number, part in enumerate(parts):
        if number % 2 == 0:
            parts[number] = _signed(part, template, line, is_start=number == 0)
        line += part.count("\n")
    return "".join(parts)


def _signed(part: str, template: str, line: int, is_start: bool) -> str:
    """Return the text between two tags with a sign at the start of each of its lines; a blank line becomes a BREAK."""
    first, *others = part.split("\n")
    made = [line_sign(template, line) + first if is_start else first]
    for number, text in enumerate(others, 1):
        is_blank = not text.strip(" \t　") and number < len(others)
        made.append(BREAK if is_blank else line_sign(template, line + number) + text)
    return "\n".join(made)
