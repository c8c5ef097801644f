"""The 生成 button: an order made of what was ticked, the run started beside the page, and its progress read line by line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from analysis.errors import ParameterError
from analysis.paths import ROOT
from analysis.periods import Quarter

FORMATS = {"html": "网页", "pdf": "PDF", "docx": "Word"}
AUDIENCES = {"internal": "内部（全部数字和名单）", "shared": "跨部门（小格不显示，没有名单）", "public": "公开（同上，地图须有审图号）"}
_LAST_WORDS = 10  # seconds for what a run that has ended still had to say
_STEP = re.compile(r"\[(\d+)/(\d+)\] (.+?)　(用时 [\d.]+ 秒|没有做成：.*)")


@dataclass(frozen=True)
class Order:
    """What to make: ``scopes`` are ``city`` and district codes, ``documents`` and ``formats`` their names."""

    quarter: str
    scopes: tuple[str, ...]
    documents: tuple[str, ...]
    formats: tuple[str, ...]
    audience: str = "internal"

    def arguments(self) -> list[str]:
        """Return the options of ``workbench run``.

        Raises
        ------
        ParameterError
            Where something of it is not chosen.
        """
        Quarter(self.quarter)
        for chosen, what in ((self.scopes, "范围（全市或区县）"), (self.documents, "文稿"), (self.formats, "格式")):
            if not chosen:
                raise ParameterError(f"没有选{what}。请至少选一项，再按“生成”。")
        return [
            "--quarter",
            self.quarter,
            "--scope",
            ",".join(self.scopes),
            "--documents",
            ",".join(self.documents),
            "--formats",
            ",".join(self.formats),
            "--audience",
            self.audience,
        ]


@dataclass
class Progress:
    """How far a run is, from the lines that it says."""

    total: int = 0
    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    last: str = ""
    other: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        """Take in one line.

        Examples
        --------
        >>> made = Progress()
        >>> for line in ("计算指标", "[1/2] 全市讲话稿　用时 3.1 秒", "[2/2] 甲区区县简报　没有做成：内核意外结束"):
        ...     made.read(line)
        >>> made.share, made.done, made.failed
        (1.0, ['全市讲话稿（用时 3.1 秒）'], ['甲区区县简报：内核意外结束'])
        """
        self.last = line.strip()
        step = _STEP.match(self.last)
        if step is None:
            self.other.append(self.last)
            return
        self.total = int(step[2])
        if step[4].startswith("没有做成"):
            self.failed.append(f"{step[3]}：{step[4].removeprefix('没有做成：')}")
        else:
            self.done.append(f"{step[3]}（{step[4]}）")

    @property
    def share(self) -> float:
        """Return the share of documents that are finished, 0 to 1."""
        return (len(self.done) + len(self.failed)) / self.total if self.total else 0.0


@dataclass
class Making:
    """One run in a process of its own, so that the page stays awake and 停止 stops it whole."""

    arguments: Sequence[str]
    told: Callable[[Progress], None]
    ended: Callable[[int, Progress], None]
    progress: Progress = field(default_factory=Progress)
    is_stopped: bool = False
    _process: subprocess.Popen | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {"start_new_session": True}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "analysis", *self.arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            encoding="utf-8", errors="replace", env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}, **group,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        """Say how the run ended, whatever becomes of listening to it: a child that outlives it may keep its output open."""
        listener = threading.Thread(target=self._listen, daemon=True)
        listener.start()
        code = self._process.wait()
        listener.join(_LAST_WORDS)
        self.ended(code, self.progress)

    def _listen(self) -> None:
        with self._process.stdout as lines:
            for line in lines:
                if line.strip():
                    self.progress.read(line)
                    self.told(self.progress)

    def stop(self) -> None:
        """End the run with all that it started; what is finished stays."""
        if self._process is not None and self._process.poll() is None:
            self.is_stopped = True
            if sys.platform == "win32":
                subprocess.run(["taskkill", "/T", "/F", "/PID", str(self._process.pid)], capture_output=True, check=False)
            else:
                os.killpg(self._process.pid, 15)

    def wait(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)


def outcome_sentence(code: int, progress: Progress, is_stopped: bool = False) -> str:
    """Say how a run ended: what was made, or the sentence with which it stopped."""
    if is_stopped:
        return "已停止。做完的文稿不受影响，再按“生成”会接着做。"
    if code == 0:
        return "全部完成。"
    if code == 1:
        return f"做完了，但有 {len(progress.failed)} 份文稿没有做成，原因见下。" if progress.failed else "做完了，但有报表没有读成，原因见“核对结论”。"
    return progress.last or "没有开始：没有说明原因。请在命令行运行 workbench run 查看。"
