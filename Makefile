# The commands of this project. `make help` lists it.
# It needs python3 (3.11 or later), make and, for the durable store, npm. The rest is fetched into .venv and .store.
# .venv has two layers: SERVER is what `make run` needs, READY adds the tools of the tests.

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= .local
STORE ?= embedded
STAGE ?= dev
BIN := .venv/bin
# Tests wait for servers a third of their time, so one worker more than there are cores is busy.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SERVER := .venv/.server-$(shell cat requirements.txt requirements-server.txt | cksum | cut -d' ' -f1)
READY := .venv/.ready-$(shell cat requirements.txt requirements-server.txt requirements-dev.txt | cksum | cut -d' ' -f1)
INSTALL := install --quiet --disable-pip-version-check
EMBEDDED := .store/.ready
EMULATOR := .venv-deploy/.ready-$(shell cat requirements-deploy.txt | cksum | cut -d' ' -f1)
CLIENTS := .clients/.ready-$(shell cat requirements-clients.txt tests/clients/package.json | cksum | cut -d' ' -f1)
BROWSERS := .venv-browser/.ready-$(shell cat requirements-browser.txt tests/browser/package.json | cksum | cut -d' ' -f1)
CHROMIUM ?= /usr/bin/chromium
CHECKOV := .venv-checkov/.ready-$(shell cat requirements-checkov.txt | cksum | cut -d' ' -f1)
PACKAGER := .venv-package/.ready-$(shell cat requirements.txt tools/runtime.py | cksum | cut -d' ' -f1)
PACKAGE := build/package
SOURCES := app.py pyproject.toml requirements-package.lock infra/template.json tools/package.py tools/libraries.py tools/runtime.py tools/sbom.py tools/slim.py .chalice chalicelib
PACKAGED := $(PACKAGE)/.made-$(STAGE)-$(shell find $(SOURCES) -type f ! -name '*.pyc' | LC_ALL=C sort | xargs cksum | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help run serve test test-fast histories check lint types openapi infra policies format bench clean store package runtime tools test-clients test-browser browser-all browser-renew test-deploy check-deploy deploy

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(SERVER) $(if $(filter embedded,$(STORE)),$(EMBEDDED)) ## start the local server on http://127.0.0.1:8000 (PORT, DATA_DIR, STORE=memory, CLOCK_START)
	@PORT="$(PORT)" DATA_DIR="$(DATA_DIR)" STORE="$(STORE)" CLOCK_START="$(CLOCK_START)" exec $(BIN)/python local.py

serve: $(SERVER) $(EMBEDDED) ## serve a street in earnest on this machine (DATA_DIR, SECRETS_FILE, PUBLIC_URL, PORT; docs/one-machine.md)
	@PORT="$(PORT)" DATA_DIR="$(DATA_DIR)" exec $(BIN)/python -m onemachine.serve

test: $(READY) store ## run all tests, in parallel
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=15
	@uptime
	@echo "Not run: tests/deploy/test_stack.py, the package on an emulator of AWS (make test-deploy);"
	@echo "tests/clients, generated clients of the contract (make test-clients);"
	@echo "tests/browser, the pages in a browser (make test-browser)."

test-fast: $(READY) ## run the quicker tests of most features, in a minute
	$(BIN)/python -m pytest -m "not embedded and not slow" -n auto --dist loadfile
	@uptime

histories: $(READY) ## live through generated histories of a whole street (HISTORIES=20000 for a night, SEED)
	HISTORIES=$(or $(HISTORIES),2000) SEED=$(or $(SEED),20261130) $(BIN)/python -m pytest -m "not embedded" -n auto --dist loadfile tests/histories
	@uptime

test-clients: $(READY) $(CLIENTS) ## generate clients of the contract in six languages, and walk with two of them (needs node and java)
	CLIENTS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --durations=5 tests/clients

test-browser: $(SERVER) $(BROWSERS) ## walk through the pages in Chromium, and check each for access, weight, width, names and looks (about 4 minutes; TURN=0 to 2)
	@test -x "$(CHROMIUM)" || { echo "Chromium is missing: apt-get install chromium fonts-noto-cjk (or give CHROMIUM=/path/of/it)"; exit 1; }
	BROWSER=1 CHROMIUM="$(CHROMIUM)" TURN="$(TURN)" .venv-browser/bin/python -m pytest -n 2 --dist loadfile --durations=5 --confcutdir=tests/browser tests/browser

browser-all: export TURN = all
browser-all: test-browser ## the same, with each page also dark, in forced colours, large, very large and in English

browser-renew: $(SERVER) $(BROWSERS) ## keep the names and pictures of the pages as they are now (read the difference, then commit it)
	RENEW=1 TURN=all BROWSER=1 CHROMIUM="$(CHROMIUM)" .venv-browser/bin/python -m pytest -n 2 --confcutdir=tests/browser tests/browser/test_names_and_pictures.py

test-deploy: $(READY) $(EMULATOR) package ## run the commands of docs/operations.md, and the package, on an emulator of AWS
	DEPLOY=1 $(BIN)/python -m pytest -s --durations=5 tests/deploy/test_transform.py tests/deploy/test_stack.py

check: lint types openapi infra ## the checks of CI without the tests: lint, types, architecture, and that generated files are up to date
	$(BIN)/python -m pytest -q -n auto tests/architecture tests/test_openapi.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

openapi: $(READY) ## write docs/openapi.json, docs/errors.md, docs/messages.md, chalicelib/routes.py and the error codes from the code if they differ, and fail if they did
	$(BIN)/python -m tools.routes
	$(BIN)/python -m tools.refusal_codes
	$(BIN)/python -m tools.error_pages
	$(BIN)/python -m tools.openapi
	$(BIN)/python -m tools.templates

infra: $(READY) ## write infra/template.json from infra/*.yaml and the code if it differs, and fail if it did
	$(BIN)/python -m tools.infra

policies: $(READY) store ## write .chalice/policy-*.json from a recorded run of all features if they differ, and fail if they did (about a minute)
	$(BIN)/python -m tests.deploy.policies

package: $(PACKAGED) ## build template.json, deployment.zip and sbom.json in build/package (STAGE=dev or prod, PYTHON of the runtime)

$(PACKAGED): | runtime $(READY) $(PACKAGER)
	.venv-package/bin/python -m tools.package --stage $(STAGE)
	@touch $@

runtime:
	@$(PYTHON) -m tools.runtime

# An environment of its own: its Python is that of Lambda, and that of .venv any from 3.11 on.
$(PACKAGER): requirements.txt tools/runtime.py | runtime
	@echo "setting up .venv-package (once)"
	@$(PYTHON) -m venv --clear .venv-package
	@.venv-package/bin/pip $(INSTALL) -r requirements.txt
	@touch $@

check-deploy: $(READY) $(EMULATOR) $(CHECKOV) ## run cfn-lint (for AWS and for AWS China) and checkov on the templates of both stages
	@rm -rf build/templates
	@set -e; for region in ap-southeast-1 cn-north-1; do \
	  mkdir -p build/templates/$$region; \
	  for stage in dev prod; do $(BIN)/python -m tools.package --stage $$stage --region $$region --template build/templates/$$region/$$stage.json; done; \
	  echo "cfn-lint for $$region"; \
	  .venv-deploy/bin/cfn-lint --regions $$region -- build/templates/$$region/*.json; \
	done
	.venv-checkov/bin/checkov --config-file infra/checkov.yml --directory build/templates/ap-southeast-1

deploy: package ## deploy the package to AWS by a change set that you read first (STAGE; SET="Name=value …"; docs/operations.md)
	$(BIN)/python -m tools.deploy --stage $(STAGE) $(foreach pair,$(SET),--set $(pair))

format: $(READY) ## fix and format the code with ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) store ## measure the tables of docs/benchmarks.md on this machine (NAME=street: one of them)
	$(BIN)/python -m bench $(NAME)

store: $(EMBEDDED) ## fetch the embedded store for this machine

$(EMBEDDED): package.json | $(SERVER)
	@echo "fetching the embedded store into .store (about 15 s)"
	@$(BIN)/python -m tools.fetch_store
	@touch $@

$(SERVER): requirements.txt requirements-server.txt
	@$(PYTHON) -c 'import sys; sys.exit("Chunhui needs Python 3.11 or later: make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || { echo "creating .venv" && $(PYTHON) -m venv .venv; }
	@echo "installing the server's $(shell cat requirements.txt requirements-server.txt | grep -c ==) packages into .venv (about 30 s)"
	@$(BIN)/pip $(INSTALL) -r requirements-server.txt
	@rm -f .venv/.server-* && touch $@

$(READY): requirements-dev.txt $(SERVER)
	@echo "installing the $(shell grep -c == requirements-dev.txt) tools of the tests into .venv (about a minute)"
	@$(BIN)/pip $(INSTALL) -r requirements-dev.txt
	@rm -f .venv/.ready-* && touch $@

tools: $(PACKAGER) $(EMULATOR) $(CHECKOV) $(CLIENTS) $(BROWSERS) ## install what test-clients, test-browser, test-deploy and check-deploy need

$(EMULATOR): requirements-deploy.txt
	@echo "setting up .venv-deploy (once)"
	@test -x .venv-deploy/bin/python || $(PYTHON) -m venv .venv-deploy
	@.venv-deploy/bin/pip install --quiet --disable-pip-version-check -r requirements-deploy.txt
	@rm -f .venv-deploy/.ready-* && touch $@

$(CLIENTS): requirements-clients.txt tests/clients/package.json
	@echo "setting up .venv-clients and .clients (once)"
	@test -x .venv-clients/bin/python || $(PYTHON) -m venv .venv-clients
	@.venv-clients/bin/pip install --quiet --disable-pip-version-check -r requirements-clients.txt
	@mkdir -p .clients && cp tests/clients/package.json .clients/
	@npm install --prefix .clients --no-package-lock --no-audit --no-fund --silent
	@rm -f .clients/.ready-* && touch $@

$(BROWSERS): requirements-browser.txt tests/browser/package.json
	@echo "setting up .venv-browser and .browser (once)"
	@test -x .venv-browser/bin/python || $(PYTHON) -m venv .venv-browser
	@.venv-browser/bin/pip install --quiet --disable-pip-version-check -r requirements-browser.txt
	@mkdir -p .browser && cp tests/browser/package.json .browser/
	@npm install --prefix .browser --no-package-lock --no-audit --no-fund --silent
	@rm -f .venv-browser/.ready-* && touch $@

$(CHECKOV): requirements-checkov.txt
	@echo "setting up .venv-checkov (once)"
	@test -x .venv-checkov/bin/python || $(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/pip install --quiet --disable-pip-version-check -r requirements-checkov.txt
	@rm -f .venv-checkov/.ready-* && touch $@

clean: ## remove everything that was fetched or built, data included
	rm -rf .venv .venv-bench .venv-package .venv-deploy .venv-checkov .venv-clients .clients .venv-browser .browser .store .local build .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis
