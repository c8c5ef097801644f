"""An order, the run beside the page, and what the page says of it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from analysis.desk.making import Making, Order, Progress, outcome_sentence
from analysis.errors import ParameterError


def test_an_order_becomes_options():
    order = Order("2021Q4", ("city", "970101"), ("speech",), ("html", "pdf"), "shared")
    assert order.arguments() == ["--quarter", "2021Q4", "--scope", "city,970101", "--documents", "speech", "--formats", "html,pdf", "--audience", "shared"]


@pytest.mark.parametrize(("parts", "what"), [((), "范围（全市或区县）"), (("city",), "文稿")])
def test_nothing_ticked_is_said(parts, what):
    with pytest.raises(ParameterError, match=f"没有选{what}。请至少选一项，再按“生成”。"):
        Order("2021Q4", parts, (), ("html",)).arguments()


def test_a_runs_own_sentence_reaches_the_page():
    told, ends = [], []
    making = Making(["run", "--quarter", "2021Q9"], told.append, lambda code, progress: ends.append((code, progress)))
    making.start()
    making.wait(60)
    ((code, progress),) = ends
    assert code == 2 and outcome_sentence(code, progress) == "季度写作“2021Q9”，应为四位年份加 Q 加 1 至 4，例如 2021Q3。请改正后重试。"


def test_stopping_ends_the_run(drawn):
    ends = []
    making = Making(
        ["watch", "--quarter", "2022Q1", "--ledgers", str(drawn.ledgers), "--boundaries", str(drawn.boundaries)],
        lambda _: making.stop(),
        lambda *end: ends.append(end),
    )
    making.start()
    making.wait(60)
    assert making.is_stopped and ends and ends[0][0] != 0
    assert outcome_sentence(ends[0][0], ends[0][1], making.is_stopped) == "已停止。做完的文稿不受影响，再按“生成”会接着做。"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the listener's, on purpose
def test_the_end_is_said_even_where_listening_fails():
    ends = []

    def told(progress):
        raise OSError("the page is gone")

    making = Making(["run", "--quarter", "2021Q9"], told, lambda *end: ends.append(end))
    making.start()
    making.wait(60)
    assert [code for code, _ in ends] == [2]


@pytest.mark.skipif(sys.platform == "win32", reason="only there do children keep the output open by themselves")
def test_the_end_is_said_though_a_child_keeps_the_output_open(monkeypatch):
    monkeypatch.setattr("analysis.desk.making._LAST_WORDS", 0.5)
    left, ends, real = (
        "import subprocess,sys; subprocess.Popen([sys.executable,'-c','import time;time.sleep(5)']); print('所读'); sys.exit(3)",
        [],
        subprocess.Popen,
    )
    monkeypatch.setattr("analysis.desk.making.subprocess.Popen", lambda command, **options: real([command[0], "-c", left], **options))
    making = Making([], lambda _: None, lambda *end: ends.append(end))
    began = time.monotonic()
    making.start()
    making.wait(60)
    assert [(code, progress.last) for code, progress in ends] == [(3, "所读")] and time.monotonic() - began < 4


def test_endings():
    failed = Progress(failed=["甲区区县简报：内核意外结束"])
    assert outcome_sentence(1, failed) == "做完了，但有 1 份文稿没有做成，原因见下。"
    assert outcome_sentence(1, Progress()).startswith("做完了，但有报表没有读成")
    assert outcome_sentence(0, Progress()) == "全部完成。"
