"""``refresh`` as people use it: the speech of one quarter, edited or not, with the next quarter's figures; what it says and refuses."""

from __future__ import annotations

import pytest
from story_world import NAMES, package

from analysis.briefings import speech
from analysis.cli import main
from analysis.desk import refresh as module
from analysis.errors import ExportError, ParameterError
from analysis.facts import Register
from analysis.periods import Quarter
from analysis.publishing.document import prepare
from analysis.publishing.docx import render_docx
from analysis.settings import Settings

BEST_AND_LAST = {"970101": (60, 100), "970102": (30, 100), "970103": (5, 20)}
TURNED = {"970101": (40, 100), "970102": (50, 100), "970103": (5, 20)}


@pytest.fixture
def city(tmp_path, monkeypatch):
    """The speech of 2021Q3 as DOCX; 2021Q4 has 乙区 ahead and the city's rate fallen when asked for."""
    path = tmp_path / "讲话稿.docx"
    path.write_bytes(render_docx(prepare(speech.write(package(covered=BEST_AND_LAST)).blocks))[0])
    later = _later(TURNED)
    monkeypatch.setattr(module, "build_package", lambda *_: tmp_path)
    monkeypatch.setattr(module, "open_package", lambda *_a, **_k: later)
    return path


def _later(covered):
    """The package of 2021Q4: the same rows, one quarter on."""
    made = package(covered=covered, earlier=BEST_AND_LAST)
    frame = made.register.frame.copy()
    frame["quarter"] = [Quarter(q).shifted(1).key for q in frame["quarter"]]
    made.quarter, made.register = "2021Q4", Register(frame, "2021Q4", made.city)
    return made


def test_the_speech_gets_the_next_quarter_and_words_that_no_longer_fit_are_named(city):
    made = module.refresh(city, "2021Q4", Settings(audience="internal"))
    assert made.path.name == "讲话稿_2021Q4.docx" and made.report.name == "讲话稿_2021Q4_更新说明.csv" and made.exit_code == 1
    told = [c for c in made.changes if c.kind == "请核对用语"]
    assert any(NAMES["970101"] in c.before and "名列第一" in c.before for c in told)
    assert any(c.note.startswith("提高、增加") or "方向" in c.note for c in told)
    assert made.report.read_text(encoding="utf-8-sig").splitlines()[0] == "类别,位置,原来,现在,说明"


def test_nothing_is_written_over_unless_asked(city):
    settings = Settings(audience="internal")
    module.refresh(city, "2021Q4", settings)
    with pytest.raises(ParameterError, match="已经存在，没有覆盖。请用 --out 换一个名字"):
        module.refresh(city, "2021Q4", settings)
    before = city.read_bytes()
    assert module.refresh(city, "2021Q4", settings, in_place=True).path == city and city.read_bytes() != before


def test_a_file_open_in_word_is_not_changed_in_place(city):
    city.with_name("~$话稿.docx").write_bytes(b"")
    (city.with_name("~$讲话稿.docx")).write_bytes(b"")
    with pytest.raises(ExportError, match="正在 Word 或 WPS 中打开，没有改动"):
        module.refresh(city, "2021Q4", Settings(audience="internal"), in_place=True)


def test_a_document_of_another_city_is_refused(city, monkeypatch):
    other = _later(TURNED)
    frame = other.register.frame.assign(region_code=other.register.frame["region_code"].str.replace("97", "98"))
    other.register = Register(frame, "2021Q4", ("980100", "另一市"))
    monkeypatch.setattr(module, "open_package", lambda *_a, **_k: other)
    with pytest.raises(ParameterError, match="台账里没有这些地区。请用 --ledgers 指明这个市的台账文件夹"):
        module.refresh(city, "2021Q4", Settings(audience="internal"))


def test_the_command_says_mistakes_in_one_sentence(city, tmp_path, capsys):
    for arguments, said in (
        (["refresh", str(tmp_path / "没有.docx"), "--quarter", "2021Q4"], "没有找到文件"),
        (["refresh", str(city), "--quarter", "2021Q9"], "季度写作“2021Q9”"),
        (["refresh", str(_old(tmp_path)), "--quarter", "2021Q4"], "请用 Word 或 WPS 打开后另存为 .docx"),
        (["refresh", str(_strange(tmp_path)), "--quarter", "2021Q4"], "不是工作台生成的文稿"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2 and said in capsys.readouterr().err


def _old(folder):
    path = folder / "旧稿.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    return path


def _strange(folder):
    import docx

    path = folder / "别人的.docx"
    docx.Document().save(path)
    return path
