"""What the pages say when something went wrong: one place, so that no button stays silent."""

from __future__ import annotations

from html import escape

from analysis.errors import DISK_FULL, WorkbenchError, is_disk_full, locked


def sentence_of(error: Exception) -> str:
    """Return the sentence of a mistake that we can name; of any other what happened and what to do about it.

    Examples
    --------
    >>> sentence_of(KeyError("x"))
    "程序出错（KeyError：'x'）。已有的文稿不受影响；请记下这句话，联系维护人。"
    """
    if isinstance(error, WorkbenchError):
        return error.sentence
    if is_disk_full(error):
        return DISK_FULL
    if isinstance(error, PermissionError):
        return locked(error)
    return f"程序出错（{type(error).__name__}：{error}）。已有的文稿不受影响；请记下这句话，联系维护人。"


def alert(sentence: str) -> str:
    """Return the sentence as the page shows it, read out by a screen reader at once; nothing for none."""
    return f"<p class='workbench-trouble' role='alert'>{escape(sentence)}</p>" if sentence else ""
