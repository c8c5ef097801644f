"""``workbench schedule``: a line ready for cron or for the Windows task planner. Nothing is installed: whoever runs the machine pastes it."""

from __future__ import annotations

import re
import shlex
import subprocess

from analysis.errors import ParameterError

SYSTEMS = ("linux", "windows")


def clock(at: str) -> tuple[int, int]:
    """Return hour and minute of ``07:30``.

    Raises
    ------
    ParameterError
    """
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})", at.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ParameterError(f"选项 --at 写作“{at}”，应为 24 小时制的钟点，例如 07:30。请改正后重试。")
    return int(found[1]), int(found[2])


def cron_line(program: list[str], root: str, arguments: list[str], at: str, log: str) -> str:
    """Return the line for ``crontab -e``; a percent sign would end the command there and is escaped.

    Examples
    --------
    >>> cron_line(["/w/.venv/bin/workbench"], "/w", ["run", "--quarter", "2021Q4"], "07:30", "/w/reports/schedule.log")
    '30 7 * * * cd /w && /w/.venv/bin/workbench run --quarter 2021Q4 >> /w/reports/schedule.log 2>&1'
    """
    hour, minute = clock(at)
    command = f"cd {shlex.quote(root)} && {shlex.join([*program, *arguments])} >> {shlex.quote(log)} 2>&1"
    return f"{minute} {hour} * * * " + command.replace("%", r"\%")


def windows_line(program: list[str], root: str, arguments: list[str], at: str, log: str, name: str) -> str:
    r"""Return the line for the Windows command prompt.

    Examples
    --------
    >>> print(windows_line([r"C:\w\workbench.exe"], r"C:\w", ["check", "--quarter", "2021Q4"], "7:30", r"C:\w\a.log", "工会台账"))
    schtasks /Create /F /TN "工会台账" /SC DAILY /ST 07:30 /TR "cmd /c cd /d \"C:\w\" && C:\w\workbench.exe check --quarter 2021Q4 >> \"C:\w\a.log\" 2>&1"
    """
    hour, minute = clock(at)
    odd = [text for text in (*program, root, log) if '"' in text or "%" in text]
    if odd:
        raise ParameterError(f"路径“{odd[0]}”里有引号或百分号，Windows 计划任务写不下。请把工作台放到名字里没有这些字符的文件夹。")
    inner = f'cd /d "{root}" && {subprocess.list2cmdline([*program, *arguments])} >> "{log}" 2>&1'
    return f'schtasks /Create /F /TN "{name}" /SC DAILY /ST {hour:02d}:{minute:02d} /TR "cmd /c {inner.replace(chr(34), chr(92) + chr(34))}"'
