"""Which names, figures and tables a document hands to its template: read from the code that does it."""

from __future__ import annotations

import ast
import importlib
import inspect
from functools import lru_cache
from types import ModuleType

from analysis.wording.engine import SHIPPED

METHODS = ("method.j2", "method_short.j2", "method_quality.j2", "method_building.j2", "method_campaign.j2")


PLACES = ("全市", "本区", "本地")


def shipped_names() -> list[str]:
    return sorted(path.name for path in SHIPPED.glob("*.j2"))


def _modules(file: str) -> list[ModuleType]:
    """Return the modules that hand names to a template: the document's own, and those of ``briefings`` that it draws on."""
    names = ["context"]
    if file in shipped_names() and file not in METHODS:
        own = importlib.import_module(f"analysis.briefings.{file.removesuffix('.j2')}")
        used = {(value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", "")) or "" for value in vars(own).values()}
        names += [own.__name__.rpartition(".")[2], *(name.rpartition(".")[2] for name in used if name.startswith("analysis.briefings."))]
    elif file == "method_quality.j2":
        names += ["ledger_quality"]
    return [importlib.import_module(f"analysis.briefings.{name}") for name in dict.fromkeys(names)]


@lru_cache(maxsize=64)
def handed_over(file: str) -> frozenset[str]:
    """Return the Chinese words that stand as strings or keywords of their own in the document's code: the names it hands to its template are among them."""
    found: set[str] = set()
    for module in _modules(file):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) <= 12 and not node.value.isascii():
                found.add(node.value.lstrip("＋－＝"))
            elif isinstance(node, ast.keyword) and node.arg and not node.arg.isascii():
                found.add(node.arg)
    return frozenset(found)


def known_names(file: str) -> set[str]:
    return set(handed_over(file)) | {f"{colour}数" for colour in "红橙"} | {*PLACES, "时点", "季度", "季末", "九十天", "二十五人", "true", "false", "none"}


def known_slots(file: str) -> set[str]:
    """Return the figures and tables that the document has places for."""
    found: set[str] = set()
    if file in METHODS or file not in shipped_names():
        return found
    tree = ast.parse(inspect.getsource(importlib.import_module(f"analysis.briefings.{file.removesuffix('.j2')}")))
    for node in ast.walk(tree):
        is_slots = isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "slots" for t in node.targets)
        if is_slots and isinstance(node.value, ast.Dict):
            found |= {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "parts" and len(node.args) > 1:
            found |= {k.value for k in getattr(node.args[1], "keys", []) if isinstance(k, ast.Constant)}
    return found or set(handed_over(file))
