"""The PNG and the SVG of a sheet: what is drawn over what, exact fills, print size, attributes and titles as data."""

import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import shapely
from PIL import Image
from squares import rates, regions

from analysis.charts.imprint import Imprint
from analysis.charts.maps import choropleth
from analysis.charts.sheet import Sheet

SVG = "{http://www.w3.org/2000/svg}"


def picture(drawn):
    return Image.open(io.BytesIO(drawn.png))


def pixel(drawn, x_mm, y_mm):
    """Return the colour at a point measured from the lower left corner of the paper."""
    image = picture(drawn).convert("RGB")
    return "#{:02x}{:02x}{:02x}".format(*image.getpixel((int(x_mm / 25.4 * 200), image.height - 1 - int(y_mm / 25.4 * 200))))


def test_print_size_and_palette():
    drawn = choropleth(regions(), rates(), Imprint())
    image = picture(drawn)
    assert image.mode == "P" and round(image.info["dpi"][0]) == 200
    assert image.width == int(156 / 25.4 * 200) and image.height == int(drawn.record["height_mm"] / 25.4 * 200)
    assert len(drawn.png) < 80_000


def test_every_fill_keeps_its_exact_colour_among_thousands():
    sheet = Sheet(60)
    for number in range(3000):  # more shades than a palette has
        shade = f"#{number % 256:02x}{number // 256 * 20:02x}80"
        sheet.rectangle((number % 100 * 0.5, number // 100 * 0.5, number % 100 * 0.5 + 0.5, number // 100 * 0.5 + 0.5), fill=shade)
    sheet.rectangle((60, 10, 150, 50), fill="#6aaad4")
    sheet.rectangle((60, 30, 150, 50), fill="#a9cde6")
    drawn = sheet.finish("", (), {})
    assert (pixel(drawn, 100, 20), pixel(drawn, 100, 40), pixel(drawn, 155, 55)) == ("#6aaad4", "#a9cde6", "#ffffff")
    assert picture(drawn).getcolors(256) is not None


def test_letters_on_bare_paper_have_soft_edges_as_on_a_white_field():
    bare, field = Sheet(20), Sheet(20)
    field.rectangle((-1, -1, 160, 30), fill="#ffffff")
    for sheet in (bare, field):
        sheet.text(10, 10, "单位覆盖率", size=12, color="#000000")
    one, other = (np.asarray(picture(sheet.finish("", (), {})).convert("L")) for sheet in (bare, field))
    assert (one == other).all() and ((one > 40) & (one < 215)).sum() > 100


def test_order_decides_what_covers_what_and_paper_below_zero_is_paper():
    sheet = Sheet(30)
    sheet.rectangle((10, 5, 20, 15), fill="#ff0000", order=4)
    sheet.rectangle((10, 5, 20, 15), fill="#0000ff", order=3)
    sheet.extend_down(10)
    sheet.rectangle((10, -8, 20, -2), fill="#00ff00")
    drawn = sheet.finish("", (), {})
    assert pixel(drawn, 15, 20) == "#ff0000"
    assert pixel(drawn, 15, 5) == "#00ff00"
    fills = re.findall(r'<path [^>]*style="fill: (#\w+)', drawn.svg)
    assert fills == ["#ffffff", "#00ff00", "#0000ff", "#ff0000"]


def test_holes_and_parts_stay():
    ring = shapely.box(10, 5, 40, 25).difference(shapely.box(20, 10, 30, 20))
    sheet = Sheet(30)
    sheet.area(shapely.MultiPolygon([ring, shapely.box(60, 5, 70, 25)]), fill="#123456")
    drawn = sheet.finish("", (), {})
    assert [pixel(drawn, x, 15) for x in (15, 25, 35, 50, 65)] == ["#123456", "#ffffff", "#123456", "#ffffff", "#123456"]


def test_svg_and_png_show_the_same_places():
    """The corner of a shape in the SVG is where the PNG has its edge."""
    sheet = Sheet(30)
    sheet.rectangle((10, 5, 20, 25), fill="#123456")
    drawn = sheet.finish("", (), {})
    way = re.search(r'd="([^"]*)" style="fill: #123456', drawn.svg).group(1)
    points = np.array([[float(n) for n in pair.split()] for pair in re.findall(r"[ML]([\d. ]+)", way)]) / 72 * 25.4
    assert points.min(axis=0).round(1).tolist() == [10.0, 5.0] and points.max(axis=0).round(1).tolist() == [20.0, 25.0]
    assert (pixel(drawn, 9.8, 15), pixel(drawn, 10.2, 15), pixel(drawn, 19.8, 15), pixel(drawn, 20.2, 15)) == ("#ffffff", "#123456", "#123456", "#ffffff")


def test_names_and_titles_are_data():
    sheet = Sheet(20)
    sheet.text(5, 10, '<b>&"', role="name")
    sheet.area(shapely.box(1, 1, 5, 5), fill="#ffffff", note={"class": "region", "data-region": '"><script>', "title": "<i>&"})
    root = ElementTree.fromstring(sheet.finish('甲"<', (), {}).svg)
    assert root.get("aria-label") == '甲"<'
    assert root.find(f"{SVG}text").text == '<b>&"'
    group = root.find(f"{SVG}g")
    assert (group.get("data-region"), group.find(f"{SVG}title").text) == ('"><script>', "<i>&")


def test_a_drawing_whose_regions_take_the_focus_does_not_hide_them_from_screen_readers():
    assert 'role="group"' in choropleth(regions(), rates(), Imprint()).svg
    assert 'role="img"' in Sheet(10).finish("", (), {}).svg
