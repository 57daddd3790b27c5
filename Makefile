# Two commands matter: `make run` (everything, with a demo) and `make test` (all that CI runs).

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STATIC := src/plushka/delivery/web/static

.PHONY: run test lint format bench assets install install-dev lock

run: install assets
	$(BIN)/plushka run --demo

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

# The venv is filled from a lock with hashes by plain pip; a stamp makes the next run instant.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml $(VENV)/.created
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
