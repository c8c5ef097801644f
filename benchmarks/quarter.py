"""A whole quarter by the workbench beside what one would do by hand: per notebook and scope papermill's command line, ``jupyter nbconvert --to html``,
a headless browser's print to PDF, one after the other, on the same notebooks reading the same store.

``python benchmarks/quarter.py`` measures by hand at least one document of each kind (city and district apart), and every ``--every``-th where a kind has
many (``sampling.py``); the others of a kind are taken to cost what those cost on average, which the results say. ``--every 1`` measures all. Both sides make HTML and PDF; DOCX and the number checks are ours on top. Results: ``benchmarks/results/quarter.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from sampling import by_kind, whole
from sampling import chosen as sampled

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "quarter.json"
BIN = Path(sys.executable).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge")
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}  # as installed by pip: compiled


def command(*parts: object) -> tuple[float, float]:
    """Run a command to its end; return wall seconds and the CPU seconds of all its processes, those included that others waited for."""
    started = time.perf_counter()
    process = psutil.Popen([str(part) for part in parts], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT)
    seen: dict[int, float] = {}
    while process.poll() is None:
        for one in [process, *_children(process)]:
            try:
                times = one.cpu_times()
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            seen[one.pid] = times.user + times.system
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{parts[0]}: {process.stderr.read().decode(errors='replace')[-1500:]}")
    return time.perf_counter() - started, sum(seen.values())


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def by_hand(job: dict[str, str], package: Path, folder: Path, browser: str) -> dict[str, Any]:
    """One document by the three command lines."""
    executed = folder / f"{job['scope']}_{job['document']}.ipynb"
    given = {"quarter": job["quarter"], "scope": job["scope"], "package": str(package), "audience": "internal", "map_use": "internal"}
    parameters = [part for name, value in given.items() for part in ("-r", name, value)]
    page = executed.with_suffix(".html")
    steps = [
        command(BIN / "papermill", job["notebook"], executed, *parameters),
        command(BIN / "jupyter", "nbconvert", "--to", "html", executed),
        command(browser, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={executed.with_suffix('.pdf')}", page.as_uri()),
    ]
    return job | {"wall_s": sum(wall for wall, _ in steps), "cpu_s": sum(cpu for _, cpu in steps), "steps_cpu_s": [round(cpu, 2) for _, cpu in steps]}


def same_as_plain(job: dict[str, str], package: Path, made: Path, folder: Path) -> list[str]:
    """Return the formats in which the fast path's document differs from plain papermill (command line, ordinary kernel) and our exporters."""
    executed = folder / f"{job['scope']}_{job['document']}.ipynb"
    assert executed.is_file()
    odd = []
    for form in ("html", "pdf"):
        target = folder / f"{job['document']}.{form}"
        command(BIN / "jupyter", "nbconvert", "--to", f"workbench-{form}", "--output", target.with_suffix("").name, "--output-dir", folder / "plain", executed)
        if (folder / "plain" / target.name).read_bytes() != (made / job["scope"] / target.name).read_bytes():
            odd.append(form)
    return odd


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quarter", default="2021Q3")
    options.add_argument("--ledgers", default="")
    options.add_argument("--boundaries", default="")
    options.add_argument("--every", type=int, default=8, help="measure by hand every n-th document of each kind, at least one; 1 = all")
    options.add_argument("--check", action="store_true", help="compare the bytes of every measured document with plain papermill + our exporters")
    chosen = options.parse_args()
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("no browser found: " + ", ".join(BROWSERS))
    from analysis.runs.inputs import choose_settings
    from analysis.runs.package import open_package
    from analysis.runs.packing import build_package
    from analysis.runs.plan import plan

    with tempfile.TemporaryDirectory() as place:
        given = ["--ledgers", chosen.ledgers, "--boundaries", chosen.boundaries] if chosen.ledgers else []
        settings = choose_settings(ledgers=chosen.ledgers or None, boundaries=chosen.boundaries or None)
        package = build_package(settings, chosen.quarter)
        opened = open_package(str(package), chosen.quarter)
        jobs = [{"notebook": str(j.notebook), "document": j.document, "scope": j.scope, "quarter": chosen.quarter}
                for j in plan("all", "", opened.city, opened.register.regions("district"))]  # fmt: skip
        run = [BIN / "workbench", "run", "--quarter", chosen.quarter, *given, "--out"]
        sample = sampled(jobs, chosen.every)
        before = [by_hand(job, package, Path(place), browser) for job in sample[::2]]
        fast = command(*run, Path(place) / "fast", "--formats", "html,pdf")
        after = [by_hand(job, package, Path(place), browser) for job in sample[1::2]]  # before and after: other work on the machine weighs on both
        again = command(*run, Path(place) / "fast", "--formats", "html,pdf")
        full = command(*run, Path(place) / "full")
        measured = before + after
        differing = {
            f"{j['scope']}/{j['document']}": odd
            for j in measured
            if chosen.check and (odd := same_as_plain(j, package, Path(place) / "fast" / chosen.quarter, Path(place)))
        }
    hand = {amount: whole(jobs, measured, amount) for amount in ("wall_s", "cpu_s")}
    made = {"quarter": chosen.quarter, "documents": len(jobs), "measured_by_hand": len(measured), "by_hand": hand, "fast": {"wall_s": fast[0], "cpu_s": fast[1]},
            "all_formats": {"wall_s": full[0], "cpu_s": full[1]}, "unchanged": {"wall_s": again[0], "cpu_s": again[1]}, "ratio": hand["wall_s"] / fast[0],
            "cpu_ratio": hand["cpu_s"] / fast[1], "cores": os.cpu_count(), "load": os.getloadavg()[0], "compared": len(measured) if chosen.check else 0, "differing": differing,
            "kinds": by_kind(jobs, measured), "single": [job | {"notebook": Path(job["notebook"]).name} for job in measured]}  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    print(json.dumps({k: v for k, v in made.items() if k not in ("single", "kinds")}, indent=1))


if __name__ == "__main__":
    main()
