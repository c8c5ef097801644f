"""What is wrong with a template, said in Chinese: where Jinja or a filter stopped, and why."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
from jinja2.sandbox import SecurityError

from analysis.errors import StoryError


def place_of(error: BaseException, name: str) -> tuple[str, int]:
    where, line, trace = name, 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            where, line = Path(trace.tb_frame.f_code.co_filename).name, trace.tb_lineno
        trace = trace.tb_next
    return where, line


def reason_of(error: BaseException) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "文件不是 UTF-8 编码，请用 UTF-8 另存"
    if isinstance(error, SecurityError):
        return "用到了模板中不允许的功能"
    if isinstance(error, (jinja2.UndefinedError, StoryError, ValueError)):
        return str(error).rstrip("。")
    if isinstance(error, KeyError):
        return f"没有名为“{error.args[0]}”的内容"
    return f"算式或过滤器用错了地方（{error}）"


_MESSAGES = (
    (r"Encountered unknown tag '(\w+)'", "不认识的标记“{0}”"),
    (r"Unexpected end of template", "缺少结束标记，例如 endif、endfor 或 endsentence"),
    (r"No filter named '(.+?)'", "不认识的过滤器“{0}”"),
    (r"unexpected '(.+?)'", "多了或少了符号“{0}”"),
    (r"unexpected char (.+?) at", "有不能用的字符 {0}"),
    (r"expected token '(.+?)', got '(.+?)'", "这里应为“{0}”，却是“{1}”"),
)


def in_chinese(message: str) -> str:
    for pattern, sentence in _MESSAGES:
        found = re.search(pattern, message)
        if found:
            return sentence.format(*found.groups())
    return message
