"""Heat table and small multiples: every region in every industry, each figure written where it stands, blanks and few units told apart."""

from dataclasses import replace

import pytest
from squares import NAMES, counts, fact, overlapping, rates

from analysis.charts.heat import Column, heat_table
from analysis.charts.imprint import Imprint
from analysis.charts.panels import Panel, industry_panels

PLAIN = Imprint(source="演示台账")
CODES = list(NAMES)


def texts(drawn, role):
    return [text["text"] for text in drawn.record["texts"] if text["role"] == role]


def column(name="快递", segment="express_delivery"):
    return Column(name, rates(segment=segment), counts(100, 100, 100, 100, 100, 100, indicator="eligible_unit_count", segment=segment))


def test_a_heat_cell_tells_its_rate_its_n_and_every_kind_of_blank():
    few = replace(fact("990101", 3, 9, segment="law_firm"), region_name="甲区")
    law = Column("律师事务所", [few, *rates(segment="law_firm")[1:]], column().counts)
    drawn = heat_table(list(NAMES.values()), [column(), law], PLAIN)
    kinds = {code: drawn.record["cells"][f"2021Q3/{code}/express_delivery/unit_coverage_rate"][0] for code in CODES}
    assert kinds == {"990101": "class", "990102": "class", "990103": "zero", "990104": "no_data", "990105": "suppressed", "990106": "incomplete"}
    assert drawn.record["cells"]["2021Q3/990101/law_firm/unit_coverage_rate"][0] == "few"
    assert texts(drawn, "label")[:4] == ["25.0%", "n=100", "33.3%", "n=100"]
    assert drawn.record["legend"][-5:] == ["零", "无数据", "不予显示", "数据不全（加点）", "应建会单位不足10家"]
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []
    assert {f.id for f in (*law.rates, *column().rates)} <= set(drawn.facts)


def test_more_rows_than_a_page_holds_go_on_with_their_heads():
    names = [f"很长名字的街道办事处{i}" if i % 7 == 0 else f"街道{i}" for i in range(60)]
    facts = [fact(f"990101{i:03d}", i + 10, region_name=name) for i, name in enumerate(names)]
    sizes = [replace(f, value=100, unit="count", numerator=None, denominator=None, indicator="eligible_unit_count") for f in facts]
    drawn = heat_table(names, [Column("快递", facts, sizes)], PLAIN)
    sheets = [drawn, *drawn.more]
    assert len(sheets) == 3
    assert all(sheet.record["height_mm"] <= 185 and "快递" in texts(sheet, "name") for sheet in sheets)
    joined = "".join(text for sheet in sheets for text in texts(sheet, "name"))
    assert [name for name in names if name not in joined] == []
    assert sum(len(sheet.record["cells"]) for sheet in sheets) == 60


@pytest.mark.parametrize("count", [1, 4, 8])
def test_panels_share_order_and_scale(count):
    panels = [Panel(f"行业{n}", rates(segment=f"s{n}"), replace(fact("990100", 40, segment=f"s{n}"), region_name="全市")) for n in range(count)]
    drawn = industry_panels(list(NAMES.values()), panels, PLAIN)
    assert texts(drawn, "panel_title") == [f"行业{n}" for n in range(count)]
    assert texts(drawn, "city") == ["全市 40.0%"] * count
    assert texts(drawn, "label") == ["25.0%", "75.0%", "0.0%", "无数据", "不予显示", "45.0%"] * count
    rows = drawn.record["panels"][0]["rows"]
    assert rows[1]["length_mm"] == pytest.approx(3 * rows[0]["length_mm"])
    assert texts(drawn, "name") == list(NAMES.values()) * (2 if count > 4 else 1)
    assert overlapping([text["box"] for text in drawn.record["texts"]]) == []


def test_few_units_are_hollow_and_said():
    panel = Panel("快递", [fact("990101", 3, 9), fact("990102", 30)], fact("990100", 40))
    drawn = industry_panels(["甲区", "乙区"], [panel], PLAIN)
    assert "空心条的应建会单位不足10家。" in "".join(drawn.record["notes"])
    assert drawn.svg.count("fill: #6aaad4") == 1


def test_many_groups_denominators_are_said_once():
    columns = [column(f"行业{n}") for n in range(5)]
    columns = [replace(c, rates=[replace(f, denominator_name=f"{c.name}应建会单位", segment=f"s{n}") for f in c.rates]) for n, c in enumerate(columns)]
    drawn = heat_table(list(NAMES.values()), columns, PLAIN)
    assert drawn.record["notes"][0] == "资料来源：演示台账。时点：2021年9月30日。单位覆盖率的分母为各组的应建会单位。"
