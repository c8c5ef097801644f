"""One base for every mistake we can name; each message says what was found, where, what was expected and what to do."""


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
