"""Arithmetic of figures by name, as a score sheet may write it: ``covered_unit_count_qoq / eligible_unit_count``.

Names, numbers, + - * / and brackets; nothing else.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction

from analysis.errors import SettingsError

_SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
Lookup = Callable[[str], tuple[Fraction | None, str]]


def names_in(text: str, where: str) -> list[str]:
    """Return the figures that a formula names, in order, each once.

    Raises
    ------
    SettingsError
        For anything but names, numbers, the four signs and brackets.
    """
    found: list[str] = []
    for node in ast.walk(_tree(text, where)):
        if isinstance(node, ast.Name):
            found.append(node.id)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, bool) or not isinstance(node.value, int | float):
                raise SettingsError(_wrong(text, where))
        elif not isinstance(node, (ast.Expression, ast.BinOp, ast.UnaryOp, ast.USub, ast.Load, *_SIGNS)):
            raise SettingsError(_wrong(text, where))
    return list(dict.fromkeys(found))


def evaluate(text: str, lookup: Lookup) -> tuple[Fraction | None, str]:
    """Return the value of a formula, or None and why: the first figure in it that is blank, or a division by zero.

    Examples
    --------
    >>> evaluate("(a - 1) / b", lambda name: (Fraction({"a": 4, "b": 2}[name]), ""))
    (Fraction(3, 2), '')
    """

    def value(node: ast.AST) -> Fraction:
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        if isinstance(node, ast.Name):
            found, reason = lookup(node.id)
            if found is None:
                raise _Blank(reason)
            return Fraction(found)
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand)
        return _SIGNS[type(node.op)](value(node.left), value(node.right))

    try:
        return value(_tree(text, "").body), ""
    except _Blank as blank:
        return None, str(blank)
    except ZeroDivisionError:
        return None, "算式的除数为零"


def directions(text: str) -> dict[str, bool | None]:
    """Return, for every figure that a formula names, whether the formula grows with it (all figures being positive); None where it does both.

    Examples
    --------
    >>> directions("(founded - dissolved) / blind"), directions("a - a * b")
    ({'founded': True, 'dissolved': False, 'blind': False}, {'a': None, 'b': False})
    """
    found: dict[str, bool | None] = {}

    def walk(node: ast.AST, grows: bool) -> None:
        if isinstance(node, ast.Name):
            found[node.id] = grows if found.get(node.id, grows) is grows else None
        elif isinstance(node, ast.UnaryOp):
            walk(node.operand, not grows)
        elif isinstance(node, ast.BinOp):
            walk(node.left, grows)
            walk(node.right, grows is not isinstance(node.op, ast.Sub | ast.Div))

    walk(_tree(text, "").body, True)
    return found


class _Blank(Exception):
    """A figure in the formula is blank; carries its reason."""


def _tree(text: str, where: str) -> ast.Expression:
    try:
        return ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise SettingsError(_wrong(text, where)) from error


def _wrong(text: str, where: str) -> str:
    return f"{where}的算式“{text}”读不懂，只能用指标代码、数字、+ - * / 和括号，例如 covered_unit_count_qoq / eligible_unit_count。请改正后重试。"
