"""The city's districts and townships: names, position, how coverage develops."""

from dataclasses import dataclass

CITY_CODE = "980100"
CITY_NAME = "芷陵市"
# Where the sketch's (0, 0) lies. Any spot on a map is somewhere; the outline is free invention.
ORIGIN = (116.86, 31.62)
QUARTERS = ("2020Q3", "2020Q4", "2021Q1", "2021Q2", "2021Q3")


@dataclass(frozen=True)
class District:
    """One district. Lengths in kilometres, rates as shares of eligible units."""

    code: str
    name: str
    x: float
    y: float
    spread: float
    townships: tuple[str, ...]
    units: int
    growth: int
    rates: tuple[float, ...]
    is_urban: bool
    good: float
    shell: float
    drift: float


def _district(code, name, xy, spread, townships, units, growth, rates, urban, good, shell, drift):
    names = tuple(townships.split())
    return District(code, name, *xy, spread, names, units, growth, rates, urban, good, shell, drift)


DISTRICTS = (
    _district("980102", "棠湾区", (-2, 3), 6.5, "棠湾街道 钟楼坊街道 南桥头街道 柳荫街道 望津街道 学府里街道 白沙洲镇",
              225, 18, (0.455, 0.475, 0.500, 0.530, 0.555), True, 0.36, 0.22, 0.03),
    _district("980103", "枫渡区", (12, 7), 7.5, "枫渡街道 长堤街道 东塔街道 锦屏里街道 青林镇 汀洲口镇",
              195, 14, (0.435, 0.490, 0.545, 0.600, 0.650), True, 0.40, 0.18, 0.07),
    _district("980104", "鹭洲区", (-4, -11), 8, "鹭洲街道 船厂里街道 芦花街道 莲塘镇 沙嘴镇 圩堤镇",
              150, 16, (0.350, 0.365, 0.375, 0.395, 0.415), True, 0.28, 0.28, 0.02),
    _district("980105", "临芷区", (11, -9), 8, "临芷街道 货栈街道 新埠头街道 北站前街道 三里铺镇 荷塘口镇",
              190, 26, (0.285, 0.290, 0.290, 0.300, 0.305), True, 0.20, 0.38, 0.01),
    _district("980106", "石磐区", (-17, -3), 9, "石磐街道 铁炉街道 窑湾镇 双碾镇 马鞍桥镇",
              150, 12, (0.375, 0.390, 0.410, 0.425, 0.430), True, 0.27, 0.30, 0.02),
    _district("980121", "禾泉县", (-23, 22), 15, "禾泉镇 桑园铺镇 石臼镇 平桥镇 大圩镇 麦岗乡",
              110, 8, (0.370, 0.390, 0.410, 0.430, 0.450), False, 0.26, 0.27, 0.03),
    _district("980122", "竹阜县", (7, 28), 14, "竹阜镇 茶亭坳镇 清溪口镇 上垄镇 箬坪乡",
              95, 4, (0.445, 0.430, 0.405, 0.385, 0.365), False, 0.24, 0.30, -0.08),
    _district("980123", "柏岭县", (31, 17), 15, "柏岭镇 云根镇 石门槛镇 松木场镇 高坳乡",
              70, 4, (0.330, 0.350, 0.365, 0.385, 0.405), False, 0.22, 0.34, 0.02),
    _district("980124", "雁坪县", (29, -12), 13, "雁坪镇 鹰嘴岩镇 冷泉乡 望云乡",
              25, 1, (0.280, 0.320, 0.360, 0.400, 0.440), False, 0.25, 0.34, 0.03),
    _district("980181", "蓼川市", (-12, -31), 16, "蓼川街道 东关外街道 渔梁镇 泥湾镇 白米桥镇 长圳镇",
              140, 10, (0.345, 0.370, 0.400, 0.425, 0.450), False, 0.30, 0.26, 0.04),
)  # fmt: skip

# The story of one district: its small units are blind, and most of them sit in two townships.
BLANK_DISTRICT = "980105"
BLANK_TOWNSHIPS = ("货栈街道", "新埠头街道")
# The staged reversal: no district's rate for decoration falls, the city's does (2021Q3 on 2021Q2),
# because two dozen young firms open in the district where the rate is lowest.
REVERSAL_DISTRICT = "980106"
