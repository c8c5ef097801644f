"""The part of the Jupyter server that is ours, for whoever has the token.

It hands out the files of the reports' folder and writes each into the record, gives JupyterLab the words that its language pack lacks, and makes a new notebook.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from jupyterlab_server.translation_utils import get_language_pack
from tornado import web

from analysis.desk.new_notebook import new_notebook
from analysis.errors import WorkbenchError
from analysis.paths import NOTEBOOKS, REPORTS
from analysis.runs.handing.export_log import log_exports, rows_in
from analysis.runs.outputs import read_manifest
from analysis.runs.sources import choose_settings

ROUTE = "workbench/files"
NOTHING = "workbench/nothing.js"
TOPIC = "workbench/new-notebook"
LOCALE = "zh_CN"
WORDS = Path(__file__).with_name("jupyter") / "lab_words.json"  # what the language pack, made for an earlier JupyterLab, does not have
_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {  # what is handed out, and as what: on Windows the system's own list is what other programs have made of it
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
}
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
        self.set_header("Content-Type", KINDS[path.suffix.lower()])
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        if path.suffix.lower() not in _SHOWN:
            self.set_header("Content-Disposition", "attachment")
        quarter, *rest = path.relative_to(out.resolve()).parts
        settings = read_manifest(out / quarter).get("settings", {}) if rest else {}
        scope = rest[0] if len(rest) > 1 else "city"
        log_exports(out, "open", quarter if rest else "", settings.get("audience", "internal"), [(scope, "/".join(rest) or quarter, rows_in(path))])
        self.finish(path.read_bytes())


# what Voilà calls once the script for formulas is loaded
_NO_FORMULAS = "window.MathJax = { Hub: { Config() {}, Configured() {}, Queue() {}, Register: { StartupHook() {} } } };"


class NothingHandler(JupyterHandler):
    """A script that does nothing in place of what Voilà would fetch from outside for formulas; the page has none."""

    @web.authenticated
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript")
        self.finish(_NO_FORMULAS)


def words(locale: str = LOCALE) -> dict[str, Any]:
    """Return the language pack's words with ours where it has none; the pack's own stand."""
    packs, _ = get_language_pack(locale)
    ours = {english: [chinese] for english, chinese in json.loads(WORDS.read_text(encoding="utf-8")).items()}
    theirs = packs.get("jupyterlab", {})
    return packs | {"jupyterlab": ours | {english: said for english, said in theirs.items() if english == "" or (said and said[0])}}


class WordsHandler(JupyterHandler):
    """JupyterLab's own address for its words; it asks here first since this part is loaded before it."""

    @web.authenticated
    def get(self) -> None:
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"data": words(), "message": ""}))


class TopicHandler(JupyterHandler):
    """``POST /workbench/new-notebook`` with ``{"title": …}``: 新建专题 of the launcher; answers ``{"path": …}`` or, with 400, ``{"sentence": …}``."""

    @web.authenticated
    def post(self) -> None:
        self.set_header("Content-Type", "application/json")
        try:
            title = json.loads(self.request.body)["title"]
            path = new_notebook(free_name(NOTEBOOKS), str(title))
        except (ValueError, KeyError, TypeError):
            self.set_status(400)
            self.finish(json.dumps({"sentence": "没有收到题目。请重新填写。"}))
        except WorkbenchError as error:
            self.set_status(400)
            self.finish(json.dumps({"sentence": error.sentence}))
        else:
            self.finish(json.dumps({"path": f"{NOTEBOOKS.name}/{path.name}"}))


def free_name(folder: Path) -> str:
    """Return the first of 45_topic, 46_topic2 … whose number and document no notebook has.

    Raises
    ------
    WorkbenchError
        Where all are taken.
    """
    there = {path.stem for path in folder.glob("*.ipynb")}
    numbers, documents = {name[:2] for name in there}, {name[3:] for name in there}
    for number in range(45, 60):
        document = f"topic{number - 44}" if number > 45 else "topic"
        if f"{number}" not in numbers and document not in documents:
            return f"{number}_{document}"
    raise WorkbenchError("45 至 59 号的专题笔记本都已经有了。请移走不用的，或用 workbench new-notebook 另取名字。")


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "analysis.desk.server"}]


def _load_jupyter_server_extension(server) -> None:
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, ROUTE, "(.+)"), ReportHandler),
            (url_path_join(base, NOTHING), NothingHandler),
            (url_path_join(base, TOPIC), TopicHandler),
            (url_path_join(base, "lab/api/translations", LOCALE), WordsHandler),
        ],
    )
