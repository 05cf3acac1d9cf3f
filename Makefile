# Everything a developer or a reader needs, in one place. `make` alone prints the list.
# Needs only make and Python 3.11 or newer; the rest is installed into .venv from uv.lock.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test check docs bench validate

VENV  := .venv
STAMP := $(VENV)/.stamp
BIN   := $(VENV)/bin
DEMO  ?= nociscope-demo
# Two workers: what the slowest supported machine has. `make test WORKERS=8` on a larger one.
WORKERS ?= 2

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
	  printf '%-15s %s\n' "$$name" "$$what"; done

setup: $(STAMP) ## make .venv with everything in it

# One stamp stands for the whole environment: it is stale as soon as a dependency or the lock changes.
$(STAMP): pyproject.toml uv.lock
	@uv=$$(tools/find-uv); \
	  UV_PROJECT_ENVIRONMENT=$(VENV) "$$uv" sync --frozen --all-extras --group dev --quiet
	@touch $@

demo: $(STAMP) ## run a small simulated study; ends with the path of its report
	@$(BIN)/nociscope demo $(DEMO)

test: $(STAMP) ## run all tests; those that need open data say so where it is absent
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: $(STAMP) ## style, types, import contracts, wording
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.prose

# Not --quiet: what is not logged is not counted by --strict.
docs: $(STAMP) ## build the documentation into site/; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	$(BIN)/python -m tools.check_site site

bench: $(STAMP) ## measure time and memory into benchmarks/results.json
	@$(BIN)/python -m benchmarks $(ARGS)

validate: $(STAMP) ## measure accuracy and coverage into validation/results.json
	@$(BIN)/python -m validation $(ARGS)
