"""The part of the Jupyter server that is ours: it hands out the files of the reports' folder, to whoever has the token, and writes down each."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from analysis.paths import REPORTS
from analysis.runs.handing.export_log import log_exports, rows_in
from analysis.runs.outputs import read_manifest
from analysis.runs.sources import choose_settings

ROUTE = "workbench/files"
NOTHING = "workbench/nothing.js"
KINDS = (".html", ".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".parquet", ".json", ".ipynb", ".png", ".svg", ".zip")
_SHOWN = (".html", ".pdf", ".png")
# a page of ours runs its own script and opens its neighbours, but never speaks to this server in the reader's name
_SANDBOX = "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads allow-top-navigation-by-user-activation"


def inside(folder: Path, asked: str) -> Path | None:
    """Return the file of a relative address, None where it is not there, hidden, of another kind, or leads out of the folder."""
    path = (folder / asked).resolve()
    if not path.is_relative_to(folder.resolve()) or any(part.startswith(".") for part in Path(asked).parts):
        return None
    return path if path.is_file() and path.suffix.lower() in KINDS else None


class ReportHandler(JupyterHandler):
    """``GET /workbench/files/2021Q3/city/speech.pdf``"""

    @property
    def content_security_policy(self) -> str:
        return _SANDBOX if self.request.path.endswith(".html") else super().content_security_policy

    @web.authenticated
    def get(self, asked: str) -> None:
        out = choose_settings().out or REPORTS
        path = inside(out, asked)
        if path is None:
            raise web.HTTPError(404, reason="not found")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self.set_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        if path.suffix.lower() not in _SHOWN:
            self.set_header("Content-Disposition", "attachment")
        quarter, *rest = path.relative_to(out.resolve()).parts
        settings = read_manifest(out / quarter).get("settings", {}) if rest else {}
        scope = rest[0] if len(rest) > 1 else "city"
        log_exports(out, "open", quarter if rest else "", settings.get("audience", "internal"), [(scope, "/".join(rest) or quarter, rows_in(path))])
        self.finish(path.read_bytes())


class NothingHandler(JupyterHandler):
    """An empty script in place of what Voilà would fetch from outside for formulas; the page has none."""

    @web.authenticated
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript")
        self.finish("")


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "analysis.desk.server"}]


def _load_jupyter_server_extension(server) -> None:
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(url_path_join(base, ROUTE, "(.+)"), ReportHandler), (url_path_join(base, NOTHING), NothingHandler)])
