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
    file = small_city(home)
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


def rewritten(path, target, name: str, data: bytes, is_hidden: bool):
    """Exchange a member of a bundle; ``is_hidden``: with its hash in the record, as a forger would."""
    with zipfile.ZipFile(path) as source:
        files = {member: source.read(member) for member in source.namelist()}
    files[name] = data
    if is_hidden:
        record = json.loads(files[RECORD])
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
    verdict = verify(rewritten(packed, tmp_path / "b.zip", f"out/{QUARTER}/indicators.csv", "\n".join(rows).encode("utf-8-sig"), True))
    assert verdict.differing == [f"indicators.csv 与存证的不同（1 个数不同：{QUARTER}/970100/all/eligible_unit_count 存证为 999，现为 {was}）"]


def test_a_changed_member_is_told_without_a_run(packed, tmp_path):
    verdict = verify(rewritten(packed, tmp_path / "b.zip", "settings.toml", b"[bundle]\n", False))
    assert verdict.differing == ["settings.toml 和存证时不同，包被改动过"]
    verdict = verify(rewritten(packed, tmp_path / "c.zip", "new.txt", b"x", False))
    assert verdict.differing == ["new.txt 不在存证的记录里，是后来放进去的"]


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
