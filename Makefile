# The two commands of the README are `make demo` and `make test`; both set up what they need.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test check fix bench fuzz docs picture clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fanmill needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(READY) ## run the whole mill, offline, on the made-up newsroom
	$(BIN)/fanmill demo

test: check ## run every check and every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(READY) ## lint, types and the rule of the four rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY) ## format, and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## measure; needs the corpora for the parts that compare texts
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,bench]'
	$(BIN)/python -m benchmarks

fuzz: $(READY) ## throw ten minutes of broken feeds at the parser
	$(BIN)/python -m benchmarks.fuzz --minutes 10

docs: $(READY) ## write docs/schema.md anew from the schema
	$(BIN)/python -m storage.describe > docs/schema.md

picture: $(READY) ## draw docs/picture.svg anew
	$(BIN)/python -m docs.picture > docs/picture.svg

clean: ## remove what was built
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
