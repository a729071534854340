# Everything that is done with this project. `make help` lists it.
# Nothing but python3 (3.11 or later), make and, for the durable store, npm is needed; the rest is fetched into .venv and .store.

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= .local
STORE ?= embedded
STAGE ?= dev
BIN := .venv/bin
READY := .venv/.ready-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)
EMBEDDED := .store/.ready

.DEFAULT_GOAL := help
.PHONY: help run test check lint types openapi format bench package clean store

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(READY) $(if $(filter embedded,$(STORE)),store) ## the whole house on http://127.0.0.1:8000 (PORT, DATA_DIR, STORE=memory, CLOCK_START)
	@PORT=$(PORT) DATA_DIR=$(DATA_DIR) STORE=$(STORE) CLOCK_START=$(CLOCK_START) exec $(BIN)/python local.py

test: $(READY) store ## all tests, in parallel
	$(BIN)/python -m pytest -n auto --dist loadfile

check: lint types openapi ## what CI checks beside the tests: lint, types, architecture, contract drift
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_openapi.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

openapi: $(READY) ## write docs/openapi.json, docs/messages.md and chalicelib/routes.py from the code if they differ, and fail if they did
	$(BIN)/python -m tools.routes
	$(BIN)/python -m tools.openapi
	$(BIN)/python -m tools.templates

format: $(READY) ## let ruff put things in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) store ## the tables of docs/benchmarks.md, measured here
	$(BIN)/python -m bench

package: $(READY) ## what is deployed, in build/package: template.json and deployment.zip (STAGE=dev or prod)
	$(BIN)/python -m tools.package --stage $(STAGE)

store: $(READY) $(EMBEDDED) ## fetch the embedded store for this machine

$(EMBEDDED): package.json
	$(BIN)/python -m tools.fetch_store
	@touch $@

$(READY): requirements.txt requirements-dev.txt
	@echo "setting up .venv (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@rm -f .venv/.ready-* && touch $@

clean: ## remove everything that was fetched or made here, data included
	rm -rf .venv .venv-bench .store .local build .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis
