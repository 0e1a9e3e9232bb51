# Two commands for everyone: `make demo` and `make test`. `make check` is the gate that CI and a person run alike.
.PHONY: help setup demo full check test test-pg15 bench screenshots lock clean-data npm-ci
PYTHON ?= python3
# Compiled code is kept: every command, and every process of a test, starts in half the time.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
NPM = $(shell command -v npm || echo $(CURDIR)/$(BIN)/npm)

help:
	@echo "make demo        准备一切并启动演示系统（http://127.0.0.1:8000）"
	@echo "make test        运行全部测试（含浏览器）"
	@echo "make test-pg15   在 PostgreSQL 15 上运行数据库测试"
	@echo "make check       格式、规范、类型、导入规则、迁移、术语表"
	@echo "make bench       测量性能，写入 bench/out.json"
	@echo "make clean-data  删除内置数据库和全部数据（不可恢复）"

demo: $(VENV)/runtime node_modules/.runtime
	@$(BIN)/fpa demo

full: $(VENV)/runtime node_modules/.runtime
	@$(BIN)/fpa demo --full

check: $(VENV)/dev node_modules/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy config fpa tests scripts bench conftest.py
	@$(BIN)/fpa makemigrations --check --dry-run
	@$(BIN)/fpa glossary --check

test: $(VENV)/dev node_modules/.dev
	@sh scripts/ensure_chromium.sh
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

test-pg15: $(VENV)/dev node_modules/.dev
	@sh scripts/test_pg15.sh

bench: $(VENV)/dev
	@$(BIN)/python -m bench

screenshots: $(VENV)/dev node_modules/.dev
	@$(BIN)/python -m scripts.make_screenshots

lock: $(VENV)/pip
	@$(BIN)/pip install -q uv
	@for name in requirements requirements-dev requirements-node; do \
	  $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 \
	    --custom-compile-command "make lock" $$name.in -o $$name.lock; done

clean-data: $(VENV)/runtime
	@$(BIN)/python -m tests.server remove
	@$(BIN)/python -m fpa.core.embedded remove
	@rm -rf .data

$(VENV)/pip:
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(BIN) && ln -sf ../../bin/fpa $(BIN)/fpa
	@touch $@

$(VENV)/runtime: $(VENV)/pip requirements.lock
	@echo "安装 Python 依赖……"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.lock
	@echo "安装开发依赖……"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.runtime: package-lock.json | $(VENV)/pip
	@$(MAKE) -s npm-ci OMIT=--omit=dev
	@touch $@

node_modules/.dev: package-lock.json | $(VENV)/pip
	@$(MAKE) -s npm-ci
	@touch $@ node_modules/.runtime

npm-ci:
	@command -v npm >/dev/null || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-node.lock
	@echo "安装前端依赖……"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) ci --silent --no-progress $(OMIT)
