"""The time limit of an export: a writer that hangs ends with its process, and the document fails with a sentence.

A library that hangs in its own machine code can neither be interrupted nor told to stop, so the process ends. Its watchman is ``faulthandler``, which needs
nothing of the interpreter to act and writes what hung into a note beside the documents; whoever takes the task up again finds the note and does not hang, too.
"""

from __future__ import annotations

import faulthandler
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FIRED = "Timeout ("  # faulthandler's first word


@dataclass(frozen=True)
class Overtime:
    """An export that took too long: its format, and the folder that it worked in."""

    form: str
    work: Path

    def sentence(self, seconds: int) -> str:
        return f"导出 {self.form} 超过 {seconds} 秒没有做完，已停止。请重试；仍然超时的，请把 export_timeout_seconds 调大，或用 --formats 先做其他格式。"


def note_of(base: Path, scope: str, document: str) -> Path:
    """Return where the watchman of a document writes; the next run takes it away with all that is unfinished."""
    return base / f".unfinished-export-{scope}-{document}.txt"


@contextmanager
def limited(note: Path, work: Path, seconds: int) -> Iterator[Callable[[str], None]]:
    """Yield what is to be called with the name of each format before it is written; this process ends where one takes longer than ``seconds``."""
    try:
        with open(note, "w", encoding="utf-8", newline="\n") as stream:

            def begin(form: str) -> None:
                stream.seek(0)
                stream.truncate()
                stream.write(f"{work.name}\n{form.upper()}\n")
                stream.flush()
                faulthandler.dump_traceback_later(seconds, exit=True, file=stream)

            try:
                yield begin
            finally:
                faulthandler.cancel_dump_traceback_later()
    finally:
        note.unlink(missing_ok=True)


def overtime(note: Path) -> Overtime | None:
    """Return what an earlier process of this run was ended for, None where it was not ended by the watchman."""
    if not note.is_file():
        return None
    work, form, *rest = [*note.read_text(encoding="utf-8", errors="replace").split("\n"), "", ""]
    return Overtime(form, note.parent / work) if any(line.startswith(_FIRED) for line in rest) and work.startswith(".unfinished-") else None


def put_in_order(note: Path, made: Overtime) -> None:
    """Take away what the process that was ended left behind."""
    shutil.rmtree(made.work, ignore_errors=True)
    note.unlink(missing_ok=True)
