"""Codes, rows and looks into a result, for the tests of intake."""

from __future__ import annotations

from analysis import intake

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HEADERS = ["统一社会信用代码", "单位名称", "区县代码", "职工数", "会员数"]


def code(number: int, prefix: str = "91") -> str:
    """A synthetic USCC of region 000000 with its check digit."""
    body = f"{prefix}000000{number:09d}"
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[-total % 31]


def unit(number: int, **changes: object) -> list[object]:
    row = dict(zip(HEADERS, [code(number), f"单位{number}", "990101", 10, 5], strict=True))
    return list((row | changes).values())


def found(result: intake.Intake, table: str = "units") -> list[tuple[int, str]]:
    """(row, rule) of every line of one table's report."""
    lines = result.rows[result.rows["table"] == table]
    return [(int(r), rule) for r, rule in zip(lines["row"], lines["rule"], strict=True)]


def status(result: intake.Intake) -> dict[str, str]:
    return dict(zip(result.files["file"], result.files["status"], strict=True))


def reason(result: intake.Intake, file: str) -> str:
    return result.files.set_index("file")["reason"][file]
