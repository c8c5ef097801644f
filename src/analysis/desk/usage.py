"""A mistake of the command line in Chinese: which option or argument, what it should be, where the help is."""

from __future__ import annotations

import re
from typing import Any


def sentence_of(error: Any) -> str:
    """Return what to tell of one of click's mistakes of usage."""
    kind, said, param = type(error).__name__, error.format_message(), getattr(error, "param", None)
    help_there = f"请用 {_help_of(error)} 查看"
    if kind == "NoSuchOption":
        return f"没有选项 {error.option_name}。{help_there}可用的选项。"
    if kind == "MissingParameter" and param is not None and param.param_type_name == "argument":
        return f"命令后面缺少“{_name(param)}”。{help_there}用法。"
    if kind == "MissingParameter" and param is not None:
        return f"缺少选项 {_name(param)}。例如：workbench run --quarter 2021Q3。用 workbench --help 查看全部用法。"
    if kind == "BadParameter" and param is not None:
        return f"选项 {_name(param)} 的值不对，应为{_wanted(param)}。{help_there}。"
    if "No such command" in said:
        return f"没有这个命令（{_quoted(said)}）。可用的命令请用 workbench --help 查看。"
    extra = re.search(r"unexpected extra arguments? \((.*)\)|extra argument\(s\) \((.*)\)", said)
    if extra:
        return f"命令后面多写了“{extra[1] or extra[2]}”。请去掉，或核对引号和空格；{help_there}用法。"
    return f"命令行写法有误：{said} {help_there}用法。"


def _name(param: Any) -> str:
    return (param.metavar or param.name) if param.param_type_name == "argument" else "、".join(param.opts)


def _wanted(param: Any) -> str:
    """Say what a value must be, as far as the option tells: typer keeps bounds and type with the option itself, click with its type."""
    kind = getattr(param, "type", param)
    annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    number = {int: "整数", float: "数"}.get(annotation) or {"integer": "整数", "float": "数"}.get(str(getattr(kind, "name", "")).split()[0], "")
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    if not number:
        return "规定的写法"
    if low is not None and high is not None:
        return f" {low} 至 {high} 之间的{number}"
    return f"不小于 {low} 的{number}" if low is not None else number


def _quoted(said: str) -> str:
    found = re.search(r"'([^']*)'", said)
    return found[1] if found else said


def _help_of(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return f"workbench {context.info_name} --help" if context is not None and context.parent is not None else "workbench --help"
