import re
import subprocess
import sys

import pytest

from analysis import __version__
from analysis.cli import main
from analysis.paths import DEMO


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main(list(arguments))
    said = capsys.readouterr()
    return done.value.code, said.out, said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--quarter", "2021q3"], "季度写作“2021q3”，应为四位年份加 Q 加 1 至 4，例如 2021Q3。请改正后重试。\n"),
        (["run"], "缺少选项 --quarter。例如：workbench run --quarter 2021Q3。用 workbench --help 查看全部用法。\n"),
        (["run", "--quarter", "2021Q3", "--formats", "odt"], "输出格式“odt”不认识，应为 html、pdf、docx、pptx（幻灯片）中的一个或几个，用逗号隔开。\n"),
        (["run", "--quarter", "2021Q3", "--audience", "all"], "设置“audience”为“all”，应为 internal、shared、public 之一。请改正后重试。\n"),
        (
            ["run", "--quarter", "2021Q3", "--map-use", "public"],
            "--map-use public 要公开地图，但没有审图号。请在 workbench.toml 的 map_approval_no 填写审图号，或改用 internal、meeting。\n",
        ),
        (["run", "--quarter", "2021Q3", "--colour", "red"], "没有选项 --colour。请用 workbench run --help 查看可用的选项。\n"),
        (["--colour"], "没有选项 --colour。请用 workbench --help 查看可用的选项。\n"),
        (["run", "--quarter", "2021Q3", "--jobs", "0"], "选项 --jobs 的值不对，应为 1 至 64 之间的整数。请用 workbench run --help 查看。\n"),
        (["trace", "x", "--limit", "-1"], "选项 --limit 的值不对，应为不小于 0 的整数。请用 workbench trace --help 查看。\n"),
        (["watch", "--quarter", "2021Q3", "--every", "often"], "选项 --every 的值不对，应为 0.1 至 3600 之间的数。请用 workbench watch --help 查看。\n"),
        (["verify"], "命令后面缺少“文件”。请用 workbench verify --help 查看用法。\n"),
        (["run", "2021Q3", "--quarter", "2021Q3"], "命令后面多写了“2021Q3”。请去掉，或核对引号和空格；请用 workbench run --help 查看用法。\n"),
        (["fly"], "没有这个命令（fly）。可用的命令请用 workbench --help 查看。\n"),
    ],
)
def test_a_users_mistake_gets_a_sentence_and_exit_code_2(capsys, tmp_path, arguments, sentence):
    code, out, err = run(capsys, *arguments)
    assert (code, out, err) == (2, "", sentence)


def test_the_version_is_told(capsys):
    code, out, _ = run(capsys, "--version")
    assert code == 0 and re.fullmatch(rf"工会覆盖工作台 {re.escape(__version__)}（Python 3\.\d+\.\d+，\w+）\n", out)


def test_the_program_alone_says_what_it_can_do(capsys):
    assert run(capsys) == run(capsys, "--help")


def test_the_list_of_commands_cuts_no_sentence_short(capsys):
    code, out, _ = run(capsys, "--help")
    listed = [line for line in out.splitlines() if re.match(r"  [a-z][a-z-]+ ", line)]
    assert code == 0 and len(listed) > 20 and not [line for line in listed if not line.endswith("。")]


def test_a_quarter_that_is_not_there_names_those_that_are(capsys, tmp_path):
    code, _, err = run(capsys, "run", "--quarter", "2031Q1", "--out", str(tmp_path / "out"))
    assert code == 2
    assert err.endswith("下没有 2031Q1，现有的季度：2020Q3、2020Q4、2021Q1、2021Q2、2021Q3。请核对季度，或新建 2031Q1 文件夹并放入各区县报表。\n")
    assert not (tmp_path / "out").exists()


def test_a_ledger_folder_that_is_not_there(capsys, tmp_path):
    code, _, err = run(capsys, "check", "--quarter", "2021Q3", "--ledgers", str(tmp_path / "none"))
    assert (code, err) == (2, f"没有找到台账文件夹 {tmp_path / 'none'}。请用 --ledgers 指明，或修改 workbench.toml 的 ledgers。\n")


def test_check_of_the_demo_reports_what_goes_back(capsys, tmp_path):
    code, out, _ = run(capsys, "check", "--quarter", "2021Q3", "--out", str(tmp_path))
    assert code == 1
    assert "共退回 " in out
    names = sorted(p.name for p in (tmp_path / "2021Q3" / "intake").iterdir())
    returned = [n for n in names if n.endswith("_退回.xlsx")]
    assert [n for n in names if n not in returned] == ["files.csv", "rows.csv", "summary.csv"]
    assert f"有 {len(returned)} 份文件要发还区县" in out and returned


def test_template_writes_a_workbook_and_never_over_another(capsys, tmp_path):
    file = tmp_path / "台账模板.xlsx"
    assert run(capsys, "template", str(file), "--quarter", "2021Q3", "--district", "980102")[:2] == (
        0,
        f"模板已生成：{file}。填好后放进台账的季度文件夹即可读取。\n",
    )
    before = file.read_bytes()
    code, out, err = run(capsys, "template", "--out", str(file))
    assert (code, out, err) == (2, "", f"{file} 已经存在，里面可能有填好的内容，没有覆盖。请换一个文件名，或先把它移走。\n")
    assert file.read_bytes() == before


def test_template_names_its_file_by_district_and_quarter(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "template", "--quarter", "2021Q3", "--district", "980102")[0] == 0
    assert [p.name for p in tmp_path.iterdir()] == ["棠湾区_2021Q3_台账模板.xlsx"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["模板.doc"], "模板文件写作“模板.doc”，应以 .xlsx 结尾，例如 台账模板.xlsx。请改正后重试。\n"),
        (["甲.xlsx", "--out", "乙.xlsx"], "模板文件写了两处：“甲.xlsx”和 --out 的“乙.xlsx”。请只留一处。\n"),
        (["--quarter", "2021"], "季度写作“2021”，应为四位年份加 Q 加 1 至 4，例如 2021Q3。请改正后重试。\n"),
    ],
)
def test_a_mistake_with_the_template_gets_a_sentence(capsys, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "template", *arguments) == (2, "", sentence)
    assert list(tmp_path.iterdir()) == []


def test_template_for_a_district_that_is_not_there_names_those_that_are(capsys, tmp_path):
    code, _, err = run(capsys, "template", str(tmp_path / "t.xlsx"), "--district", "110101")
    assert code == 2
    assert err.startswith("选项 --district 为“110101”，本市没有这个区县代码，现有的是：980102 棠湾区、980103 枫渡区、")


def test_list_names_documents_scopes_and_quarters(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert [name for name in ("speech", "980102", "2021Q3") if name not in out] == []


def test_python_m_analysis_does_the_same():
    done = subprocess.run([sys.executable, "-m", "analysis", "run", "--quarter", "x"], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("季度写作“x”")


def test_the_demo_is_marked():
    assert (DEMO / "DEMO").is_file()
