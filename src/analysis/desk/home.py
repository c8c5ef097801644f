"""The home page in widgets: choose, drop files, see the verdicts, make, open, compare. What the buttons do stands in the modules beside this one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from html import escape
from importlib.resources import files

import ipywidgets as w
from IPython.display import HTML, display

from analysis.desk.inbox import keep
from analysis.desk.making import AUDIENCES, FORMATS, Making, Order, Progress, outcome_sentence
from analysis.desk.results import comparison_html, results_html
from analysis.desk.submissions import Overview, overview
from analysis.desk.trouble import alert, sentence_of
from analysis.paths import REPORTS
from analysis.periods import Quarter
from analysis.runs.plan import notebooks
from analysis.runs.sources import choose_settings, city_of, known_quarters, read_geography
from analysis.settings import Settings


def quarters_to_choose(known: list[str], today: date | None = None) -> list[tuple[str, str]]:
    """Return (words, quarter): those with ledgers, the newest first, then the one to come; before the first ledger the quarter that ended last.

    Examples
    --------
    >>> quarters_to_choose(["2021Q2", "2021Q3"])
    [('2021年第三季度', '2021Q3'), ('2021年第二季度', '2021Q2'), ('2021年第四季度（新）', '2021Q4')]
    >>> quarters_to_choose([], date(2022, 1, 20))
    [('2021年第四季度（新）', '2021Q4')]
    """
    today = today or date.today()
    ended = Quarter(f"{today.year}Q{(today.month + 2) // 3}").previous
    newest = Quarter(known[-1]).shifted(1) if known else ended
    return [*((Quarter(q).label, q) for q in reversed(known)), (f"{newest.label}（新）", newest.key)]


class Ticks(w.VBox):
    """A set of ticks with 全选 and 全不选; ``value`` are the names ticked, in order."""

    def __init__(self, title: str, options: list[tuple[str, str]], ticked: set[str] | None = None) -> None:
        self._boxes = {
            name: w.Checkbox(ticked is None or name in ticked, description=words, indent=False, layout=w.Layout(width="auto")) for name, words in options
        }
        whole, none = (w.Button(description=said, layout=w.Layout(width="auto"), tooltip=f"{title}：{said}") for said in ("全选", "全不选"))
        whole.on_click(lambda _: self._set(True))
        none.on_click(lambda _: self._set(False))
        buttons = [whole, none] if len(options) > 3 else []
        grid = w.Box(list(self._boxes.values()), layout=w.Layout(flex_flow="row wrap", max_height="14rem", overflow="auto"))
        grid.add_class("workbench-ticks")
        super().__init__([w.HBox([w.HTML(f"<b>{escape(title)}</b>"), *buttons]), grid])

    def _set(self, is_ticked: bool) -> None:
        for box in self._boxes.values():
            box.value = is_ticked

    @property
    def value(self) -> tuple[str, ...]:
        return tuple(name for name, box in self._boxes.items() if box.value)


class Home:
    """The page's parts, each to be displayed by a cell of the notebook: ``choices``, ``inbox``, ``making``, ``results``, ``comparison``."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or choose_settings()
        self.out = self.settings.out or REPORTS
        self.trouble = w.HTML()
        self._running: Making | None = None
        regions = read_geography(self.settings).regions
        own = regions[regions["host_code"] == ""]
        self.city = city_of(self.settings, own["code"].tolist())
        self.names = {"city": self.city[1]} | dict(zip(own["code"], own["name"], strict=True))
        self._build()

    def _build(self) -> None:
        known = known_quarters(self.settings)
        self.quarter = w.Dropdown(options=quarters_to_choose(known), description="季度", layout=w.Layout(width="20rem"))
        self.scopes = Ticks("范围", list(self.names.items()))
        self.documents = Ticks("文稿", [(n.document, n.name) for n in notebooks()])
        self.formats = Ticks("格式", list(FORMATS.items()), set(self.settings.formats))
        self.audience = w.RadioButtons(
            options=[(words, name) for name, words in AUDIENCES.items()], value=self.settings.audience, description="读者", layout=w.Layout(width="auto")
        )
        self.upload = w.FileUpload(
            accept=".xlsx,.csv,.parquet", multiple=True, description="选择报表，或拖到这里", layout=w.Layout(width="100%", height="5.5rem")
        )
        self.upload.add_class("workbench-drop")
        self.received, self.verdicts = w.HTML(), w.HTML()
        self.check, self.make, self.stop = (
            w.Button(description=words, button_style=style, layout=w.Layout(width="auto"))
            for words, style in (("重新核对", ""), ("生成", "primary"), ("停止", ""))
        )
        self.bar = w.FloatProgress(min=0, max=1, layout=w.Layout(width="100%"))
        self.state, self.lines = w.HTML(), w.HTML()
        self.found, self.compared = w.HTML(), w.HTML()
        self.stop.disabled = True
        self.check.add_class("workbench-narrow")
        self.upload.observe(self._received, "value")
        self.quarter.observe(lambda _: self._changed(), "value")
        self.check.on_click(lambda _: self.look())
        self.make.on_click(lambda _: self._make())
        self.stop.on_click(lambda _: self._running and self._running.stop())
        for said in (self.received, self.verdicts, self.state, self.lines):
            said.add_class("workbench-live")
        self._changed()

    # the parts, in the order of the page

    def show_choices(self) -> None:
        """Display quarter, scopes, documents, formats and readers."""
        style, script = ((files("analysis.desk") / name).read_text(encoding="utf-8") for name in ("home.css", "drop.js"))
        note = (
            "<p class='workbench-demo'>现在用的是演示台账：城市、单位和数字均为虚构。用自己的台账，请先改 workbench.toml 的 ledgers。</p>"
            if self.settings.is_demo
            else ""
        )
        display(
            HTML(f"<style>{style}</style><script>{script}</script>{note}"),
            w.VBox([self.quarter, self.scopes, self.documents, w.HBox([self.formats, self.audience])]),
        )

    def show_inbox(self) -> None:
        """Display the place to drop files and the verdicts."""
        display(w.VBox([self.upload, self.received, self.check, self.verdicts]))

    def show_making(self) -> None:
        """Display 生成, its progress and its errors."""
        display(w.VBox([w.HBox([self.make, self.stop]), self.bar, self.state, self.trouble, self.lines]))

    def show_results(self) -> None:
        display(self.found)

    def show_comparison(self) -> None:
        display(self.compared)

    # what happens

    def _changed(self) -> None:
        self.received.value = self.verdicts.value = self.lines.value = self.state.value = ""
        self.bar.value = 0
        self._refresh()

    def _refresh(self) -> None:
        self._guarded(lambda: setattr(self.found, "value", results_html(self.settings, self.quarter.value, self.names)))
        self._guarded(lambda: setattr(self.compared, "value", comparison_html(self.settings, self.quarter.value)))

    def _received(self, change: dict) -> None:
        said = []
        for file in change["new"]:
            try:
                said.append(keep(self.settings, self.quarter.value, file["name"], file["content"]).sentence)
            except Exception as error:  # of one file; the others are still taken
                said.append(sentence_of(error))
        if said:
            self.upload.value = ()
            self.received.value = listed(said)
            self.look()

    def look(self) -> threading.Thread:
        """Take the quarter's files in beside the page and show the verdicts."""
        self.verdicts.value, self.check.disabled = "<p>正在核对……</p>", True

        def work() -> None:
            def show() -> None:
                self.verdicts.value = verdicts_html(overview(self.settings, self.quarter.value))

            if not self._guarded(show):
                self.verdicts.value = self.trouble.value
            self.check.disabled = False

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def _make(self) -> None:
        self._say_trouble("")
        if not self._guarded(self._start):
            self.state.value = "<p><b>没有开始，原因见下。</b></p>"
            self.make.disabled, self.stop.disabled = False, True

    def _start(self) -> None:
        order = Order(self.quarter.value, self.scopes.value, self.documents.value, self.formats.value, self.audience.value)
        self._running = Making(["run", *order.arguments()], self._told, self._ended)
        self.make.disabled, self.stop.disabled = True, False
        self.bar.value, self.state.value, self.lines.value = 0, "<p>已开始：先读台账，再逐份编写。</p>", ""
        self._running.start()

    def _told(self, progress: Progress) -> None:
        self.bar.value = progress.share
        count = f"{len(progress.done) + len(progress.failed)}/{progress.total}　" if progress.total else ""
        self.state.value = f"<p>{count}{escape(progress.last)}</p>"
        self.lines.value = listed([*(f"没有做成：{line}" for line in progress.failed), *reversed(progress.done)])

    def _ended(self, code: int, progress: Progress) -> None:
        said = outcome_sentence(code, progress, self._running.is_stopped)
        self.state.value = f"<p><b>{escape(said)}</b></p>"
        self.make.disabled, self.stop.disabled = False, True
        self.bar.value = 1 if code in (0, 1) and not self._running.is_stopped else self.bar.value
        self._refresh()

    def _guarded(self, action: Callable[[], None]) -> bool:
        """Do something; a mistake that we can name is shown as its sentence, any other with what to do about it."""
        try:
            action()
        except Exception as error:
            self._say_trouble(sentence_of(error))
            return False
        return True

    def _say_trouble(self, sentence: str) -> None:
        self.trouble.value = alert(sentence)


def listed(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>" if lines else ""


def verdicts_html(made: Overview) -> str:
    """Return the verdicts as tables: a row a file, a row a district that lacks something."""
    head = "<tr>" + "".join(f"<th scope='col'>{name}</th>" for name in ("文件", "读入", "接收", "提示", "退回", "说明")) + "</tr>"
    rows = "".join(
        f"<tr><th scope='row'>{escape(f.file)}</th>"
        + "".join(f"<td>{n}</td>" for n in (f.rows_read, f.accepted, f.flagged, f.quarantined))
        + f"<td class='why'>{escape(f.reason)}</td></tr>"
        for f in made.files
    )
    count = len(made.districts) - len(made.missing)
    lacking = [f"{d.name}：{d.state}" for d in made.districts if d.state != "已报送"]
    told = f"<p>{len(made.districts)} 个区县，已报送 {count} 个。" + ("各区县都已报齐。" if made.is_complete else "") + "</p>"
    return told + listed(lacking) + (f"<div class='workbench-wide' tabindex='0'><table>{head}{rows}</table></div>" if made.files else "")
