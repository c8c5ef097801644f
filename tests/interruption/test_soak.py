"""Twelve quarters in a row with growing ledgers: memory, disk and time stay bounded, and an old quarter comes out the same after settings changed and back."""

from __future__ import annotations

import os
import threading
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from drawn_city import CITY, HERE, World, drawn_world, write_places
from small_run import SETTINGS, start
from stdnum.cn import uscc

from analysis.periods import Quarter

QUARTERS = int(os.environ.get("WORKBENCH_SOAK", 12 if os.environ.get("WORKBENCH_PROPERTIES") == "fuzz" else 0))
EACH = 400  # units that every quarter adds
OPTIONS = ("--scope", "city", "--documents", "speech,coverage_map", "--formats", "html,docx")


def code_of(number: int) -> str:
    body = f"91370100{number:08d}M"
    return body + uscc.calc_check_digit(body)


def growing(quarter: str, number: int) -> World:
    """Return the drawn city's last quarter as ``quarter``, with more units, every third of them covered."""
    world = drawn_world()
    world.keep_quarters("2021Q4")
    world.tables = {(quarter, district, table): [row[:] for row in rows] for (_, district, table), rows in world.tables.items()}
    units, covers = (world.tables[quarter, "西河区", table] for table in ("单位", "覆盖关系"))
    like = units[2]
    union = covers[1][covers[0].index("工会代码")]
    for n in range(EACH * number):
        row = like[:]
        row[units[0].index("统一社会信用代码")], row[units[0].index("单位名称")] = code_of(n), f"新增单位{n}"
        units.append(row)
        if n % 3 == 0:
            cover = covers[1][:]
            cover[covers[0].index("统一社会信用代码")], cover[covers[0].index("工会代码")] = code_of(n), union
            covers.append(cover)
    return world


def run(settings: Path, quarter: str) -> tuple[float, int]:
    """Run a quarter; return its seconds and the most memory that all its processes held at once."""
    started, most = time.monotonic(), 0
    process = start(settings, "--quarter", quarter, *OPTIONS, command="run")
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.5):
            try:
                parent = psutil.Process(process.pid)
                family = [parent, *parent.children(recursive=True)]
                most = max(most, sum(p.memory_full_info().pss for p in family))
            except psutil.Error:
                continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    said, _ = process.communicate(timeout=3600)
    done.set()
    watcher.join()
    assert process.returncode in (0, 1), said
    return time.monotonic() - started, most


def documents(folder: Path) -> dict[str, bytes]:
    kinds = (".html", ".docx", ".csv", ".parquet")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.suffix in kinds}


@pytest.mark.skipif(not QUARTERS, reason="twelve quarters only in make fuzz")
def test_twelve_quarters_in_a_row(tmp_path):
    write_places(tmp_path)
    settings = tmp_path / "settings.toml"
    text = SETTINGS.format(crosswalk=(HERE / "crosswalk.csv").as_posix(), city=CITY)
    settings.write_text(text, encoding="utf-8")
    quarter, seen, first = Quarter("2021Q4"), [], {}
    for number in range(1, QUARTERS + 1):
        growing(quarter.key, number).send(tmp_path)
        seconds, memory = run(settings, quarter.key)
        store = sum(p.stat().st_size for p in (tmp_path / "store").rglob("*") if p.is_file())
        left = [p for p in (*(tmp_path / "store").iterdir(), *(tmp_path / "out").rglob(".*")) if p.name.startswith(".")]
        seen.append((seconds, memory, store))
        print(quarter.key, f"{seconds:.0f} s, {memory >> 20} MB, store {store >> 10} kB", flush=True)
        assert left == []
        if number == 1:
            first = documents(tmp_path / "out" / quarter.key)
        quarter = quarter.shifted(1)
    rows = [len(growing("2021Q4", n).tables["2021Q4", "西河区", "单位"]) for n in (2, QUARTERS)]
    (early_s, early_m, _), (late_s, late_m, _) = seen[1], seen[-1]
    assert late_m < 2 * early_m, "memory grows with one quarter's ledger, not with their number"
    assert late_s < 3 * early_s + 30
    grown = [after[2] - before[2] for before, after in pairwise(seen)]
    assert grown[-1] < 3 * grown[0] * rows[1] / rows[0], "a quarter adds its own package to the store and no more"
    settings.write_text(text + "\n[rules]\nmandatory_minimum = 30\n", encoding="utf-8")
    run(settings, "2021Q4")
    assert documents(tmp_path / "out" / "2021Q4") != first
    settings.write_text(text, encoding="utf-8")
    run(settings, "2021Q4")
    assert documents(tmp_path / "out" / "2021Q4") == first
