# Two commands for newcomers: `make demo` and `make test`. Both set up everything they need in this folder, and nothing outside it.
PYTHON ?= python3
BIN := .venv/bin
WEB := adapters/playground/web

.PHONY: demo test check lock

demo: .venv/ready
	$(BIN)/pourqui demo

test: .venv/ready $(WEB)/node_modules/ready
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

# axe-core, with which the browser tests look at a page. Without npm, or when it fails, the rest is run all the same, and says what is missing.
$(WEB)/node_modules/ready: $(WEB)/package-lock.json
	-command -v npm >/dev/null && npm ci --silent --no-audit --no-fund --prefix $(WEB) && touch $@

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch .venv/ready
