# The workshop. A fresh machine needs python3 (3.11 or newer, with its venv module) and make; nothing else.
# Everything is installed into .venv and web/node_modules, from lock files that name hashes and no addresses.
# uv is used when it is there, because it is quicker; a node of the machine is used when it is 20 or newer.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DIST := api/static/dist
COVERAGE_AT_LEAST ?= 85
WORKERS ?= auto
TESTS ?= tests
ARGS ?=

CODE := engine forms api tests
LOCKS := requirements.lock requirements-dev.lock requirements-node.lock web/package-lock.json
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -type f -print 2>/dev/null)

export PATH := $(CURDIR)/$(BIN):$(PATH)

say = printf '\033[1m» %s\033[0m\n'

# $(call install,ARGUMENTS) installs into .venv, with uv where it is found and with pip otherwise.
define install
	if command -v uv >/dev/null && uv pip install --quiet --python $(BIN)/python $(1); then :; else \
	    $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); \
	fi
endef

.PHONY: help
help:  ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

# ---- what people run ------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.made-app $(DIST)/manifest.json  ## Set up and start the site with its demo organisation
	@$(say) 'starting motcua (stop it with Ctrl+C)'
	@exec $(BIN)/motcua run --demo $(ARGS)

.PHONY: test
test: $(VENV)/.made-dev $(VENV)/.made-app $(DIST)/manifest.json  ## Run every test on SQLite and PostgreSQL
	@$(say) 'testing on SQLite and on a PostgreSQL started for this run'
	@$(BIN)/coverage erase
	@MOTCUA_TEST_REQUIRE="$${MOTCUA_TEST_REQUIRE:-postgresql}" \
	    $(BIN)/coverage run -m pytest -n $(WORKERS) $(TESTS) $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(say) 'coverage of the engine and the forms (at least $(COVERAGE_AT_LEAST) %)'
	@$(BIN)/coverage report --include='engine/*,forms/*' --fail-under=$(COVERAGE_AT_LEAST)

.PHONY: lint lint-style lint-types lint-layers lint-locks
lint: lint-style lint-types lint-layers lint-locks  ## Check style, types, layers and locks; change nothing

lint-style: $(VENV)/.made-dev
	@$(say) 'ruff: style'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lint-types: $(VENV)/.made-dev $(VENV)/.made-app
	@$(say) 'mypy: types'
	@$(BIN)/mypy

lint-layers: $(VENV)/.made-dev $(VENV)/.made-app
	@$(say) 'import-linter: layers'
	@$(BIN)/lint-imports --no-logo

lint-locks:
	@$(say) 'locks: hashes, no addresses'
	@if grep -nE 'https?://' $(LOCKS); then echo 'A lock names an address: make it again with "make lock".'; exit 1; fi

.PHONY: format
format: $(VENV)/.made-dev  ## Put the Python code in order
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.made-dev $(VENV)/.made-app  ## Measure what the issues promise; medians, and JSON at the end
	@$(say) 'measuring (one process, nothing else should be busy)'
	@$(BIN)/python tests/benchmarks/run.py $(ARGS)

.PHONY: screenshots
screenshots: $(VENV)/.made-dev $(VENV)/.made-app $(DIST)/manifest.json  ## Photograph the demo for docs/images
	@$(say) 'taking the pictures in docs/images'
	@$(BIN)/python tests/browser/screenshots.py $(ARGS)

.PHONY: assets
assets: $(DIST)/manifest.json  ## Build style and scripts

# ---- how things come to be ------------------------------------------------------------------------

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'motcua needs Python 3.11 or newer; found: '"$$($(PYTHON) --version 2>&1)"'. Try "make PYTHON=python3.12 ...".'; exit 1; }
	@$(say) 'making the virtual environment .venv'
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || \
	    { command -v uv >/dev/null && uv venv --quiet --clear --python $(PYTHON) $(VENV); } || \
	    { rm -f $@; echo 'python3 -m venv does not work here; on Debian: apt-get install python3-venv'; exit 1; }

$(VENV)/.made-run: requirements.lock | $(VENV)/pyvenv.cfg
	@$(say) 'installing the packages that motcua runs on (half a minute with pip, seconds with uv)'
	@$(call install,--require-hashes -r requirements.lock)
	@touch $@

$(VENV)/.made-dev: requirements-dev.lock $(VENV)/.made-run
	@$(say) 'installing the tools that check and test'
	@$(call install,--require-hashes -r requirements-dev.lock)
	@touch $@

$(VENV)/.made-app: pyproject.toml $(VENV)/.made-run
	@$(say) 'installing motcua itself, in place'
	@$(call install,--no-deps --no-build-isolation -e .)
	@touch $@

# A node of 20 or newer on the machine is taken as it is; otherwise the one that PyPI carries as a wheel.
$(VENV)/.made-node: requirements-node.lock | $(VENV)/.made-run
	@if node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null; then :; else \
	    $(say) 'no node 20 here: installing one into .venv (60 MB)'; \
	    $(call install,--require-hashes -r requirements-node.lock); \
	fi
	@touch $@

web/node_modules/.made: web/package-lock.json web/.npmrc | $(VENV)/.made-node
	@$(say) 'fetching what the pages are built from'
	@cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(DIST)/manifest.json: web/node_modules/.made $(WEB_SOURCES)
	@$(say) 'building style and scripts into $(DIST)'
	@cd web && node build.mjs

# ---- locks ----------------------------------------------------------------------------------------

COMPILE = uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header

.PHONY: lock
lock: | $(VENV)/.made-node  ## Resolve the dependencies anew and write the lock files
	@command -v uv >/dev/null || { $(say) 'installing uv into .venv'; $(call install,uv); }
	@$(say) 'locking Python packages'
	@$(COMPILE) pyproject.toml --group build -o requirements.lock
	@$(COMPILE) pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) --group node -o requirements-node.lock
	@$(say) 'locking web packages'
	@cd web && npm install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error && node lock.mjs

.PHONY: clean
clean:  ## Remove what was built, keep what was installed
	@rm -rf $(DIST) build *.egg-info .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
