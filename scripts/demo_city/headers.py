"""Sheets and columns in the contract's order: (sheet, ((header, code), ...))."""


def _columns(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(tuple(pair.split("=")) for pair in text.split())


TABLES = {
    "units": ("单位", _columns(
        "统一社会信用代码=uscc 单位名称=unit_name 区县代码=district_code 区县=district_name 乡镇街道=township_name "
        "经度=lon 纬度=lat 登记注册类型代码=registration_type 控股类型=holding_type 行业代码=industry_code "
        "存续状态=status 单位级别=unit_level 职工数=employee_count 营业收入=revenue_wan_yuan 资产总额=assets_wan_yuan "
        "划型=size_class 规模以上=is_above_scale 入库年份=above_scale_year 会员数=member_count "
        "农民工数=migrant_worker_count 农民工会员数=migrant_member_count 派遣工数=dispatched_worker_count "
        "派遣工会员数=dispatched_member_count 新就业形态人数=new_form_worker_count "
        "新就业形态会员数=new_form_member_count 有无党组织=has_party_org 党组织成立日期=party_org_established_on "
        "派出人数=dispatched_out_count 派入中会籍在派出单位人数=dispatched_member_elsewhere_count "
        "新发展会员=new_member_count 转入=member_in_count 转出=member_out_count 退会=member_left_count")),
    "unions": ("工会", _columns(
        "工会代码=union_id 工会名称=union_name 工会形式=union_type 区县代码=district_code 成立日期=established_on "
        "届满日期=term_ends_on 挂牌=has_sign 主席选举=has_elected_chair 组织机构=has_sound_org "
        "活动载体=has_activity_carrier 制度机制=has_systems 自主经费=has_own_funds 会员满意=has_satisfied_performance "
        "建制项数=system_count 近四季活动次数=activity_count 近一年开会次数=assembly_count 自评分=self_score "
        "初审分=district_score 核定分=city_score 职工之家等级=home_level 发展之家=home_development "
        "和谐之家=home_harmony 文明之家=home_civility 安全之家=home_safety 民主之家=home_democracy "
        "党工共建=is_party_joint")),
    "covers": ("覆盖关系", _columns(
        "工会代码=union_id 统一社会信用代码=uscc 起始日期=valid_from 终止日期=valid_to 覆盖方式=cover_type")),
    "congresses": ("职代会", _columns(
        "统一社会信用代码=uscc 形式=congress_form 召开日期=held_on 事项=matter 代表总数=delegate_total "
        "到会人数=attend_count 赞成票=yes_count")),
    "contracts": ("集体合同", _columns(
        "合同编号=contract_id 合同类型=contract_type 层级=contract_level 生效日期=effective_on 期满日期=ends_on "
        "协商次数=session_count 职代会通过=is_passed 报送人社=is_filed")),
    "contract_covers": ("合同覆盖", _columns("合同编号=contract_id 统一社会信用代码=uscc 盖章=is_stamped")),
    "tasks": ("任务", _columns(
        "区县代码=district_code 任务=task 责任单位=responsible_body 指标=indicator 目标值=target 时限=due_on "
        "完成日期=done_on")),
    "inspections": ("督察", _columns(
        "区县代码=district_code 督察日期=inspected_on 问题=problem 整改时限=rectify_due_on 整改日期=rectified_on "
        "工会代码=union_id")),
    "task_forces": ("专班", _columns(
        "区县代码=district_code 专班名称=task_force 牵头职务=lead_post 成员数=member_total "
        "包联单位数=assigned_unit_count 成立日期=formed_on")),
    "trainings": ("培训", _columns(
        "区县代码=district_code 培训日期=trained_on 班次=course 人次=attendance_count 人数=trainee_count "
        "合格人数=passed_count")),
}  # fmt: skip
