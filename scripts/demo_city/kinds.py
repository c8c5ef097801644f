"""Kinds of unit: what it is registered as, how large, how readily it founds a union."""

from dataclasses import dataclass, field

Bounds = tuple[float, ...]


@dataclass(frozen=True)
class Kind:
    """`share` counts per hundred units; limits are the lower bounds of 大 中 小 (GB 2017)."""

    name: str
    prefix: str
    share: float
    industries: tuple[str, ...]
    registrations: tuple[str, ...]
    median: float
    sigma: float
    ease: float
    words: tuple[str, ...]
    heads: Bounds = ()
    revenue: Bounds = ()
    assets: Bounds = ()
    is_sized: bool = True
    urban: float = 1.0
    form: str = "有限公司"
    traits: tuple[str, ...] = field(default=())


PRIVATE = ("112", "112", "112", "119", "121", "140")
GENERAL = {"heads": (300, 100, 10)}
INDUSTRY = {"heads": (1000, 300, 20), "revenue": (40000, 2000, 300)}
WHOLESALE = {"heads": (200, 20, 5), "revenue": (40000, 5000, 1000)}
RETAIL = {"heads": (300, 50, 10), "revenue": (20000, 500, 100)}
TRANSPORT = {"heads": (1000, 300, 20), "revenue": (30000, 3000, 200)}
POSTAL = {"heads": (1000, 300, 20), "revenue": (30000, 2000, 100)}
CATERING = {"heads": (300, 100, 10), "revenue": (10000, 2000, 100)}
BUILDING = {"revenue": (80000, 6000, 300), "assets": (80000, 5000, 300)}
LEASING = {"heads": (300, 100, 10), "assets": (120000, 8000, 100)}

DECORATION = "decoration"
DISPATCH = "dispatch"

KINDS = (
    Kind("factory", "91", 19, ("C1391", "C1751", "C2110", "C2921", "C3311", "C3484", "C3660", "C3989"), PRIVATE,
         46, 1.0, 1.5, ("机械", "食品", "家具", "电子", "塑业", "纺织", "五金", "农机"), **INDUSTRY, urban=0.7),
    Kind("foreign factory", "91", 1.6, ("C3912", "C1830", "C2927"), ("210", "310", "390"),
         150, 0.7, 1.6, ("精密电子", "服饰", "塑胶"), **INDUSTRY),
    Kind("state firm", "91", 4, ("C2641", "D4411", "D4610", "E4813", "G5412"), ("111", "131", "119"),
         150, 0.8, 8.0, ("建设投资", "供水", "城市燃气", "公共交通", "粮油储备", "路桥"), **INDUSTRY, traits=("state",)),
    Kind("collective firm", "91", 1.2, ("C1495", "C2239"), ("132", "133"),
         38, 0.6, 4.0, ("酿造厂", "印刷厂"), **INDUSTRY, form="", traits=("collective",)),
    Kind("wholesale", "91", 10, ("F5112", "F5137", "F5164", "F5175", "F5191"), PRIVATE,
         11, 0.9, 0.5, ("商贸", "贸易", "建材批发", "物资"), **WHOLESALE, urban=1.3),
    Kind("retail", "91", 9, ("F5211", "F5212", "F5231", "F5273"), PRIVATE,
         12, 1.0, 0.5, ("超市", "百货", "服饰销售", "电器销售"), **RETAIL, urban=1.2),
    Kind("road freight", "91", 5.5, ("G5431", "G5432", "G5437"), PRIVATE,
         26, 0.9, 0.6, ("物流", "货运", "城市配送"), **TRANSPORT, traits=("new form",)),
    Kind("warehouse", "91", 2.2, ("G5910", "G5821", "L7224"), PRIVATE,
         18, 0.8, 0.6, ("仓储", "货运代理", "供应链管理"), **TRANSPORT),
    Kind("express", "91", 3.6, ("G6020", "G6020", "G6090"), PRIVATE,
         42, 0.8, 0.8, ("速递", "快运", "寄递服务"), **POSTAL, traits=("new form",)),
    Kind("property", "91", 7, ("K7020",), PRIVATE,
         44, 0.8, 0.38, ("物业服务", "物业管理"), heads=(1000, 300, 100), revenue=(5000, 1000, 500), urban=1.3),
    Kind(DECORATION, "91", 0, ("E5011", "E5012", "E5013"), ("112",),
         16, 0.7, 1.0, ("装饰工程", "幕墙工程", "室内装饰"), **BUILDING),
    Kind("agency", "91", 3.6, ("K7030",), PRIVATE,
         11, 0.8, 0.45, ("房产经纪", "房地产中介"), **GENERAL, urban=1.3),
    Kind("law firm", "31", 2.4, ("L7231",), ("150", "140"),
         15, 0.7, 0.9, ("律师事务所",), **LEASING, urban=1.3, form=""),
    Kind("accountants", "91", 1.8, ("L7241",), ("150", "112"),
         14, 0.7, 0.8, ("会计师事务所",), **LEASING, urban=1.3, form=""),
    Kind("hospital 52", "52", 1.3, ("Q8411", "Q8412", "Q8415"), ("900",),
         75, 0.6, 1.2, ("康复医院", "中医医院"), is_sized=False, form=""),
    Kind("hospital 91", "91", 1.2, ("Q8415", "Q8411"), ("112", "119"),
         60, 0.6, 0.9, ("眼科医院", "口腔医院"), is_sized=False),
    Kind(DISPATCH, "91", 1.0, ("L7263",), ("112", "119"),
         22, 0.5, 1.2, ("劳务派遣", "人力资源服务"), **LEASING),
    Kind("builder", "91", 3.6, ("E4710", "E4790", "E4910"), PRIVATE,
         70, 0.8, 1.3, ("建筑工程", "市政工程", "安装工程"), **BUILDING),
    Kind("software", "91", 3.2, ("I6513", "I6531"), PRIVATE,
         15, 0.9, 0.7, ("软件", "信息技术"), heads=(300, 100, 10), revenue=(10000, 1000, 50), urban=1.7),
    Kind("platform", "91", 0.8, ("H6242", "I6432", "G5413"), ("112",),
         85, 0.6, 0.7, ("外卖配送", "生活服务平台", "出租汽车"), **CATERING, urban=1.5, traits=("new form",)),
    Kind("catering", "91", 5, ("H6110", "H6210", "H6220"), PRIVATE,
         20, 0.9, 0.5, ("餐饮管理", "酒店", "宾馆"), **CATERING, urban=1.2),
    Kind("farm", "91", 1.5, ("A0141", "A0321"), PRIVATE,
         16, 0.7, 0.8, ("农业开发", "生态养殖"), revenue=(20000, 500, 50), urban=0.3),
    Kind("school", "12", 2.6, ("P8321", "P8331"), ("",), 90, 0.4, 12.0, ("中学", "小学"), is_sized=False, form=""),
    Kind("public hospital", "12", 1.2, ("Q8423", "Q8432"), ("",),
         110, 0.6, 12.0, ("卫生院", "疾病预防控制中心"), is_sized=False, form=""),
    Kind("public office", "12", 1.4, ("N7810", "R8831"), ("",),
         32, 0.5, 10.0, ("市政所", "文化馆"), **GENERAL, form=""),
    Kind("training school", "52", 1.8, ("P8391", "P8310"), ("900",),
         18, 0.6, 0.6, ("职业培训学校", "幼儿园"), is_sized=False, form=""),
    Kind("association", "51", 1.8, ("S9521",), ("900",), 6, 0.4, 0.6, ("商会", "行业协会"), is_sized=False, form=""),
    Kind("self-employed", "92", 3.6, ("F5299", "H6210", "O8111"), ("500",),
         6, 0.6, 0.3, ("餐馆", "便利店", "汽修店"), **RETAIL, form=""),
    Kind("cooperative", "93", 1.6, ("A0519", "A0111"), ("400",),
         12, 0.6, 0.7, ("种植专业合作社", "农机专业合作社"), revenue=(20000, 500, 50), form="", urban=0.2),
    Kind("office", "11", 1.6, ("S9221",), ("",), 45, 0.5, 9.0, ("住房建设局", "农业农村局", "司法局"), is_sized=False,
         form=""),
    Kind("branch", "91", 1.4, ("J6621", "F5211"), ("119",), 24, 0.5, 1.5, ("分公司",), is_sized=False, form=""),
)  # fmt: skip

BY_NAME = {kind.name: kind for kind in KINDS}
FIRST = tuple("瑞禾嘉卓启源拓恒润博骏锦泓铭澜")
SECOND = tuple("丰达通和泰盈盛祥远景信成川宁晟")


def size_of(kind: Kind, heads: int, revenue: int, assets: int) -> str:
    """大 中 小 微 by the lowest of the measures the kind goes by."""
    if not kind.is_sized:
        return "不适用"
    classes = []
    for bounds, value in ((kind.heads, heads), (kind.revenue, revenue), (kind.assets, assets)):
        if bounds:
            classes.append(sum(value < bound for bound in bounds))
    return "大中小微"[max(classes)]
