"""The four nbconvert exporters ``workbench-html``, ``workbench-pdf``, ``workbench-docx``, ``workbench-pptx`` (entry points in pyproject.toml).

``jupyter nbconvert --to workbench-pdf speech.ipynb`` works, and so does

>>> from nbconvert.exporters import get_exporter
>>> get_exporter("workbench-docx").__name__
'WorkbenchDocxExporter'

Each returns the document and ``resources["workbench"]``: format, fonts used, characters no font has, the ids of the facts shown.
Writers are imported on use: nbconvert instantiates every exporter only to list them.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Unicode, default

from analysis.publishing.reading import read_blocks

PREPARED = "workbench_document"  # a resource: the notebook's document, prepared once for several formats


def prepared(notebook: Any, name: str) -> Any:
    """Return the document that an executed notebook holds; ``name`` is its title where its blocks name none."""
    from analysis.publishing.document import prepare

    return prepare(read_blocks(notebook), title=name)


class _WorkbenchExporter(Exporter):
    """From an executed notebook to one of our formats; code, parameters and cells tagged ``remove-cell`` never appear."""

    font_folder = Unicode(help="Folder of the user's licensed fonts; the setting font_folder unless given.").tag(config=True)

    @default("font_folder")
    def _font_folder_default(self) -> str:
        from analysis.settings import load_settings

        return str(load_settings().font_folder or "")

    def _render(self, document: Any) -> tuple[Any, dict]:
        raise NotImplementedError

    def _unprinted(self, document: Any) -> list[dict]:
        """Return the characters that no font has, beside those that the writer itself put down: a record line each."""
        from analysis.publishing.characters import kept_as_they_are, named_in_figures
        from analysis.publishing.typefaces import load_faces

        kept = [] if self.file_extension == ".pdf" else kept_as_they_are(document.body, list(load_faces(self.font_folder).files))
        return [*kept, *named_in_figures(document.body)]

    def from_notebook_node(self, nb: Any, resources: Any | None = None, **kwargs: Any) -> tuple[Any, dict]:
        from analysis.publishing.number_check import check_export, refuse

        document = (resources or {}).get(PREPARED)
        if document is None or any(getattr(p, "enabled", True) for p in self._preprocessors):  # none is, unless a user's configuration says so
            notebook, resources = super().from_notebook_node(nb, resources, **kwargs)
            document = prepared(notebook, resources.get("metadata", {}).get("name", ""))
        else:
            resources = self._init_resources({key: value for key, value in resources.items() if key != PREPARED})
        output, record = self._render(document)
        written = output.encode("utf-8") if isinstance(output, str) else output
        name = f"{resources.get('metadata', {}).get('name') or document.meta['document']}{self.file_extension}"
        # here and not in the run: whoever exports, also ``jupyter nbconvert --to workbench-pdf``, gets a checked file or none
        refuse(check_export(written, self.file_extension[1:], document, self.font_folder), name)
        record["missing"] = [*record["missing"], *self._unprinted(document)]
        resources["workbench"] = record | {"facts": list(document.shown), "title": document.meta["title"]}
        resources["output_extension"] = self.file_extension
        return output, resources


class WorkbenchHtmlExporter(_WorkbenchExporter):
    """One self-contained page."""

    export_from_notebook = "工作台网页"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def _render(self, document: Any) -> tuple[Any, dict]:
        from analysis.publishing.html import render_html

        return render_html(document)


class WorkbenchPdfExporter(_WorkbenchExporter):
    """PDF/A-3a in the layout of GB/T 9704."""

    export_from_notebook = "工作台 PDF"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def _render(self, document: Any) -> tuple[Any, dict]:
        from analysis.publishing.pdf import render_pdf

        return render_pdf(document, self.font_folder)


class WorkbenchDocxExporter(_WorkbenchExporter):
    """DOCX with a content control round every fact."""

    export_from_notebook = "工作台 Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".docx"

    def _render(self, document: Any) -> tuple[Any, dict]:
        from analysis.publishing.docx import render_docx

        return render_docx(document, self.font_folder)


class WorkbenchPptxExporter(_WorkbenchExporter):
    """PPTX: one finding a slide, with its map or table and the sentences to say."""

    export_from_notebook = "工作台幻灯片"
    output_mimetype = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pptx"

    def _render(self, document: Any) -> tuple[Any, dict]:
        from analysis.publishing.pptx import render_pptx

        return render_pptx(document, self.font_folder)
