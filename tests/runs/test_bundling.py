"""A bundle is made again elsewhere from its own inputs: equal, or what differs is named."""

from __future__ import annotations

import io
import json
import shutil
import zipfile

import pytest
from small_run import QUARTER, finish, small_city

from analysis.errors import ExportError, ParameterError
from analysis.runs.handing.bundling import RECORD, bundle
from analysis.runs.handing.verifying import verify
from analysis.runs.rerun.fingerprint import bytes_hash
from analysis.settings import load_settings


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The bundle of a small city, whose own folder is gone."""
    home = tmp_path_factory.mktemp("bundle") / "city"
    file = small_city(home, quarters=("2021Q3", QUARTER))
    file.write_text(file.read_text(encoding="utf-8") + "[publishing]\njobs = 2\n[rules]\nmandatory_minimum = 30\n", encoding="utf-8")
    code, said = finish(file, "--scope", "city", "--documents", "coverage_map", "--formats", "html,docx")
    assert code == 0, said
    settings = load_settings(file)
    made = bundle(settings, QUARTER)
    assert bundle(settings, QUARTER, home / "again.zip").read_bytes() == made.read_bytes()
    for path, sentence in ((settings.out / QUARTER / "indicators.csv", "不能存证"), (home / "ledgers" / QUARTER / "西河区_单位.csv", "在生成以后变过")):
        whole = path.read_bytes()
        path.write_bytes(whole + b"\n1")
        with pytest.raises(ExportError, match=sentence):
            bundle(settings, QUARTER)
        path.write_bytes(whole)
    kept = tmp_path_factory.mktemp("elsewhere") / "bundle.zip"
    shutil.copy2(made, kept)
    shutil.rmtree(home)
    return kept


def rewritten(path, target, name: str, data: bytes | None, is_hidden: bool):
    """Exchange a member of a bundle, or leave it out; ``is_hidden``: with its hash in the record, as a forger would."""
    with zipfile.ZipFile(path) as source:
        files = {member: source.read(member) for member in source.namelist()}
    files.pop(name, None)
    if data is not None:
        files[name] = data
    if is_hidden:
        record = json.loads(files[RECORD])
        record["files"].pop(name, None)
        if data is not None:
            record["files"][name] = bytes_hash(data)
        files[RECORD] = json.dumps(record).encode()
    with zipfile.ZipFile(target, "w") as made:
        for member, content in files.items():
            made.writestr(member, content)
    return target


def test_made_again_it_is_equal(packed):
    verdict = verify(packed)
    assert (verdict.differing, verdict.remarks) == ([], [])
    assert verdict.same > 10


def test_a_figure_changed_with_its_hash_is_named(packed, tmp_path):
    with zipfile.ZipFile(packed) as source:
        table = source.read(f"out/{QUARTER}/indicators.csv").decode("utf-8-sig")
    rows = table.split("\n")
    at = next(n for n, row in enumerate(rows) if ",city," in row and ",all,eligible_unit_count," in row)
    was = rows[at].split(",")[8]
    rows[at] = rows[at].replace(f",{was},", ",999,")
    forged = rewritten(packed, tmp_path / "b.zip", f"out/{QUARTER}/indicators.csv", "\n".join(rows).encode("utf-8-sig"), True)
    with zipfile.ZipFile(packed) as source:
        manifest = json.loads(source.read(f"out/{QUARTER}/manifest.json"))
    manifest["outputs"].pop("city/coverage_map.html")  # a file that nothing vouches for
    manifest["incomplete"] = [{"region": "970101", "table": "units", "reason": "x"}]
    manifest["jobs"].append(manifest["jobs"][0] | {"document": "topic", "files": ["city/topic.html"]})
    forged = rewritten(forged, tmp_path / "c.zip", f"out/{QUARTER}/manifest.json", json.dumps(manifest).encode(), True)
    forged = rewritten(forged, tmp_path / "d.zip", f"out/{QUARTER}/notebooks/city/coverage_map.ipynb", b"[]", True)
    verdict = verify(forged)
    assert verdict.differing == [
        "city/topic 没有重算：这台电脑上没有做它的笔记本",
        "manifest.json 的 incomplete 与重算的不同",
        "city/coverage_map.html 不在 manifest.json 的成果里，没有核对",
        f"indicators.csv 与存证的不同（1 个数不同：{QUARTER}/970100/all/eligible_unit_count 存证为 999，现为 {was}）",
        "notebooks/city/coverage_map.ipynb 与存证的不同",
    ]


def test_a_changed_member_is_told_without_a_run(packed, tmp_path):
    verdict = verify(rewritten(packed, tmp_path / "b.zip", "settings.toml", b"[bundle]\n", False))
    assert verdict.differing == ["settings.toml 和存证时不同，包被改动过"]
    verdict = verify(rewritten(packed, tmp_path / "c.zip", "new.txt", b"x", False))
    assert verdict.differing == ["new.txt 不在存证的记录里，是后来放进去的"]
    verdict = verify(rewritten(packed, tmp_path / "d.zip", f"inputs/ledgers/{QUARTER}/西河区_单位.csv", None, False))
    assert verdict.differing == [f"inputs/ledgers/{QUARTER}/西河区_单位.csv 被从包里删去了"]


def test_a_bundle_says_nothing_of_how_its_machine_works(packed):
    with zipfile.ZipFile(packed) as source:
        settings = source.read("settings.toml").decode()
    assert "scheduler" not in settings and "jobs" not in settings and "mandatory_minimum = 30" in settings


def test_what_leads_out_or_bursts_is_refused_before_anything_is_written(packed, tmp_path):
    with zipfile.ZipFile(packed) as source:
        settings, quarter = source.read("settings.toml").decode(), QUARTER
    outside = tmp_path / "mine"
    forged = settings.replace('out = "out"', f'out = "{outside.as_posix()}"')
    assert forged != settings
    with pytest.raises(ParameterError) as caught:
        verify(rewritten(packed, tmp_path / "b.zip", "settings.toml", forged.encode(), True))
    assert caught.value.sentence == f"b.zip 的设置 out 指向包外（{outside}），不予重算。请向出具人核实这个文件。" and not outside.exists()
    for name, data, said in (
        ("zeros.bin", bytes(300 << 20), "c.zip 只有 1 MB，解开却有 30[0-9] MB，不像存证文件（可能是压缩炸弹），不予打开。请向出具人核实这个文件。"),
        (f"out/{quarter}/manifest.json", b"[1]", r"c\.zip 里的 manifest\.json 不是 workbench run 写的。请重新取得这个文件，或向出具人核实。"),
        (f"out/{quarter}/manifest.json", None, rf"c\.zip 里没有 out/{quarter}/manifest\.json，无从重算。请重新取得这个文件，或向出具人核实。"),
        ("settings.toml/a", b"", r"c\.zip 里的文件名互相冲突，不是 workbench bundle 生成的存证文件。请向出具人核实这个文件。"),
        (RECORD, b'{"files": [], "quarter": "2021Q4"}', r"c\.zip 不是完好的存证文件，应为 workbench bundle 生成的 \.zip（没有密码）。请重新取得这个文件。"),
    ):
        forged = rewritten(packed, tmp_path / "c.zip", name, data, name != RECORD)
        if data and len(data) > 1 << 20:  # packed as a bomb is
            with zipfile.ZipFile(forged) as source, zipfile.ZipFile(tmp_path / "small.zip", "w", zipfile.ZIP_DEFLATED) as target:
                for member in source.namelist():
                    target.writestr(member, source.read(member))
            (tmp_path / "small.zip").replace(forged)
        with pytest.raises(ParameterError, match=f"^{said}$"):
            verify(forged)
    with zipfile.ZipFile(packed) as source, pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "e.zip", "w") as target:
        for member in [*source.namelist(), "settings.toml"]:
            target.writestr(member, source.read(member))
    with pytest.raises(ParameterError, match=r"^e\.zip 里有两份同名的“settings\.toml”，不知道以哪一份为准，不予打开。请向出具人核实这个文件。$"):
        verify(tmp_path / "e.zip")


def test_what_is_no_bundle_or_leads_out_is_refused(packed, tmp_path):
    with pytest.raises(ParameterError, match=r"没有找到文件 .*none\.zip"):
        verify(tmp_path / "none.zip")
    (tmp_path / "x.zip").write_bytes(b"PK")
    with pytest.raises(ParameterError, match=r"x\.zip 不是完好的存证文件"):
        verify(tmp_path / "x.zip")
    with pytest.raises(ParameterError, match=r"里的文件名“\.\./evil”指向包外，不予打开。"):
        verify(rewritten(packed, tmp_path / "e.zip", "../evil", b"x", False))
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    (tmp_path / "empty.zip").write_bytes(empty.getvalue())
    with pytest.raises(ParameterError, match="不是完好的存证文件"):
        verify(tmp_path / "empty.zip")
