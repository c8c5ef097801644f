"""The printed lines do what they say when pasted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from analysis.cli import main
from analysis.desk.schedule import clock, cron_line, windows_line
from analysis.errors import ParameterError


@pytest.mark.skipif(sys.platform == "win32", reason="cron 只在 Linux 上")
def test_the_cron_line_runs_in_a_shell_whatever_the_folder_is_called(tmp_path):
    root = tmp_path / "工作台 100% 'a'"
    root.mkdir()
    program = root / "my bench"
    program.write_text('#!/bin/sh\npwd\necho "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    line = cron_line([str(program)], str(root), ["run", "--quarter", "2021Q4"], "7:05", str(root / "a b.log"))
    minute, hour, *stars, command = line.split(" ", 5)
    assert (minute, hour, stars) == ("5", "7", ["*"] * 3) and "100%" not in command
    subprocess.run(["sh", "-c", command.replace(r"\%", "%")], check=True)  # what cron hands to the shell
    assert (root / "a b.log").read_text(encoding="utf-8").splitlines() == [str(root), "run --quarter 2021Q4"]


def test_windows_paths_that_the_planner_cannot_hold_are_refused():
    line = windows_line(["py"], r"D:\台 账", ["run"], "23:59", r"D:\台 账\a.log", "t")
    assert line == r'schtasks /Create /F /TN "t" /SC DAILY /ST 23:59 /TR "cmd /c cd /d \"D:\台 账\" && py run >> \"D:\台 账\a.log\" 2>&1"'
    for odd in ("100%", "甲&乙", "甲^乙"):
        with pytest.raises(ParameterError, match=r"里有 & \^ % 或引号，Windows 计划任务写不下。"):
            windows_line(["py"], rf"D:\{odd}", ["run"], "23:59", "a.log", "t")
        with pytest.raises(ParameterError, match=r"里有 & \^ % 或引号"):
            windows_line(["py"], r"D:\w", ["run", "--settings", rf"D:\{odd}\w.toml"], "23:59", "a.log", "t")


@pytest.mark.parametrize("folder", ["甲,乙", "甲=乙", "甲 乙", "甲(乙)", "甲;乙"])
def test_signs_that_end_a_name_at_the_windows_prompt_are_quoted(folder):
    line = windows_line([rf"D:\{folder}\py.exe", "-m", "analysis"], r"D:\w", ["run"], "7:00", "a.log", "t")
    assert rf"&& \"D:\{folder}\py.exe\" -m analysis run >> " in line


def test_a_command_longer_than_the_windows_planner_takes_is_refused():
    assert r"cd /d \"D:\.\" && " in windows_line(["py"], "D:\\", ["run"], "7:00", "a.log", "t")
    short = windows_line(["py"], r"D:\w", ["run"], "7:00", "a" * 217 + ".log", "t")
    assert len(short.partition(' /TR "')[2][:-1].replace('\\"', '"')) == 261
    with pytest.raises(
        ParameterError, match=r"^计划任务的命令有 262 个字符，Windows 最多收 261 个。工作台所在的路径“D:.*”太长，请移到短的文件夹（例如 D:\\工会）后再打印。$"
    ):
        windows_line(["py"], r"D:\w", ["run"], "7:00", "a" * 218 + ".log", "t")


@pytest.mark.parametrize("at", ["24:00", "7.30", "7:60", "早上"])
def test_a_clock_that_is_none(at):
    with pytest.raises(ParameterError, match=f"选项 --at 写作“{at}”，应为 24 小时制的钟点，例如 07:30。"):
        clock(at)


def test_the_command_prints_one_line_to_paste(capsys, monkeypatch, tmp_path):
    for system, start in (("linux", "30 6 * * * cd "), ("windows", 'schtasks /Create /F /TN "工会工作台_2021Q4_check"')):
        with pytest.raises(SystemExit) as done:
            main(["schedule", "--quarter", "2021Q4", "--at", "06:30", "--do", "check", "--system", system])
        lines = capsys.readouterr().out.splitlines()
        assert done.value.code == 0 and len(lines) == 2 and lines[1].startswith(start) and "check --quarter 2021Q4" in lines[1]
