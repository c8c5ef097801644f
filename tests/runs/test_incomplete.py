from analysis.runs.index.incomplete import sentences


def row(name, table, reason, column="", region="970101"):
    return {"region": region, "region_name": name, "table": table, "column": column, "reason": reason}


def test_tables_of_one_fault_are_listed_together():
    rows = [row("甲区", "unions", "甲区没有报送“工会”表"), row("甲区", "covers", "甲区没有报送“覆盖关系”表")]
    assert sentences(rows) == ["甲区没有报送“工会”“覆盖关系”表"]


def test_a_file_that_was_not_read_is_named_once():
    names = {"units": "单位", "unions": "工会", "covers": "覆盖关系", "congresses": "职代会", "contracts": "集体合同", "contract_covers": "合同覆盖"}
    rows = [row("乙区", table, f"乙区的“{name}”表没有读成（乙区.xlsx）") for table, name in names.items()]
    assert sentences(rows) == ["乙区各表没有读成（乙区.xlsx）"]


def test_columns_are_listed_by_name_and_a_region_can_be_chosen():
    rows = [
        row("丙县", "units", "报送的“单位”表没有“新就业形态人数”一列", "new_form_worker_count"),
        row("丁县", "units", "丁县没有报送“单位”表", region="970102"),
        row("丙县", "units", "报送的“单位”表没有“新就业形态会员数”一列", "new_form_member_count"),
    ]
    assert sentences(rows, "970101") == ["丙县报送的“单位”表没有“新就业形态人数”“新就业形态会员数”列"]
    assert sentences([]) == []
