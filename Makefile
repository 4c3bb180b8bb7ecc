# Two commands do everything on a fresh machine with Python 3.11 and make:
#   make run    the environment, then the app on http://localhost:$(PORT) with the bundled cohort
#   make test   the environment, a browser for the browser tests, then all tests
.PHONY: run test check bench format lock reconstruct clean
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
BIN := .venv/bin

run: .venv/installed
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: .venv/installed-dev browser
	$(BIN)/pytest -n auto --dist worksteal

check: .venv/installed-dev ## format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) test

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.multiverse
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.warehouse
	$(BIN)/python -m benchmarks.sessions
	$(BIN)/python -m benchmarks.waits
	$(BIN)/python -m benchmarks.app

reconstruct: .venv/installed ## rebuild the bundled cohort and its ensemble from the published figures
	$(BIN)/explorer reconstruct --out data

lock: .venv/installed-dev ## renew the pins within the ranges of pyproject.toml
	$(BIN)/uv pip compile -q --upgrade --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --upgrade --no-header --python-version 3.11 --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build src/*.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Python 3.11 is needed; name it: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@

.PHONY: browser
browser: .venv/installed-dev
	@tools/browser.sh $(BIN)/playwright
