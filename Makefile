# `make demo` and `make test` are all a newcomer needs: each does its own set-up.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install demo test check docs cluster e2e format bench pictures lock clean
help:                ## what can be made
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

install: .venv/.installed  ## a virtual environment with locked dependencies

.venv/.installed: requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: install        ## three rollouts and every message they cause, in under a minute
	$(BIN)/rollouts-notifier demo

test: install        ## every test but the measurements and those on a real cluster
	$(BIN)/python -m pytest -m "not bench and not cluster" -n 2 --dist worksteal

cluster: install     ## a real Argo Rollouts on loopback, until Ctrl-C (needs Go; built once, in some minutes)
	$(BIN)/python -m tests.cluster

e2e: install         ## the tests on a real cluster: that one, or the one of E2E_KUBECONFIG
	-test -n "$$E2E_KUBECONFIG" || $(BIN)/python -m tests.cluster build
	$(BIN)/python -m pytest tests/e2e/cluster

check: install       ## lint, types, import contracts, size budgets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/python scripts/budgets.py

format: install      ## let ruff put the code in shape
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

docs: install        ## the site of docs/, in build/docs; a link that leads nowhere fails
	$(BIN)/sphinx-build -W --keep-going -n -q -b html docs build/docs

bench: install       ## the numbers of the README, measured here
	$(BIN)/python -m pytest tests/bench -m bench -s

pictures: install    ## the pictures of the README (needs Debian's chromium and pngquant)
	$(BIN)/python scripts/pictures.py
	$(BIN)/python scripts/screenshots.py

lock:                ## renew the lock files (needs uv on the PATH)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements-dev.lock

clean:               ## forget the environment and all caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
