"""The explorer in widgets: pick an indicator and see it, or ask a question in SQL; save either."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files

import ipywidgets as w
import pandas as pd
from IPython.display import HTML, display

from analysis.desk.explore import MOST_ROWS, View, ask, columns_of, indicator_choices, latest_package, quarters_stored, save, save_answer, segment_choices, view
from analysis.desk.trouble import alert, sentence_of
from analysis.periods import Quarter
from analysis.publishing.html import preview
from analysis.runs.package import Package
from analysis.runs.sources import choose_settings
from analysis.settings import Settings

FIRST = """SELECT region_name AS 区县, numerator AS 已覆盖, denominator AS 应建会, round(100 * value, 1) AS 覆盖率
FROM indicators
WHERE quarter = '{quarter}' AND region_level = 'district' AND segment = 'all' AND indicator = 'unit_coverage_rate'
ORDER BY value"""


class Explorer:
    """Parts to be displayed by the notebook's cells: ``show_map``, ``show_question``."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or choose_settings()
        self._view: View | None = None
        self._answer: pd.DataFrame | None = None
        self.trouble, self.trouble_asking = w.HTML(), w.HTML()
        stored = quarters_stored(self.settings)
        self.quarter = w.Dropdown(options=[(Quarter(q).label, q) for q in stored], description="季度")
        self.scope = w.Dropdown(options=[("全市", "city")], description="范围")
        self.indicator = w.Combobox(
            options=[f"{name}　{code}" for name, code in indicator_choices()],
            value="单位覆盖率　unit_coverage_rate",
            description="指标",
            ensure_option=True,
            layout=w.Layout(width="26rem"),
        )
        self.segment = w.Dropdown(options=segment_choices(), description="单位")
        self.draw, self.keep_view, self.run, self.keep_answer = (
            w.Button(description=d, button_style=s, layout=w.Layout(width="auto"))
            for d, s in (("画图", "primary"), ("保存这幅图", ""), ("查询", "primary"), ("保存结果", ""))
        )
        self.picture, self.saved_view, self.result, self.saved_answer, self.columns = (w.HTML() for _ in range(5))
        self.query = w.Textarea(value=FIRST.format(quarter=stored[0] if stored else "2021Q3"), layout=w.Layout(width="calc(100% - 4px)", height="8rem"))
        self.quarter.observe(lambda _: self._guarded(self._scopes), "value")
        self.draw.on_click(lambda _: self._guarded(self._draw))
        self.keep_view.on_click(lambda _: self._guarded(self._save_view))
        self.run.on_click(lambda _: self._guarded(self._ask, self.trouble_asking))
        self.keep_answer.on_click(lambda _: self._guarded(self._save_answer, self.trouble_asking))
        if stored:
            self._guarded(self._scopes)
        else:
            self._say("还没有整理过任何季度的数据。请先在首页按“生成”。")

    @property
    def package(self) -> Package:
        return latest_package(self.settings, self.quarter.value, self.scope.value)

    def show_map(self) -> None:
        style = (files("analysis.desk") / "home.css").read_text(encoding="utf-8")
        display(
            HTML(f"<style>{style}</style>"),
            w.VBox(
                [
                    self.trouble,
                    w.HBox([self.quarter, self.scope]),
                    w.HBox([self.indicator, self.segment]),
                    w.HBox([self.draw, self.keep_view]),
                    self.saved_view,
                    self.picture,
                ]
            ),
        )

    def show_question(self) -> None:
        asking = [self.query, w.HBox([self.run, self.keep_answer]), self.trouble_asking, self.saved_answer, self.result]
        display(w.VBox([*asking, w.Accordion([self.columns], titles=("列名",))]))

    def _scopes(self) -> None:
        package = latest_package(self.settings, self.quarter.value)
        self.scope.options = [(package.city[1], "city"), *((name, code) for code, name in package.register.regions("district"))]
        self.columns.value = shown(columns_of(package), 10_000)

    def _draw(self) -> None:
        self._view = view(self.package, self.indicator.value.split("　")[-1], self.segment.value)
        self.picture.value, self.saved_view.value = preview(self._view.blocks), ""

    def _save_view(self) -> None:
        if self._view is None:
            self._draw()
        self.saved_view.value = f"<p>已保存：{escape(str(save(self._view, self.settings)[0]))}（另有 SVG 和 PNG 图片）。</p>"

    def _ask(self) -> None:
        self._answer, self.result.value, self.saved_answer.value = None, "", ""  # an older answer must not stand beside what is said of this question
        self._answer = ask(self.package, self.query.value)
        self.result.value, self.saved_answer.value = shown(self._answer), ""

    def _save_answer(self) -> None:
        if self._answer is None:
            self._ask()
        self.saved_answer.value = (
            f"<p>已保存 {len(self._answer)} 行：{escape(str(save_answer(self.package, self._answer, self.query.value, self.settings)))}</p>"
        )

    def _guarded(self, action: Callable[[], None], place: w.HTML | None = None) -> None:
        """Do it; what is wrong is said beside the button that was pressed."""
        self._say("", place)
        try:
            action()
        except Exception as error:
            self._say(sentence_of(error), place)

    def _say(self, sentence: str, place: w.HTML | None = None) -> None:
        (place or self.trouble).value = alert(sentence)


def shown(frame: pd.DataFrame, most: int = MOST_ROWS) -> str:
    """Return a frame as a table of at most so many rows; what is left out is said, and that there is nothing."""
    if frame.empty:
        return "<p>查询成功，没有符合条件的行。请看条件是不是写得太严（例如代码、名称要与表里一字不差）。</p>"
    rest = f"<p>共 {len(frame)} 行，只显示前 {most} 行；全部内容请按“保存结果”。</p>" if len(frame) > most else f"<p>共 {len(frame)} 行。</p>"
    return rest + f"<div class='workbench-wide' tabindex='0'>{frame.head(most).to_html(index=False, border=0, na_rep='—')}</div>"
