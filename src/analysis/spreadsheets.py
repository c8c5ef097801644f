"""Text in a CSV that spreadsheets open: a cell that begins like a formula would be worked out, not shown (contract §5)."""

from __future__ import annotations

import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(value: object) -> object:
    """Return a cell for a CSV: a text that a spreadsheet would take for a formula gets a leading apostrophe, anything else stays.

    Examples
    --------
    >>> csv_text("=1+1"), csv_text("甲区"), csv_text(-3)
    ("'=1+1", '甲区', -3)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def csv_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table for a CSV: every text cell, and every column's head, as :func:`csv_text` gives it."""
    return frame.map(csv_text).rename(columns=csv_text)
