"""One base for every mistake we can name; each message says what was found, where, what was expected and what to do."""

import errno


class WorkbenchError(Exception):
    """A mistake shown to users as its Chinese sentence, without a traceback."""

    exit_code = 2

    @property
    def sentence(self) -> str:
        return str(self.args[0]) if self.args else "出现未说明的错误。"


class SettingsError(WorkbenchError):
    """``workbench.toml`` or an option is wrong."""


class LedgerError(WorkbenchError):
    """A ledger file or folder cannot be used."""


class BoundaryError(WorkbenchError):
    """A boundary file cannot be used."""


class ParameterError(WorkbenchError):
    """A notebook was given a parameter it does not know, or of the wrong type."""


class ExportError(WorkbenchError):
    """A document cannot be written."""


class TemplateError(WorkbenchError):
    """A text template has a mistake."""


class StoryError(WorkbenchError):
    """A notebook asks for something that does not exist (an unknown indicator, scope or segment)."""


class BusyError(WorkbenchError):
    """Another run works in the same folder."""


_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
DISK_FULL = "磁盘空间不足（或超过配额），有文件没有写成；已经写好的不受影响。请清理磁盘后重新运行，会接着做完。"


def locked(error: OSError, otherwise: str = "文件") -> str:
    """Return the sentence on a file that could not be written or taken away."""
    name = str(error.filename2 or error.filename or otherwise).replace("\\", "/").rpartition("/")[2]
    return f"写不进 {name}，它可能正在 Word、WPS 或浏览器中打开，或者没有写入权限。请关闭它后重试。"


def is_disk_full(error: BaseException) -> bool:
    """Tell whether a failure, or what caused it, is that there was no room to write."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL:
            return True
        seen = seen.__cause__ or seen.__context__
    return False
