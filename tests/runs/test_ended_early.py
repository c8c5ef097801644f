"""Why a process of the pool ended at once: a script without a main guard is told so, anything else is not blamed on it."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from analysis.runs.executor import why_ended as _why_ended

USUAL = "运行进程意外结束（可能是内存不足）。请关闭其他程序，或用 --jobs 1 重试。"


@pytest.mark.parametrize(
    ("text", "said"),
    [("run_quarter(s, '2021Q3')\n", '运行进程没有启动：脚本 season.py 没有主程序保护。请把调用写在 if __name__ == "__main__": 之下后重试。'),
     ("if __name__ == '__main__':\n    run_quarter(s, '2021Q3')\n", USUAL)],
)  # fmt: skip
def test_a_script_without_a_main_guard_is_told_so(tmp_path, monkeypatch, text, said):
    (tmp_path / "season.py").write_text(text, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__file__=str(tmp_path / "season.py")))
    assert _why_ended() == said


def test_a_session_without_a_script_gets_the_usual_reason(monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace())
    assert _why_ended() == USUAL
