"""``workbench watch``: take the quarter in anew whenever a file has arrived and lies still."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from analysis.desk.submissions import Overview, is_submission, lines, overview
from analysis.errors import WorkbenchError
from analysis.runs.outputs import ready_folder
from analysis.settings import Settings

State = dict[str, tuple[int, int]]
Say = Callable[[str], None]


def state_of(folder: Path) -> State:
    """Return file name → (size, time of change) of a ledger folder."""
    found: State = {}
    for path in sorted(folder.iterdir()):
        try:
            if is_submission(path):
                about = path.stat()
                found[path.name] = (about.st_size, about.st_mtime_ns)
        except OSError:
            continue  # gone between listing and asking: the next round sees it
    return found


def moved(before: State, now: State) -> str:
    """Say what came, changed or went.

    Examples
    --------
    >>> moved({"甲.xlsx": (1, 1), "乙.xlsx": (1, 1)}, {"甲.xlsx": (2, 2), "丙.xlsx": (1, 1)})
    '收到 丙.xlsx；更新 甲.xlsx；移走 乙.xlsx'
    """
    came, went = sorted(set(now) - set(before)), sorted(set(before) - set(now))
    changed = sorted(name for name in set(now) & set(before) if now[name] != before[name])
    said = [f"{word} {'、'.join(names)}" for word, names in (("收到", came), ("更新", changed), ("移走", went)) if names]
    return "；".join(said)


@dataclass
class Watch:
    """Looks at one folder round after round. A file still being copied is left alone until two rounds find it the same."""

    folder: Path
    take_in: Callable[[str], bool]
    say: Say
    done: State = field(default_factory=dict)
    seen: State = field(default_factory=dict)

    def round(self) -> bool:
        """Look once; return whether the quarter is complete."""
        now = state_of(self.folder)
        is_still, self.seen = now == self.seen, now
        if not is_still or now == self.done:
            return False
        what, self.done = moved(self.done, now), now
        return self.take_in(what)


def watch(settings: Settings, quarter: str, say: Say, seconds: float = 5, rounds: int | None = None, until_complete: bool = False,
          pause: Callable[[float], None] = time.sleep) -> Overview | None:  # fmt: skip
    """Watch until interrupted, for ``rounds`` looks, or until every district has handed in; return the last overview."""
    folder = ready_folder(settings.ledgers / quarter, "台账文件夹", "在 workbench.toml 的 ledgers ")
    last: list[Overview] = []

    def take_in(what: str) -> bool:
        say(f"{time.strftime('%H:%M:%S')} {what}")
        try:
            made = overview(settings, quarter)
        except WorkbenchError as error:  # one bad file must not end the watch; the next file may mend it
            say(error.sentence)
            return False
        last[:] = [made]
        for line in [*(f"  {file.sentence}" for file in made.files), *lines(made)]:
            say(line)
        return made.is_complete

    looking = Watch(folder, take_in, say)
    say(f"正在看着 {folder}，有报表放进来就核对。按 Ctrl+C 结束。")
    number = 0
    while rounds is None or number < rounds:
        if looking.round() and until_complete:
            say("各区县都已报齐。")
            break
        number += 1
        pause(seconds)
    return last[0] if last else None
