"""The warm parent: forked kernels are real kernels, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from analysis.runs.kernels import nursery, opened

pytestmark = pytest.mark.skipif(not nursery.is_possible(), reason="本机不能派生内核，用普通内核；那条路由 test_notebook.py 检验")
# in a process of its own: jupyter_client chooses the provisioner once a process
DRIVER = """
import sys, json, time
from pathlib import Path
from analysis.runs.kernels import nursery
from analysis.runs.notebook import execute
from analysis.errors import WorkbenchError

folder = Path(sys.argv[1])
with nursery.Nursery() as warm:
    warm.start()
    for name in sys.argv[2:]:
        try:
            execute(folder / f"{name}.ipynb", {"name": name}, folder / f"{name}.done.ipynb", timeout=6)
            print(f"{name}: done", flush=True)
        except Exception as error:
            print(f"{name}: {type(error).__name__} {error}", flush=True)
"""


def notebook(folder: Path, name: str, *cells: str) -> Path:
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    first = nbformat.v4.new_code_cell('name: str = ""', metadata={"tags": ["parameters"]})
    made.cells = [first, *(nbformat.v4.new_code_cell(source) for source in cells)]
    path = folder / f"{name}.ipynb"
    nbformat.write(made, path)
    return path


def drive(folder: Path, *names: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", DRIVER, str(folder), *names], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def outputs(folder: Path, name: str) -> list[str]:
    done = nbformat.read(folder / f"{name}.done.ipynb", as_version=4)
    return ["".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in c.outputs) for c in done.cells if c.cell_type == "code"]


@pytest.fixture(scope="module")
def driven(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """Six notebooks run one after the other from one warm parent."""
    folder = tmp_path_factory.mktemp("driven")
    known = "import sys, os\nprint('analysis.charts.maps' in sys.modules, 'left' in globals(), os.getsid(0) == os.getpid(), name)"
    cells = {
        "first": (known, "left = 1"),
        "second": (known, "left = 1"),
        "fails": ("raise ValueError('没有这一列')",),
        "dies": ("import os\nos.kill(os.getpid(), 9)",),
        "hangs": ("import time\ntime.sleep(600)",),
        "fine": ("print(name)",),
    }
    for name, sources in cells.items():
        notebook(folder, name, *sources)
    return folder, dict(line.split(": ", 1) for line in drive(folder, *cells))


def test_forked_kernels_start_from_the_warm_parent_and_share_nothing_of_each_other(driven):
    folder, said = driven
    assert (said["first"], said["second"]) == ("done", "done")
    assert outputs(folder, "first")[-2] == "True False True first\n"
    assert outputs(folder, "second")[-2] == "True False True second\n"


def test_a_cell_that_fails_dies_or_hangs_costs_its_own_notebook_only(driven):
    _, said = driven
    assert said["fails"] == "WorkbenchError 笔记本 fails.ipynb 在第 3 个代码单元格出错：没有这一列"
    assert said["dies"] == "WorkbenchError 运行笔记本 dies.ipynb 的内核意外结束（可能是内存不足）。请关闭其他程序后重试，或用 --jobs 1。"
    assert said["hangs"] == "WorkbenchError 笔记本 hangs.ipynb 有一个单元格超过 6 秒没有运行完，已停止。请重试；仍然超时的，请把 timeout_seconds 调大。"
    assert said["fine"] == "done"


def test_kernels_end_with_the_run_that_asked_for_them(tmp_path):
    here = tmp_path / "pid"
    notebook(tmp_path, "waits", f"import os, time\nopen({str(here)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    run = subprocess.Popen([sys.executable, "-c", DRIVER, str(tmp_path), "waits"], stdout=subprocess.DEVNULL)
    _until(lambda: here.is_file() and here.read_text())
    kernel = psutil.Process(int(here.read_text()))
    family = [kernel, *kernel.parents()[:2]]  # the kernel, its keeper, the warm parent
    run.send_signal(signal.SIGKILL)
    run.wait()
    _until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family))


def test_without_an_answer_an_ordinary_kernel_runs(tmp_path, monkeypatch):
    notebook(tmp_path, "plain", "print(name)")
    script = "import sys\nfrom pathlib import Path\nfrom analysis.runs.notebook import execute\nexecute(Path(sys.argv[1]), {'name': 'x'}, Path(sys.argv[2]))"
    env = {**os.environ, nursery.ADDRESS: str(tmp_path / "nobody"), "JUPYTER_DEFAULT_PROVISIONER_NAME": nursery.PROVISIONER}
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "plain.ipynb"), str(tmp_path / "plain.done.ipynb")], env=env, check=True, timeout=600)
    assert outputs(tmp_path, "plain")[-1] == "x\n"


def test_environment_is_as_before_after_a_nursery(monkeypatch):
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "local-provisioner")
    with nursery.Nursery() as warm:
        assert warm.start()
        assert os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] == nursery.PROVISIONER
    assert os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] == "local-provisioner"
    assert nursery.ADDRESS not in os.environ
    with nursery.Nursery(is_wanted=False) as warm:
        assert not warm.start()


def test_readings_are_made_once_a_folder_and_handed_over(tmp_path):
    calls = []

    def make() -> dict:
        calls.append(1)
        return {"rows": 3}

    assert opened.once(tmp_path, make, "register", "internal") is opened.once(tmp_path, make, "register", "internal")
    assert opened.once(tmp_path, make, "register", "public") == {"rows": 3}
    assert len(calls) == 2
    opened.hand_over(tmp_path / "readings")
    other = tmp_path / "other"
    opened.once(other, make, "register", "internal")
    assert opened._READ.keys() == {(str(other.resolve()), "register", "internal")}
    opened.take_over(tmp_path / "readings")
    assert (str(tmp_path.resolve()), "register", "public") in opened._READ
    opened._READ.clear()


def _until(is_so, seconds: float = 240.0) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)
