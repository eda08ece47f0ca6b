# make demo   the demo municipality, in your browser
# make test   every test
# make help   everything else

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/pip install --quiet
# The lock names everything: without --no-deps, pip takes a newer release of what has an extra.
LOCKED := $(PIP) --no-deps --require-hashes -r
TORCH := 2.13.0
PAGES := server/static/svar/index.html
SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)

NODE_IS_NEW := const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)

.PHONY: help setup demo test lint typecheck unit frontend benchmarks lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ \t/' | expand -t 14

setup: .venv/.setup  ## .venv with the `fortell` command

demo: .venv/.setup $(PAGES)  ## the demo municipality, served on this machine
	$(BIN)/fortell demo

test: lint typecheck unit  ## every test

lint: .venv/.setup-dev  ## style, and what rooms may import
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

typecheck: .venv/.setup-dev  ## strict types
	$(BIN)/mypy

unit: .venv/.setup-dev $(PAGES) .cache/.browser
	cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check
	$(BIN)/pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

frontend: $(PAGES)  ## the built pages

benchmarks: .venv/.setup-dev $(PAGES)  ## measure, and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

lock: .venv/.setup-dev  ## pin the dependencies anew, by hash
	$(BIN)/python scripts/lock.py

clean:  ## remove what these commands made
	rm -rf .venv .cache .demo server/static frontend/node_modules *.egg-info

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.setup: .venv/bin/pip requirements.txt pyproject.toml
	@echo "Setting up Python packages (about a minute the first time) …"
	$(LOCKED) requirements.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/pip check
	@touch $@

.venv/.setup-dev: .venv/.setup requirements-dev.txt
	$(LOCKED) requirements-dev.txt
	@$(BIN)/pip check
	@$(PIP) torch==$(TORCH) || echo "PyTorch $(TORCH) could not be installed: tests of the training will be skipped."
	@touch $@

.cache/.node: .venv/.setup requirements-node.txt
	@mkdir -p .cache
	@{ node -e '$(NODE_IS_NEW)' && command -v npm; } >/dev/null 2>&1 || $(LOCKED) requirements-node.txt
	@touch $@

frontend/node_modules/.package-lock.json: .cache/.node frontend/package-lock.json
	cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund
	@touch $@

$(PAGES): frontend/node_modules/.package-lock.json $(SOURCES)
	cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build
	@touch $@

.cache/.browser: .venv/.setup-dev .cache/.node tests/browser/chromium.py
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.browser.chromium
	@touch $@
