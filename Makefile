# What people run. `make` alone lists it. Nothing here needs more than make and Python 3.11 or newer.

VENV ?= .venv
PYTHON ?= $(shell for p in python3.11 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PYTEST_ARGS ?=
BENCH_ARGS ?=
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test everything coverage check format bench constraints

help: ## List what can be run
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

demo: $(VENV)/.installed-train ## Install, then train a model on a made-up borough, under .riskmodels/demo
	$(BIN)/riskmodels demo

test: $(VENV)/.installed-dev ## Install, then run the tests, but for those marked long
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m 'not long' $(PYTEST_ARGS)

everything: $(VENV)/.installed-dev ## Run the long tests too: every use case's story, planted faults, simulations
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

coverage: $(VENV)/.installed-dev ## Run every test and show which branches none takes; a third slower
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term-missing $(PYTEST_ARGS)

check: $(VENV)/.installed-dev ## Lint, format, types and import rules, changing nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## Put the code in its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev ## Measure speed against what else could be used; BENCH_ARGS=--quick takes minutes
	@for bench in benchmarks/*.py; do echo "$$bench" && $(BIN)/python "$$bench" $(BENCH_ARGS) || exit 1; done

# The pinned list is made from the newest versions in an empty environment; the platform-only pins are kept as they stand.
constraints: ## Renew constraints.txt, then run the tests with it
	rm -rf .riskmodels/pins && mkdir -p .riskmodels && $(PYTHON) -m venv .riskmodels/pins
	.riskmodels/pins/bin/python -m pip install -qq hatchling editables
	.riskmodels/pins/bin/python -m pip install -qq --no-build-isolation --editable '.[dev]'
	grep '^#' constraints.txt > .riskmodels/constraints.new
	.riskmodels/pins/bin/python -m pip freeze --exclude-editable | LC_ALL=C sort -f >> .riskmodels/constraints.new
	grep -E '^(colorama|tzdata|waitress)==' constraints.txt >> .riskmodels/constraints.new
	mv .riskmodels/constraints.new constraints.txt && rm -rf .riskmodels/pins
	@echo "constraints.txt is renewed: correct the date in its first line, then run make test"

# Installed once, and again when what is declared or pinned changes.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found. Install it, or say: make PYTHON=/path/to/python" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.build-tools: constraints.txt | $(VENV)/bin/python
	@echo "Installing the pinned versions in $(VENV): a minute or two"
	@$(INSTALL) hatchling editables
	@touch $@

$(VENV)/.installed-train: pyproject.toml constraints.txt $(VENV)/.build-tools
	@$(INSTALL) --no-build-isolation --editable '.[train]'
	@$(LIGHTGBM_LOADS)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt $(VENV)/.build-tools
	@$(INSTALL) --no-build-isolation --editable '.[dev]'
	@$(LIGHTGBM_LOADS)
	@touch $@ $(VENV)/.installed-train

LIGHTGBM_LOADS = $(BIN)/python -c 'import lightgbm' || \
	{ echo "LightGBM needs the OpenMP library of the system: install libgomp1 (Debian, Ubuntu), libgomp (Fedora) or libomp (Homebrew)" >&2; exit 2; }
