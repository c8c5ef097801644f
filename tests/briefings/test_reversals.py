"""A reversal told in the bulletin and the research report: its cause as it was, growth or loss, and the comparable rate."""

import pytest
from story_world import package, text_of, whole

from analysis.briefings import bulletin, research_report
from analysis.briefings.reversals import reversals

SEGMENT = "building_decoration"
GREW = ({"970101": (9, 10), "970102": (10, 30)}, {"970101": (9, 10), "970102": (3, 10)})
# 甲区, the better one, lost units and rose; 乙区 stayed as it was: the city falls from 66.7 % to 60.0 %
LOST = ({"970101": (10, 10), "970102": (8, 20)}, {"970101": (18, 20), "970102": (8, 20)})


def told(module, pairs):
    now, then = pairs
    made = package(more=whole(now, segment=SEGMENT), more_then=whole(then, segment=SEGMENT, quarter="2021Q2"))
    return made, "".join(text_of(module.write(made).blocks))


@pytest.mark.parametrize("module", [bulletin, research_report])
def test_the_district_that_grew(module):
    _, said = told(module, GREW)
    assert "乙区的建筑装饰应建会单位由" in said and "10家增至30家，" in said and "全市的率被摊薄" in said
    # 20 units of the earlier quarter at the present rates: 10 × 0.9 + 10 × 1/3
    assert "按上季度末的结构计算（可比口径），现在的单位覆盖率为61.7%" in said


@pytest.mark.parametrize("module", [bulletin, research_report])
def test_a_loss_is_not_called_growth(module):
    made, said = told(module, LOST)
    assert len(reversals(made.register, [SEGMENT])) == 1
    assert "甲区的建筑装饰应建会单位由" in said and "20家减至10家，覆盖率高的地方分量变轻，全市的率被摊薄" in said and "20家增至" not in said
    assert "按上季度末的结构计算（可比口径），现在的单位覆盖率为70.0%" in said
