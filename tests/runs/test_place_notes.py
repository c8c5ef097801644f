"""What is noticed in a boundary file is told on the screen, by check and by run."""

import json

from small_run import finish, small_city, start


def test_marks_of_shifted_coordinates_are_told(tmp_path):
    settings = small_city(tmp_path / "city")
    path = settings.parent / "boundaries.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    for feature in content["features"]:
        own = feature["properties"]
        own |= {"adcode": own.get("adcode") or own.get("code"), "level": "district", "childrenNum": 0, "subFeatureIndex": 0}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    settings.write_text(settings.read_text(encoding="utf-8").replace('townships = "townships.geojson"\n', ""), encoding="utf-8")
    process = start(settings, "--quarter", "2021Q4", command="check")
    said, _ = process.communicate(timeout=300)
    assert "界线：边界文件 boundaries.geojson 带有 DataV 数据的标记，已按 GCJ-02 坐标还原为 WGS-84" in said
    assert process.returncode == 1  # of the rows, not of the map


def test_a_public_map_without_approval_number_is_refused(tmp_path):
    settings = small_city(tmp_path / "city")
    code, said = finish(settings, "--documents", "coverage_map", "--scope", "city", "--map-use", "public")
    assert code != 0 and "审图号" in said
    assert not list(settings.parent.glob("out/**/coverage_map.*"))
