# Two commands for newcomers: `make demo` and `make test`. Both set up everything they need in .venv, and nothing outside this folder.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lock

demo: .venv/ready
	$(BIN)/pourqui demo

test: .venv/ready
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/vulture

# The lock is written from pyproject.toml on purpose only, and names no address.
lock: .venv/ready
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --group dev --upgrade --output-file requirements.lock pyproject.toml

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch .venv/ready
