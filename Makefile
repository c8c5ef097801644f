# 工作台的门：make 单独运行时列出全部命令。
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
VENV_BIN := .venv/Scripts
else
VENV_BIN := .venv/bin
endif
PY := $(VENV_BIN)/python
STAMP := .venv/.current
QUARTER ?= 2021Q3

.DEFAULT_GOAL := help
.PHONY: wheelhouse bench help setup report test fuzz check gallery lock demo clean

help: ## 列出命令
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: $(STAMP) ## 建立 .venv（已是最新则什么也不做）

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else '需要 Python 3.11 或更高版本，现为 ' + sys.version.split()[0] + '。请安装后用 make setup PYTHON=python3.11 重试。')"
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(PY) -m compileall -q src
	$(PY) -c "import pathlib; pathlib.Path('$(STAMP)').touch()"

report: setup ## 运行演示季度，打印目录页位置
	$(VENV_BIN)/workbench run --quarter $(QUARTER)

test: setup ## 全部测试
	$(PY) -m pytest

fuzz: export WORKBENCH_PROPERTIES = fuzz
fuzz: setup ## 用大量随机的、损坏的台账试读取，用随机的城市试写全部文稿（一个多小时）
	$(PY) -m pytest tests/intake tests/briefings/test_briefing_random.py tests/interruption --dist worksteal

check: setup ## 代码风格、笔记本、文档检查（不到一分钟）
	$(VENV_BIN)/ruff check src tests scripts benchmarks notebooks
	$(VENV_BIN)/ruff format --check src tests scripts benchmarks notebooks
	$(PY) -m pytest -n 0 tests/notebooks tests/test_docs.py tests/test_floors.py tests/test_environment.py

bench: setup ## 实测速度并写成 docs/performance.md（约一小时，需要 chromium，机器空闲时做）
	$(PY) benchmarks/quarter.py --check
	$(PY) benchmarks/ledger.py
	$(PY) benchmarks/write_report.py

gallery: setup ## 画出各种图的样张（彩色、灰度、色觉模拟）
	$(PY) scripts/write_gallery.py

wheelhouse: setup ## 生成离线安装包（Linux、Windows），供不联网的办公室安装
	$(PY) scripts/make_wheelhouse.py

lock: ## 重新生成 requirements.lock 与 environment.yml（需要 uv）
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra dev --no-header --no-emit-index-url --no-annotate pyproject.toml -o requirements.lock
	$(PY) scripts/write_environment.py

demo: setup ## 重新生成演示数据
	$(PY) scripts/make_demo.py

clean: ## 删除中间数据和缓存（台账、成果、封存、记录都不动）
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('data/store', '.pytest_cache', '.hypothesis', '.ruff_cache')]"
