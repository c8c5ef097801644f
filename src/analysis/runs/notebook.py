"""Run one notebook by papermill and export it: the executed copy is the record, the documents are made from it."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import DISK_FULL, ParameterError, WorkbenchError, is_disk_full, locked
from analysis.publishing.placing import put_in_place
from analysis.runs.overtime import limited, note_of, overtime, put_in_order

EXPORTERS = {"html": "workbench-html", "pdf": "workbench-pdf", "docx": "workbench-docx", "pptx": "workbench-pptx"}
NO_FIRST_WORD = "Kernel died before replying to kernel_info"  # jupyter_client's words
_KINDS = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass
class Outcome:
    """How a job ended: ``made``, ``failed`` or ``unchanged``; files are relative to the quarter's folder."""

    document: str
    scope: str
    status: str
    seconds: float = 0.0
    reason: str = ""
    files: list[str] = field(default_factory=list)
    record: dict = field(default_factory=dict)
    is_executed: bool = False  # the notebook was run; a document can also be exported anew from the executed copy


def check_parameters(notebook: Path, parameters: dict[str, object]) -> None:
    """Refuse what papermill would only warn of: no parameters cell, an unknown name, a value of another type.

    Raises
    ------
    ParameterError
    """
    import papermill

    known = papermill.inspect_notebook(str(notebook))
    if not known:
        raise ParameterError(f"笔记本 {notebook.name} 没有标为 parameters 的单元格，无法传入参数。请在第一个代码单元格上加此标签。")
    for name, value in parameters.items():
        if name not in known:
            raise ParameterError(f"传入了参数 {name}；笔记本 {notebook.name} 只接受 {'、'.join(known)}。请核对参数名。")
        kind = str(known[name].get("inferred_type_name") or "None")
        if kind in _KINDS and type(value) is not _KINDS[kind]:
            raise ParameterError(f'笔记本 {notebook.name} 的参数 {name} 应为 {kind}，传入的是 {value!r}。代码请写成带引号的文字，例如 "010101"。')


def execute(notebook: Path, parameters: dict[str, object], target: Path, timeout: int = 600) -> None:
    """Run a notebook with parameters and keep the executed copy at ``target``, also where it fails.

    Raises
    ------
    WorkbenchError
        With the Chinese sentence that the notebook itself raised, or the name of the error and the cell.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from analysis.runs.kernels.forked import PromptManager

    check_parameters(notebook, parameters)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _with_a_second_start(
            papermill.execute_notebook,
            str(notebook),
            str(target),
            parameters=parameters,
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            execution_timeout=timeout,
            start_timeout=120,
            autosave_cell_every=0,
            request_save_on_cell_execute=False,
            kernel_manager_class=PromptManager,
            shutdown_kernel="immediate",  # all outputs have arrived; a polite farewell costs half a second
        )
    except PapermillExecutionError as error:
        said = re.sub(r"\x1b\[[0-9;]*m", "", str(error.evalue))
        raise WorkbenchError(f"笔记本 {notebook.name} 在第 {error.exec_count} 个代码单元格出错：{said or error.ename}") from error
    except CellTimeoutError as error:
        raise WorkbenchError(
            f"笔记本 {notebook.name} 有一个单元格超过 {timeout} 秒没有运行完，已停止。请重试；仍然超时的，请把 timeout_seconds 调大。"
        ) from error
    except DeadKernelError as error:
        raise WorkbenchError(f"运行笔记本 {notebook.name} 的内核意外结束（可能是内存不足）。请关闭其他程序后重试，或用 --jobs 1。") from error


def _with_a_second_start(execute_notebook: Callable[..., object], *arguments: object, **options: object) -> None:
    """Try once more where the kernel ended before its first word: its ports were taken between choosing and opening them, and no cell had run."""
    try:
        execute_notebook(*arguments, **options)
    except RuntimeError as error:
        if str(error) != NO_FIRST_WORD:
            raise
        execute_notebook(*arguments, **options)


def export(executed: Path, formats: tuple[str, ...], folder: Path, stem: str, begin: Callable[[str], None] = lambda _: None) -> tuple[list[Path], dict]:
    """Write the documents of an executed notebook into ``folder``; return their paths and their record (fonts, missing characters, what was left unsaid).

    ``begin`` is called with each format before it is written.
    """
    import nbformat

    from analysis.publishing.exporters import PREPARED, prepared

    notebook = nbformat.read(executed, as_version=4)
    given: dict[str, object] = {}
    made, record = [], {}
    for name in formats:
        begin(name)
        given = given or {"metadata": {"name": stem}, PREPARED: prepared(notebook, stem)}
        body, resources = _exporter(name)().from_notebook_node(notebook, dict(given))
        path = folder / f"{stem}.{name}"
        path.write_bytes(body.encode("utf-8") if isinstance(body, str) else body)
        made.append(path)
        record[name] = resources.get("workbench", {})
    told = _facts_blocks(notebook)
    unsaid = [sentence for block in told for sentence in block.get("unsaid", [])]
    return made, record | {"unsaid": unsaid, "asked": _asked(told)}


@cache  # nbconvert looks through everything that is installed each time
def _exporter(form: str) -> Callable[[], Any]:
    from nbconvert.exporters import get_exporter

    return get_exporter(EXPORTERS[form])


def _facts_blocks(notebook: dict) -> list[dict]:
    from analysis.publishing.reading import read_blocks

    return [block for block in read_blocks(notebook) if block["type"] == "facts"]


def _asked(told: list[dict]) -> dict | None:
    """Return the ids of all figures that an executed notebook asked for and the texts it was written from; None where it does not tell."""
    told = [block for block in told if "asked" in block]
    if not told:
        return None
    return {"facts": sorted({name for block in told for name in [*block["asked"], *(f["id"] for f in block["facts"])]}),
            "templates": sorted({name for block in told for name in block["templates"]})}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One job as its worker gets it, on this machine or another: what is to be run, for whom, and where it goes.

    ``base`` is the quarter's folder of results; ``timeout`` (seconds) bounds a cell, ``export_timeout`` a format. With ``has_run`` the executed copy of the
    run before is exported again and the notebook is not run.
    """

    notebook: Path
    document: str
    scope: str
    parameters: dict[str, object]
    formats: tuple[str, ...]
    base: Path
    timeout: int = 600
    export_timeout: int = 300
    is_internal: bool = True
    has_run: bool = False

    @property
    def kept(self) -> Path:
        """Where the executed copy is kept, for internal readers only: it names the package, and with it the way to every unit."""
        return self.base / "notebooks" / self.scope / f"{self.document}.ipynb"

    @property
    def evidence(self) -> Path:
        """Where the executed copy of a job that failed is kept, for internal readers too."""
        return self.kept.with_suffix(".failed.ipynb")

    @property
    def leaves_evidence(self) -> bool:
        return self.is_internal and not self.has_run

    def failed(self, reason: str) -> Outcome:
        return Outcome(self.document, self.scope, "failed", reason=reason)


def run_job(order: Order) -> Outcome:
    """Run and export one job in a folder of its own, then move the finished files into place; a failed job leaves its notebook as evidence.

    An export that takes longer than it may ends this process; where the job is given again, it fails with the reason.
    """
    started = time.monotonic()
    try:
        outcome = _done(order)
    except OSError as error:
        if not (is_disk_full(error) or isinstance(error, PermissionError)):
            raise
        outcome = order.failed(DISK_FULL if is_disk_full(error) else locked(error, str(order.base)))
    return replace(outcome, seconds=time.monotonic() - started)


def _done(order: Order) -> Outcome:
    reason = took_too_long(order)
    if reason:
        return order.failed(reason)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=order.base) as work:
        executed = Path(work) / f"{order.document}.ipynb"
        try:
            documents, record = _run_and_export(order, executed)
        except Exception as error:  # one failed document must not cost the others; its reason goes into the manifest
            if executed.is_file() and order.leaves_evidence:
                _move(executed, order.evidence)
            reason = DISK_FULL if is_disk_full(error) else error.sentence if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
            return order.failed(reason)
        files = [_move(path, order.base / order.scope / path.name) for path in documents]
        if order.has_run:
            files.append(order.kept)
        elif order.is_internal:
            files.append(_move(executed, order.kept))
        else:
            order.kept.unlink(missing_ok=True)
        order.evidence.unlink(missing_ok=True)
    names = [path.relative_to(order.base).as_posix() for path in files]
    return Outcome(order.document, order.scope, "made", files=names, record=record, is_executed=not order.has_run)


def _run_and_export(order: Order, executed: Path) -> tuple[list[Path], dict]:
    if order.has_run:
        shutil.copyfile(order.kept, executed)
    else:
        execute(order.notebook, order.parameters, executed, order.timeout)
    with limited(note_of(order.base, order.scope, order.document), executed.parent, order.export_timeout) as begin:
        return export(executed, order.formats, executed.parent, order.document, begin)


def took_too_long(order: Order) -> str:
    """Return the sentence on a job whose process was ended because its export hung, "" where it was not; its executed copy is kept as evidence."""
    note = note_of(order.base, order.scope, order.document)
    made = overtime(note)
    if made is None:
        return ""
    executed = made.work / f"{order.document}.ipynb"
    if order.leaves_evidence and executed.is_file():
        _move(executed, order.evidence)
    put_in_order(note, made)
    return made.sentence(order.export_timeout)


def _move(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return put_in_place(source, target)
