"""``workbench schedule``: a line ready for cron or for the Windows task planner. Nothing is installed: whoever runs the machine pastes it."""

from __future__ import annotations

import re
import shlex

from analysis.errors import ParameterError

SYSTEMS = ("linux", "windows")
MOST_TASK = 261  # characters that schtasks takes after /TR


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

    Raises
    ------
    ParameterError
        Where the planner cannot hold it: a path with signs that the prompt reads itself, or a command that is too long.

    Examples
    --------
    >>> print(windows_line([r"C:\w\workbench.exe"], r"C:\w", ["check", "--quarter", "2021Q4"], "7:30", r"C:\w\a.log", "工会台账"))
    schtasks /Create /F /TN "工会台账" /SC DAILY /ST 07:30 /TR "cmd /c cd /d \"C:\w\" && C:\w\workbench.exe check --quarter 2021Q4 >> \"C:\w\a.log\" 2>&1"
    """
    hour, minute = clock(at)
    odd = [text for text in (*program, *arguments, root, log) if set(text) & set('"%&^')]  # the prompt itself reads them, even between \" and \"
    if odd:
        raise ParameterError(f"路径“{odd[0]}”里有 & ^ % 或引号，Windows 计划任务写不下。请把工作台放到名字里没有这些字符的文件夹。")
    command = " ".join(_quoted(word) for word in (*program, *arguments))
    place = f"{root}." if root.endswith("\\") else root  # a backslash before the closing quote would take it in
    task = f'cmd /c cd /d "{place}" && {command} >> "{log}" 2>&1'
    if len(task) > MOST_TASK:
        raise ParameterError(
            f"计划任务的命令有 {len(task)} 个字符，Windows 最多收 {MOST_TASK} 个。工作台所在的路径“{root}”太长，请移到短的文件夹（例如 D:\\工会）后再打印。"
        )
    return f'schtasks /Create /F /TN "{name}" /SC DAILY /ST {hour:02d}:{minute:02d} /TR "{task.replace(chr(34), chr(92) + chr(34))}"'


def _quoted(word: str) -> str:
    """Return a word as the Windows prompt takes it for one: a space, comma, equals sign or bracket would end a name there."""
    return word if re.fullmatch(r"[\w\\:./-]+", word) else f'"{word}"'
