# Everything runs in .venv; `make demo` and `make test` set it up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo

.PHONY: demo test lint bench docs snapshot clean

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[test,lint]'
	touch $@

# The main job on real input: pip-install real packages, export them with the embedded engine and the bundled snapshot.
# What conda-forge lacks is looked for on the package index that pip uses, and locked as a wheel.
demo: $(VENV)/.ready $(DEMO)/venv/.ready
	$(BIN)/condasync export --prefix $(DEMO)/venv -o $(DEMO)/out -c bundled
	@echo
	@echo "See $(DEMO)/out/environment.yml and $(DEMO)/out/conda-lock.yml"

$(DEMO)/venv/.ready: docs/demo/requirements.txt docs/demo/hello_cluster/pyproject.toml
	rm -rf $(DEMO)
	$(PYTHON) -m venv $(DEMO)/venv
	$(DEMO)/venv/bin/python -m pip install --quiet -r docs/demo/requirements.txt
	$(DEMO)/venv/bin/python -m pip install --quiet --editable docs/demo/hello_cluster
	touch $@

# Files of tests are spread over the cores.
test: $(VENV)/.ready
	$(BIN)/pytest --numprocesses auto --dist loadfile

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready
	$(BIN)/python tests/benchmarks/run.py --write docs/benchmarks.md
	$(BIN)/python tests/benchmarks/coverage.py --write docs/coverage.md

docs: $(VENV)/.ready
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/consumers.py

snapshot: $(VENV)/.ready
	$(BIN)/condasync snapshot build condasync/channel/data/snapshot-manifest.toml -o condasync/channel/data/snapshot.json.zst

clean:
	rm -rf $(VENV) $(DEMO)
