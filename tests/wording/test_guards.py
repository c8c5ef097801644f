"""Every rule of the book with sentences that break it and sentences that keep it, written as a member of staff would write them in a template."""

import pytest
from figures import CITY, row
from figures import register as register_of
from guarded_city import REVERSED, city

from analysis.errors import TemplateError
from analysis.publishing import blocks as made_blocks
from analysis.wording import guards
from analysis.wording.engine import Engine
from analysis.wording.guards.book import CHECKS, WHOLE

NOTE = "\n\n注：单位覆盖率的分母是应建会单位，职工覆盖率和入会率的分母是全口径职工，达标率的分母是工会组织，建制率的分母是已覆盖企业，同建率的分母是有党组织的应建会单位。"

CASES = {
    "pp_as_percent": (
        ["单位覆盖率提高5.7%。", "单位覆盖率较上季度末提高了{{ 全市.单位覆盖率 }}。", "甲区单位覆盖率高于全市{{ 甲区.单位覆盖率 }}。"],
        ["单位覆盖率{{ 全市.单位覆盖率 | 较上季度末 }}。", "单位覆盖率提高到{{ 全市.单位覆盖率 }}。", "甲区单位覆盖率{{ 甲区.单位覆盖率 | 与全市相比 }}。"],
    ),
    "percent_twice": (
        ["单位覆盖率为{{ 全市.单位覆盖率 }}%。", "单位覆盖率为{{ 全市.单位覆盖率 }}个百分点。", "单位覆盖率为百分之{{ 全市.单位覆盖率 }}。"],
        ["单位覆盖率为{{ 全市.单位覆盖率 }}。"],
    ),
    "pp_as_level": (
        ["单位覆盖率提高到{{ 全市.单位覆盖率.环比 }}。", "入会率下降至{{ 全市.全口径入会率.环比.绝对值 }}。"],
        ["入会率略有下降，降幅为{{ 全市.全口径入会率.环比.绝对值 }}。"],
    ),
    "about_in_points": (["单位覆盖率提高两个左右百分点。"], ["单位覆盖率{{ 全市.单位覆盖率 | 较上季度末 }}。"]),
    "range_form": (["各区县的覆盖率在35.5～38.2%之间。"], ["各区县的覆盖率在35.5%～38.2%之间。"]),
    "rate_named_otherwise": (
        ["职工覆盖率为{{ 全市.单位覆盖率 }}。", "全市盲区率是{{ 全市.单位覆盖率 }}。"],
        ["职工覆盖率为{{ 全市.职工覆盖率 }}，盲区率为{{ 全市.盲区率 }}。"],
    ),
    "direction_against_sign": (
        ["入会率提高{{ 全市.全口径入会率.环比.绝对值 }}。", "单位覆盖率比上季度末下降了{{ 全市.单位覆盖率.环比 }}。", "已覆盖单位减少{{ 全市.已覆盖单位.环比 }}家。"],
        ["入会率{{ 全市.全口径入会率 | 较上季度末 }}。", "已覆盖单位{{ 全市.已覆盖单位 | 较上季度末('家') }}。"],
    ),
    "sign_said_twice": (
        ["入会率下降{{ 全市.全口径入会率.环比 }}。", "单位覆盖率下降-1.2个百分点。", "会员增长了负三百人。"],
        ["入会率下降{{ 全市.全口径入会率.环比.绝对值 }}。"],
    ),
    "zero_change_said": (
        ["丁区单位覆盖率比上季度末提高{{ 丁区.单位覆盖率.环比 }}。"],
        ["丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，{{ 丁区.单位覆盖率 | 较上季度末 }}。"],
    ),
    "flat_with_a_change": (
        ["全市单位覆盖率为{{ 全市.单位覆盖率 }}，与上季度末持平。", "丁区已覆盖{{ 全市.已覆盖单位 }}家，与上年同期持平。"],
        ["丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，与上季度末持平。", "甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，应建会单位与上季度末持平。"],
    ),
    "near_flat_beyond": (
        ["全市单位覆盖率为{{ 全市.单位覆盖率 }}，与上季度末基本持平。"],
        ["职工覆盖率为{{ 全市.职工覆盖率 }}，{{ 全市.职工覆盖率 | 较上季度末 }}。"],
    ),
    "slight_beyond": (
        ["单位覆盖率较上季度末略有提高，升幅为{{ 全市.单位覆盖率.环比 }}。", "职工覆盖率略有上升，升幅为{{ 全市.职工覆盖率.环比 }}。"],
        ["入会率{{ 全市.全口径入会率 | 较上季度末 }}。"],
    ),
    "marked_below": (
        ["单位覆盖率较上季度末明显提高{{ 全市.单位覆盖率.环比 }}。", "丙县单位覆盖率为{{ 丙县.单位覆盖率 }}（{{ 丙县.已覆盖单位 }}家），较上季度末大幅提高了{{ 丙县.单位覆盖率.环比 }}。"],
        ["单位覆盖率{{ 全市.单位覆盖率 | 较上年同期 }}。", "甲区单位覆盖率较上季度末明显提高{{ 甲区.单位覆盖率.环比 }}。"],
    ),
    "marked_count_below": (
        ["已覆盖单位较上季度末大幅增加{{ 全市.已覆盖单位.环比 }}家。", "仅兜底覆盖单位明显增加{{ 全市.仅兜底覆盖单位.环比 }}家。"],
        ["工会组织较上季度末明显增加{{ 全市.工会组织.环比 }}个。"],
    ),
    "verb_and_measure": (
        ["单位覆盖率较上季度末增加{{ 全市.单位覆盖率.环比 }}。", "已覆盖单位提高{{ 全市.已覆盖单位.环比 }}家。"],
        ["单位覆盖率较上季度末提高{{ 全市.单位覆盖率.环比 }}，已覆盖单位增加{{ 全市.已覆盖单位.环比 }}家。"],
    ),
    "to_and_by": (
        ["已覆盖单位增加到{{ 全市.已覆盖单位.环比 }}家。", "已覆盖单位增加了{{ 全市.已覆盖单位 }}家。"],
        ["已覆盖单位增加到{{ 全市.已覆盖单位 }}家。", "已覆盖单位增加了{{ 全市.已覆盖单位.环比 }}家。", "已覆盖单位增加{{ 全市.新覆盖单位 }}家。"],
    ),
    "period_named_otherwise": (
        ["单位覆盖率较上季度末提高{{ 全市.单位覆盖率.同比 }}。", "单位覆盖率同比提高{{ 全市.单位覆盖率.环比 }}。"],
        ["单位覆盖率{{ 全市.单位覆盖率 | 较上季度末 }}，{{ 全市.单位覆盖率 | 较上年同期 }}。", "入会率较上季度末略有下降，降幅为{{ 全市.全口径入会率.环比.绝对值 }}。"],
    ),
    "year_start": (["单位覆盖率较年初提高{{ 全市.单位覆盖率.环比 }}。"], ["单位覆盖率较上季度末提高{{ 全市.单位覆盖率.环比 }}。"]),
    "record_high": (["单位覆盖率为{{ 全市.单位覆盖率 }}，创历史新高。"], ["要争取覆盖面再创新高。", "单位覆盖率为{{ 全市.单位覆盖率 }}。"]),
    "first_not_first": (
        ["丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，在{{ 丁区.单位覆盖率.参排 }}个参排区县中名列第一。"],
        ["甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，{{ 甲区.单位覆盖率 | 位次 }}。"],
    ),
    "tie_not_said": (
        ["甲区小微企业单位覆盖率为{{ 甲区.小微企业.单位覆盖率 }}，在{{ 甲区.小微企业.单位覆盖率.参排 }}个参排区县中名列第一。",
         "甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，在{{ 甲区.单位覆盖率.参排 }}个参排区县中并列第一。"],
        ["甲区小微企业单位覆盖率为{{ 甲区.小微企业.单位覆盖率 }}，在{{ 甲区.小微企业.单位覆盖率.参排 }}个参排区县中并列第一。"],
    ),
    "first_while_missing": (
        ["甲区两新组织单位覆盖率为{{ 甲区.两新组织.单位覆盖率 }}，在{{ 甲区.两新组织.单位覆盖率.参排 }}个参排区县中名列第一。"],
        ["甲区两新组织单位覆盖率为{{ 甲区.两新组织.单位覆盖率 }}，{{ 甲区.两新组织.单位覆盖率 | 位次 }}。"],
    ),
    "unranked_ranked": (
        ["丙县单位覆盖率为{{ 丙县.单位覆盖率 }}（{{ 丙县.应建会单位 }}家），在{{ 全市.单位覆盖率.参排 }}个参排区县中位次靠后。"],
        ["丙县单位覆盖率为{{ 丙县.单位覆盖率 }}（{{ 丙县.应建会单位 }}家），不参加排名。", "丙县单位覆盖率{{ 丙县.单位覆盖率 | 位次 }}。"],
    ),
    "rank_without_field": (
        ["甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，名列第一。", "丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，列第{{ 丁区.单位覆盖率.名次 }}位。"],
        ["丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，{{ 丁区.单位覆盖率 | 位次 }}。", "要把这件事当作分内第一位的事情。"],
    ),
    "rank_word_beyond": (
        ["丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，位居前列。", "丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，位次靠后。"],
        ["甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，位居前列。", "乙区单位覆盖率为{{ 乙区.单位覆盖率 }}，{{ 乙区.单位覆盖率 | 位次 }}。"],
    ),
    "superlative": (
        ["丁区单位覆盖率最高，为{{ 丁区.单位覆盖率 }}。", "盲区单位最多的是甲区{{ 甲区.盲区单位 }}家、乙区{{ 乙区.盲区单位 }}家。", "小微企业单位覆盖率最高的是甲区，为{{ 甲区.小微企业.单位覆盖率 }}。"],
        ["甲区单位覆盖率最高，为{{ 甲区.单位覆盖率 }}；乙区最低，为{{ 乙区.单位覆盖率 }}。", "盲区单位最多的是乙区{{ 乙区.盲区单位 }}家、戊区{{ 戊区.盲区单位 }}家。",
         "小微企业单位覆盖率并列最高的是甲区，为{{ 甲区.小微企业.单位覆盖率 }}。", "这些单位条件最好、阻力最小。"],
    ),
    "against_city_sign": (
        ["甲区单位覆盖率低于全市{{ 甲区.单位覆盖率.与全市之差 }}。", "乙区单位覆盖率高于全市{{ 乙区.单位覆盖率.与全市之差.绝对值 }}。"],
        ["乙区单位覆盖率{{ 乙区.单位覆盖率 | 与全市相比 }}。"],
    ),
    "level_with_city": (
        ["甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，与全市持平。", "丁区单位覆盖率高于全市{{ 丁区.单位覆盖率.与全市之差 }}。"],
        ["丁区单位覆盖率为{{ 丁区.单位覆盖率 }}，{{ 丁区.单位覆盖率 | 与全市相比 }}。"],
    ),
    "mean_of_rates": (
        ["各区县平均为{{ 全市.单位覆盖率 }}。", "全市平均单位覆盖率为{{ 甲区.单位覆盖率 }}。"],
        ["全市单位覆盖率为{{ 全市.单位覆盖率 }}。", "看全市平均水平，也看每一个乡镇的实际。"],
    ),
    "external_rank": (
        ["我市单位覆盖率位居全省前列。", "我市工会工作处于全省第一方阵。", "单位覆盖率高于全国平均水平。"],
        ["据省总工会2021年第三季度通报，我市单位覆盖率位居全省前列。", "认真落实全国总工会的部署。"],
    ),
    "approximation_twice": (
        ["会员约1万人左右。", "近百余家企业参加了活动。", "至少30家以上。", "职工超过{{ 三十家 }}以上。", "不到三百人左右。"],
        ["会员一万多人。", "应建会单位不足{{ 三十家 }}的不参加排名。"],
    ),
    "exact_said_as_about": (
        ["应建会单位约{{ 全市.应建会单位 }}家。", "应建会单位{{ 全市.应建会单位 }}余家。", "单位覆盖率为{{ 全市.单位覆盖率 }}左右。"],
        ["应建会单位{{ 全市.应建会单位 }}家。", "会员约{{ 全市.会员 | 以万计 }}人。"],
    ),
    "decimals_with_more": (["全省会员53.6万余人。"], ["全省会员1234万余人。"]),
    "fall_by_times": (
        ["空壳工会减少了一倍。", "差距缩小三倍。", "空壳工会下降到原来的二分之一倍。"],
        ["空壳工会减少一半。", "单位覆盖率为{{ 全市.单位覆盖率 }}，工作量比过去增加了。"],
    ),
    "times_without_growth": (
        ["会员{{ 全市.会员 }}人，翻了一番。", "已覆盖单位{{ 全市.已覆盖单位 }}家，比上年同期增长三倍。", "活动翻两番。"],
        ["已覆盖单位{{ 全市.已覆盖单位 }}家，比上年同期增长两倍。", "已覆盖单位{{ 全市.已覆盖单位 }}家，比上年同期翻了一番。"],
    ),
    "discount_words": (["空壳工会下降三折。"], ["空壳工会下降三成。"]),
    "inclusive_bounds": (["职工25人以上（不含25人）的单位。", "超过{{ 三十家 }}（含{{ 三十家 }}）的区县。", "职工25人及以上的单位。"], ["职工25人以上（含25人）的单位。"]),
    "digits_mixed": (["会员4千5百人。", "共有三{{ 全市.应建会单位 }}家。", "职工１２００人。"], ["共有{{ 全市.应建会单位 }}家，三四家没有报送。", "统一{{ 全市.应建会单位 }}家的口径。"]),
    "year_four_digits": (["这是21年底的数。", "比20年第三季度好。"], ["这是2021年底的数。"]),
    "unit_missing": (["应建会单位{{ 全市.应建会单位 }}，比上季度末多。", "应建会单位共{{ 全市.应建会单位 }}"], ["会员{{ 全市.会员 | 以万计 }}，应建会单位{{ 全市.应建会单位 }}家。"]),
    "measure_word": (["会员{{ 全市.会员 }}家。", "应建会单位{{ 全市.应建会单位 }}人。"], ["会员{{ 全市.会员 }}人，应建会单位{{ 全市.应建会单位 }}家，工会组织{{ 全市.工会组织 }}个。"]),
    "half_words": (
        ["大多数单位已经建会，六有全有率为{{ 全市.六有全有率 }}。", "单位覆盖率为{{ 全市.单位覆盖率 }}，已经过半。", "全市六有全有率为{{ 全市.六有全有率 }}，个别工会有差距。",
         "少数职工入会，全口径入会率为{{ 全市.全口径入会率 }}。", "单位覆盖率为{{ 甲区.单位覆盖率 }}，还有一半以上的单位没有覆盖。"],
        ["单位覆盖率为{{ 全市.单位覆盖率 }}，一半以上的单位已经覆盖。", "全市六有全有率为{{ 全市.六有全有率 }}，大多数工会没有做到。", "甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，已经过半。",
         "个别职工入会，职代会建制率为{{ 全市['职代会建制率（已覆盖企业）'] }}，个别企业建了制。", "大多数职工是好的，少数民族职工也要照顾。"],
    ),
    "date_and_fact_differ": (["截至{{ 上季末 }}，应建会单位{{ 全市.应建会单位 }}家。"], ["截至{{ 时点 }}，应建会单位{{ 全市.应建会单位 }}家。"]),
    "tiny_cell_rate": (
        ["甲区律师事务所单位覆盖率为{{ 甲区.律师事务所.单位覆盖率 }}（{{ 甲区.律师事务所.应建会单位 }}家）。"],
        ["甲区快递单位覆盖率为{{ 甲区.快递.单位覆盖率 }}（{{ 甲区.快递.应建会单位 }}家）。"],
    ),
    "none_said_of_some": (
        ["全市应建会单位{{ 全市.应建会单位 }}家，没有盲区。", "乙区应建会单位{{ 乙区.应建会单位 }}家，没有“空壳工会”。", "没有挂牌工会。"],
        ["甲区应建会单位{{ 甲区.应建会单位 }}家，没有“空壳工会”。"],
    ),
    "remaining_zero": (["还有{{ 全市['90天内到期的集体合同'] }}份集体合同到期。"], ["本季度新覆盖单位{{ 全市.新覆盖单位 }}家，还有{{ 全市.盲区单位 }}家没有覆盖。"]),
    "all_said_of_less": (
        ["规范化达标率为{{ 全市.规范化达标率 }}，已经全部达标。", "{{ 全市.应建会单位 }}家应建会单位已全部覆盖。", "{{ 全市.工会组织 }}个工会组织中，空壳工会已经全部整改。"],
        ["25人以上单位建会率为{{ 全市['25人以上单位建会率'] }}，已经做到应建尽建。", "力争已经建会的全部达标。"],
    ),
    "spoken_figures": (
        ["小微{{ 全市.小微企业.盲区单位 }}家，占{{ 全市.盲区率 }}；两新{{ 全市.两新组织.盲区单位 }}家，占{{ 全市.单位覆盖率 }}。"],
        ["小微{{ 全市.小微企业.盲区单位 }}家，占{{ 全市.盲区率 }}，共{{ 全市.盲区单位 }}家（应建会单位{{ 全市.应建会单位 }}家）。"],
    ),
    "part_exceeds_whole": (
        ["已覆盖单位{{ 全市.已覆盖单位 }}家，其中应建会单位{{ 全市.应建会单位 }}家。", "盲区单位{{ 甲区.盲区单位 }}家。其中小微企业{{ 全市.小微企业.盲区单位 }}家。"],
        ["应建会单位{{ 全市.应建会单位 }}家，其中已覆盖{{ 全市.已覆盖单位 }}家。", "会员{{ 全市.会员 }}人，应建会单位{{ 全市.应建会单位 }}家，其中已覆盖{{ 全市.已覆盖单位 }}家。"],
    ),
    "parts_exceed_whole": (
        ["有牌子无机构的{{ 全市.有牌子无机构的工会 }}个，其中无制度的{{ 全市.有机构无制度的工会 }}个，无活动的{{ 全市.有制度无活动的工会 }}个。"],
        ["挂牌、空壳工会{{ 全市['挂牌、空壳工会'] }}个，其中无制度的{{ 全市.有机构无制度的工会 }}个，无活动的{{ 全市.有制度无活动的工会 }}个。"],
    ),
    "respectively_count": (
        ["甲区、乙区、丁区单位覆盖率分别为{{ 甲区.单位覆盖率 }}、{{ 乙区.单位覆盖率 }}。"],
        ["甲区、乙区和丁区单位覆盖率分别为{{ 甲区.单位覆盖率 }}、{{ 乙区.单位覆盖率 }}、{{ 丁区.单位覆盖率 }}。"],
    ),
    "overlap_added": (
        ["小微企业盲区{{ 全市.小微企业.盲区单位 }}家，两新组织盲区{{ 全市.两新组织.盲区单位 }}家，合计{{ 全市.快递.盲区单位 }}家。",
         "农民工{{ 全市.农民工 }}人，劳务派遣工{{ 全市.劳务派遣工 }}人，合计580人。"],
        ["小微企业盲区{{ 全市.小微企业.盲区单位 }}家，两新组织盲区{{ 全市.两新组织.盲区单位 }}家，重叠部分只计一次，合计{{ 全市.小微或两新.盲区单位 }}家。"],
    ),
    "causal_claim": (
        ["得益于专班包联，单位覆盖率为{{ 全市.单位覆盖率 }}。", "在专班的推动下，已覆盖单位达到{{ 全市.已覆盖单位 }}家。", "单位覆盖率为{{ 全市.单位覆盖率 }}，原因是领导重视。"],
        ["随着专班包联，单位覆盖率为{{ 全市.单位覆盖率 }}。", "单位覆盖率为{{ 全市.单位覆盖率 }}，可能是因为新增单位较多，有待核实。", "因为基层薄弱，所以要加强。"],
    ),
    "fuzzy_below_threshold": (
        ["挂牌、空壳工会大量存在，占{{ 全市['挂牌、空壳工会占比'] }}。", "问题比较普遍。挂牌、空壳工会占{{ 全市['挂牌、空壳工会占比'] }}。", "快递的工会组建比较薄弱，单位覆盖率为{{ 甲区.快递.单位覆盖率 }}（{{ 甲区.快递.应建会单位 }}家）。",
         "相当多的企业已经建制，职代会建制率为{{ 全市['职代会建制率（已覆盖企业）'] }}。"],
        ["快递的工会组建比较薄弱。快递单位覆盖率为{{ 全市.快递.单位覆盖率 }}。", "六有全有率不高的现象大量存在，全有率为{{ 全市.六有全有率 }}。", "要抓住薄弱环节。"],
    ),
    "fuzzy_without_figure": (["空壳工会大量存在。", "物业行业的工会组建还相当薄弱。"], ["大量职工在小企业就业。", "六有全有率不高的现象大量存在，全有率为{{ 全市.六有全有率 }}。"]),
    "low_without_target": (["集体合同覆盖率还比较低。"], ["集体合同覆盖率还比较低，与目标有差距。"]),
    "target_without_base": (["完成全年目标的{{ 全市.六有全有率 }}。"], ["全年目标{{ 全市.应建会单位 }}家，累计{{ 全市.已覆盖单位 }}家，完成目标的{{ 全市.单位覆盖率 }}。"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def world():
    return city()


@pytest.fixture
def hold(world, tmp_path):
    """Render a text as a template and return what the guards find; ``document`` names the kind of document."""
    register, words = world

    def check(text, document="speech", head="时点为{{ 时点 }}。", note=NOTE, scope="city"):
        register.used.clear()
        (tmp_path / "own.j2").write_text(head + text + note, encoding="utf-8")
        rendered = Engine(register, tmp_path).render("own.j2", **words).blocks
        return guards.check([made_blocks.meta(document, "试", "2021Q3", scope=scope), *rendered], register)

    return check


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, (wrong, _) in CASES.items() for text in wrong])
def test_a_sentence_that_breaks_a_rule_is_caught(hold, code, text):
    assert code in {v.rule.code for v in hold(text)}, text


@pytest.mark.parametrize("text", [text for _, right in CASES.values() for text in right])
def test_a_sentence_that_keeps_the_rules_passes(hold, text):
    assert [v.sentence for v in hold(text)] == []


def codes(found):
    return {v.rule.code for v in found}


def test_every_rule_has_a_check_and_its_sentences():
    apart = {
        "shown_otherwise",
        "blank_as_figure",
        "rate_without_denominator",
        "as_of_missing",
        "incomplete_not_said",
        "small_n_without_counts",
        "reversal_not_said",
    }
    assert set(guards.rules()) == set(CHECKS) | set(WHOLE) == set(CASES) | apart
    assert not apart & set(CASES) and all(wrong and right for wrong, right in CASES.values())


def runs_of(register, *parts):
    return [{"type": "paragraph", "style": "body", "runs": [*made_blocks.as_runs(*parts)]}]


@pytest.mark.parametrize(("shown", "found"), [("50.00%", True), ("50%", True), ("49.9%", True), ("50.0%", False), ("50.0", False)])
def test_a_figure_is_shown_as_registered(world, shown, found):
    register, _ = world
    fact = register.fact("unit_coverage_rate")
    blocks = runs_of(
        register,
        "截至",
        made_blocks.mark("2021年9月30日", "date"),
        "，应建会单位覆盖率为",
        made_blocks.run(shown, fact=fact.id),
        "%。" if "%" not in shown else "。",
    )
    assert ("shown_otherwise" in codes(guards.check(blocks, register))) is found


@pytest.mark.parametrize(("shown", "found"), [("1.2万", False), ("1.23万", False), ("1.3万", True), ("12345", False), ("1.235万", True)])
def test_ten_thousands_are_rounded_half_up_to_two_places_at_most(world, shown, found):
    register, _ = world
    fact = register.fact("member_count")
    assert ("shown_otherwise" in codes(guards.check(runs_of(register, "会员", made_blocks.run(shown, fact=fact.id), "人。"), register))) is found


@pytest.mark.parametrize(("shown", "found"), [("0", True), ("没有", True), ("—", False)])
def test_a_blank_is_never_a_zero(world, shown, found):
    register, _ = world
    fact = register.fact("migrant_member_count")
    assert not fact.is_ok
    assert ("blank_as_figure" in codes(guards.check(runs_of(register, "农民工会员", made_blocks.run(shown, fact=fact.id), "人。"), register))) is found


def test_a_blank_said_as_none_is_told_with_its_reason(hold):
    found = hold("乙区应建会单位{{ 乙区.应建会单位 }}家，没有“空壳工会”。")
    assert [v.sentence for v in found] == ["模板 own.j2 第 1 行：“没有“空壳”与台账不符，应写“挂牌、空壳工会无数据”，原因是没有报送工会表。请核对条件"
                                           "（没有须真没有，依据约定§3；原句：乙区应建会单位100家，没有“空壳工会”。）"]  # fmt: skip


@pytest.mark.parametrize(("text", "note", "found"), [
    ("规范化达标率为{{ 全市.规范化达标率 }}。", "", True),
    ("工会组织规范化达标率为{{ 全市.规范化达标率 }}。", "", False),
    ("规范化达标率为{{ 全市.规范化达标率 }}。", "\n\n注：规范化达标率的分母是工会组织。", False),
    ("工会组织{{ 全市.工会组织 }}个。\n\n规范化达标率为{{ 全市.规范化达标率 }}。", "", False),
    ("工会组织{{ 全市.工会组织 }}个。\n\n# 二、另一节\n\n规范化达标率为{{ 全市.规范化达标率 }}。", "", True),
])  # fmt: skip
def test_a_rate_names_its_denominator(hold, text, note, found):
    assert ("rate_without_denominator" in codes(hold(text, note=note))) is found


def test_a_column_of_denominators_declares_them(world):
    register, _ = world
    rate = register.fact("standard_met_rate")
    said = runs_of(register, made_blocks.mark("2021年9月30日", "date"), "规范化达标率为", rate, "。")
    columns = made_blocks.table(["指标", "分母"], [["规范化达标率", "工会组织"]])
    assert (
        codes(guards.check(said, register))
        == codes(guards.check([*said, made_blocks.table(["指标", "注"], [["率", "工会组织"]])], register))
        == {"rate_without_denominator"}
    )
    assert guards.check([*said, columns], register) == []


@pytest.mark.parametrize(("head", "text", "found"), [
    ("", "应建会单位{{ 全市.应建会单位 }}家。", True), ("截至{{ 时点 }}，", "应建会单位{{ 全市.应建会单位 }}家。", False), ("", "没有数字的一段。", False),
    ("", "应建会单位{{ 全市.应建会单位 }}家。\n\n截至{{ 时点 }}，会员{{ 全市.会员 }}人。", True)])  # fmt: skip
def test_the_first_figures_have_a_date(hold, head, text, found):
    assert ("as_of_missing" in codes(hold(text, head=head))) is found


def left_out(register, *after):
    fact = register.fact("covered_employee_count")
    return [*runs_of(register, "截至", made_blocks.mark("2021年9月30日", "date"), "，已覆盖单位职工", fact, "人", *after, "。")]


def test_what_a_city_figure_leaves_out_is_said(world, hold):
    register, _ = world
    assert [v.detail for v in guards.check(left_out(register), register)] == ["丙县"]
    assert guards.check(left_out(register, "（未含乙区）"), register) and not guards.check(left_out(register, "（未含丙县）"), register)
    assert hold("已覆盖单位职工{{ 全市.已覆盖单位职工 }}人。") == []  # the engine says it by itself


def test_small_denominators_stand_with_their_counts(world, hold):
    register, _ = world
    rate = register.fact("contract_unit_coverage")
    date = made_blocks.mark("2021年9月30日", "date")
    bare = runs_of(register, "截至", date, "，已覆盖企业的集体合同企业覆盖率为", rate, "。")
    assert [v.detail for v in guards.check(bare, register)] == ["已覆盖企业20"]
    assert guards.check(runs_of(register, "截至", date, "，已覆盖企业", register.denominator(rate), "家，集体合同企业覆盖率为", rate, "。"), register) == []
    assert hold("集体合同企业覆盖率为{{ 全市.集体合同企业覆盖率 }}。") == []  # the engine adds （已覆盖企业20家）


def test_a_fall_that_no_district_shares_is_told_with_its_cause(hold):
    city_fall = "建筑装饰单位覆盖率{{ 全市.建筑装饰.单位覆盖率 | 较上季度末 }}。"
    assert codes(hold(city_fall)) == {"reversal_not_said"}
    assert hold(city_fall + "各区县都没有下降，这是结构造成的。") == []
    assert hold("乙区建筑装饰单位覆盖率{{ 乙区.建筑装饰.单位覆盖率 | 较上季度末 }}。") == []
    assert REVERSED == "building_decoration" and hold("单位覆盖率{{ 全市.单位覆盖率 | 较上季度末 }}。") == []


def test_a_violation_stops_the_document_with_file_and_line(world, hold):
    register, _ = world
    found = hold("好句子。\n{% if 1 %}\n入会率下降{{ 全市.全口径入会率.环比 }}。{% endif %}")
    assert [(v.template, v.line, v.found) for v in found] == [("own.j2", 3, "-0.6个百分点")]
    wrong = runs_of(register, "会员约", register.fact("member_count"), "人，", "时点", made_blocks.mark("2021年9月30日", "date"), "。")
    with pytest.raises(TemplateError) as caught:
        guards.enforce(wrong, register)
    assert caught.value.sentence == ("第 1 块：“约12345”把确数说成了概数，应直接写数。请删去概数词（确数不写成概数，依据§8.3；原句：会员约12345人，时点2021年9月30日。）。"
                                     "文稿没有输出，请改正后重试。规则见 docs/wording.md。")  # fmt: skip


def test_checking_leaves_no_trace(world, hold):
    register, _ = world
    hold("甲区单位覆盖率为{{ 甲区.单位覆盖率 }}，{{ 甲区.单位覆盖率 | 位次 }}。")
    used = dict(register.used)
    guards.check(
        runs_of(register, "甲区单位覆盖率为", register.used["2021Q3/970101/all/unit_coverage_rate"], "，与上季度末持平，与全市持平，没有盲区。"), register
    )
    assert register.used == used


def test_of_which_speaks_of_its_own_clause(hold):
    small = "小微企业盲区单位{{ 全市.仅兜底覆盖单位 }}家"
    assert hold(f"一是{small}；二是律师事务所，其中最大的有{{{{ 全市.应建会单位 }}}}家。") == []
    assert codes(hold(f"{small}；其中有{{{{ 全市.应建会单位 }}}}家。")) == {"part_exceeds_whole"}
    assert codes(hold(f"{small}，其中一级{{{{ 全市.盲区单位 }}}}家；另有{{{{ 全市.应建会单位 }}}}家。")) == {"part_exceeds_whole"}


def test_a_part_leaves_out_what_its_whole_leaves_out(world):
    register, _ = world
    whole, part = register.fact("covered_employee_count"), register.fact("migrant_worker_count")
    said = ["截至", made_blocks.mark("2021年9月30日", "date"), "，已覆盖单位职工", whole, "人（未含丙县），其中农民工", part, "人。"]
    assert whole.left_out and not part.left_out and part.value < whole.value
    assert codes(guards.check(runs_of(register, *said), register)) == {"part_exceeds_whole"}
    turned = ["截至", made_blocks.mark("2021年9月30日", "date"), "，会员", register.fact("member_count"), "人，其中职工", whole, "人（未含丙县）。"]
    assert guards.check(runs_of(register, *turned), register) == []


@pytest.mark.parametrize(("kind", "count", "found"), [("speech", 3, False), ("speech", 4, True), ("bulletin", 4, False)])
def test_at_most_three_figures_are_spoken_in_a_sentence(hold, kind, count, found):
    said = "、".join(["应建会单位{{ 全市.应建会单位 }}家"] * count)
    assert ("spoken_figures" in codes(hold(f"{said}。", document=kind))) is found


def moved_world(changes):
    """A city whose rates moved by exactly so many percentage points, with 1000 units."""
    now, then = [], []
    for (indicator, _), points in zip((("unit_coverage_rate", 0), ("employee_coverage_rate", 0), ("membership_rate_all", 0)), changes, strict=True):
        now.append(row(CITY[0], indicator, (5000, 10000)))
        then.append(row(CITY[0], indicator, (5000 - round(100 * points), 10000), quarter="2021Q2"))
    return register_of(now, then)


@pytest.mark.parametrize(("points", "flat", "slight", "marked"), [
    (0.29, True, False, False), (0.3, False, True, False), (0.99, False, True, False), (1.0, False, False, False), (4.99, False, False, False), (5.0, False, False, True)])  # fmt: skip
def test_words_of_size_on_their_thresholds(points, flat, slight, marked):
    register = moved_world((points, points, points))
    rate, change = register.fact("unit_coverage_rate"), register.fact("unit_coverage_rate_qoq")
    head = ["截至", made_blocks.mark("2021年9月30日", "date"), "，应建会单位覆盖率为", rate, "，"]
    assert ("near_flat_beyond" in codes(guards.check(runs_of(register, *head, "与上季度末基本持平。"), register))) is not flat
    assert ("slight_beyond" in codes(guards.check(runs_of(register, *head, "较上季度末略有提高，升幅为", change, "。"), register))) is not slight
    assert ("marked_below" in codes(guards.check(runs_of(register, *head, "较上季度末明显提高", change, "。"), register))) is not marked
