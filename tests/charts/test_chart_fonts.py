"""No boxes instead of hanzi, on a machine without any font of its own."""

import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from squares import fact, rates, regions

from analysis.charts import fonts
from analysis.charts.imprint import Imprint
from analysis.charts.maps import choropleth
from analysis.errors import SettingsError


@pytest.fixture
def bare_machine(monkeypatch):
    """Hide every font that matplotlib knows; a missing glyph is a warning and so an error here."""
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    for cached in (fonts.use_fonts, fonts._faces, fonts._advance):
        cached.cache_clear()
    font_manager._get_font.cache_clear()
    yield
    for cached in (fonts.use_fonts, fonts._faces, fonts._advance):
        cached.cache_clear()


@pytest.mark.usefixtures("bare_machine")
def test_a_map_is_drawn_without_system_fonts():
    drawn = choropleth(regions(), rates(), Imprint(is_demo=True))
    families = fonts.use_fonts()
    assert families[0] == "Noto Sans SC"
    face = FT2Font(font_manager.findfont("Noto Sans SC", fallback_to_default=False))
    assert all(face.get_char_index(ord(c)) for text in drawn.record["texts"] for c in text["text"])


@pytest.mark.usefixtures("bare_machine")
def test_a_character_that_no_font_has_is_named():
    place = regions()
    place.loc[0, "name"] = "𠮷区"
    drawn = choropleth(place, [fact("990101", 45)], Imprint())
    assert "〔U+20BB7〕区" in [text["text"] for text in drawn.record["texts"]]


def test_a_font_that_cannot_be_found_again(monkeypatch):
    fonts.use_fonts.cache_clear()
    monkeypatch.setattr(fonts, "register", lambda path: "没有这个字体")
    with pytest.raises(SettingsError, match="没有登记成功，图中的汉字会变成方框"):
        fonts.use_fonts()
    fonts.use_fonts.cache_clear()


def test_a_broken_font_file(tmp_path):
    (tmp_path / "坏.ttf").write_bytes(b"abc")
    with pytest.raises(SettingsError, match=r"坏\.ttf 读不出来"):
        fonts.use_fonts(str(tmp_path))


def test_the_measure_is_that_of_the_font():
    assert fonts.text_width_mm("澄东区", 10, fonts.use_fonts()) == pytest.approx(30 * 25.4 / 72, rel=0.01)
