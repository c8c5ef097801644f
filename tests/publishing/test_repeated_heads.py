"""The head of a table that goes on overleaf is the table's own, not a line of the page; a head that differs stays to be checked."""

from analysis.publishing import blocks as b
from analysis.publishing.document import prepare
from analysis.publishing.number_check.read_pdf import _without_heads, read_pdf
from analysis.publishing.pdf import render_pdf


def test_a_head_repeated_overleaf_is_no_running_line():
    table = b.table(
        ["区县", [b.run("扩面（"), b.mark("30", "threshold"), b.run("）")]], [[f"{'甲乙丙丁'[n % 4]}区", "好"] for n in range(60)], caption="各区县"
    )
    made = prepare([b.meta("brief", "题目", "2021Q3"), b.title("题目"), table])
    read = read_pdf(render_pdf(made)[0])
    running = [place.text for place in read.beside if place.kind == "running"]
    assert len(running) > 1 and not any("扩面" in words or "30" in words for words in running)
    assert any("扩面（30）" in place.text for place in read.flow)


def test_a_head_that_differs_stays():
    assert _without_heads("内部资料区县扩面（35）— 2 —", ["区县扩面（30）"]) == "内部资料区县扩面（35）— 2 —"
    assert _without_heads("内部资料区县扩面（30）— 2 —", ["区县扩面（30）"]) == "内部资料— 2 —"
