# The few commands a person needs. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# What is compiled is kept, in .venv: it saves each start of the engine 1.5 s.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH
bin := .venv/bin
export PATH := $(CURDIR)/$(bin):$(PATH)
# Workers for the unit tests and those on the container engine: one for each core of two.
WORKERS ?= 2
# The integration tests mostly wait, for messages that come again and for engines: one more keeps two cores busy.
INTEGRATION_WORKERS ?= 3
# The seed of a random order of the tests, or `auto`; none: the order of the files. `make test` shuffles unit tests only:
# the integration tests were run in too few orders to let a drawn one decide.
SHUFFLE_SEED ?=
shuffle = $(if $(SHUFFLE_SEED),--shuffle-seed $(SHUFFLE_SEED))
FLOWS ?= 100
CLIENTS ?= 10
# How long `make soak` takes, in seconds, and with which seed: a drawn one, if none is given.
SOAK_S ?= 600
SEED ?=

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## install, start an engine, deploy, drive 100 flows 10 at a time, say the verdict, stop
	@exec 3>&1 4>&2; TIMEFORMAT=%3R; \
	spent_s=$$({ time $(MAKE) --no-print-directory install >&3 2>&4; } 2>&1) && \
	$(bin)/harness run --flows $(FLOWS) --clients $(CLIENTS) --phase install=$${spent_s//[.,]/}ms

.PHONY: test
test: install ## install, then lint, types, unit and integration tests, and those on Docker where there is one
	@rm -rf .harness/parts
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory integration SHUFFLE_SEED=
	@tools/docker-test
	@tools/summary

.PHONY: docker-test
docker-test: install ## the image, compose and the container engine, on a Docker of its own if none runs
	tools/docker-test

.PHONY: docker-test-long
docker-test-long: install ## the same, with all integration tests that a container can serve: half an hour
	tools/docker-test --all

.PHONY: check
check: install ## lint, types, and the code that patches were written against
	tools/timed lint $(bin)/ruff check .
	tools/timed format $(bin)/ruff format --check .
	tools/timed types $(bin)/mypy
	tools/timed patches $(bin)/python -m emulator.patches >/dev/null
	tools/timed template $(bin)/cfn-lint --include-checks I -- infra/template.yaml

.PHONY: unit
unit: install ## the tests that need no engine and no network
	tools/timed unit $(bin)/pytest tests/unit --numprocesses $(WORKERS) -p no:schemathesis $(shuffle) \
	  --junitxml=.harness/parts/unit.xml

.PHONY: unit-long
unit-long: install ## the same, with all examples of each property, as before a release
	$(bin)/pytest tests/unit --numprocesses $(WORKERS) -p no:schemathesis --hypothesis-profile long $(shuffle)

.PHONY: integration
integration: install ## the tests against a real engine, in parallel; JUnit and the runs' folders in .harness
	tools/timed integration $(bin)/pytest tests/integration --numprocesses $(INTEGRATION_WORKERS) --dist loadgroup $(shuffle) \
	  --junitxml=.harness/parts/integration.xml

.PHONY: mutants
mutants: install ## deploy the planted bugs one by one, and say which checker found each; 20 sound runs besides
	$(bin)/python -m mutants

.PHONY: soak
soak: install ## ten minutes of short runs under all kinds of faults at random; the sound stack survives each
	$(bin)/harness soak --for $(SOAK_S)s $(if $(SEED),--seed $(SEED))

.PHONY: up
up: install ## start the engine in the background and deploy the stack to it
	$(bin)/harness up
	$(bin)/harness deploy

.PHONY: down
down: install ## stop the engine
	$(bin)/harness down

.PHONY: status
status: install ## what runs, and where
	@$(bin)/harness status

.PHONY: logs
logs: install ## follow the engine's log
	@$(bin)/harness logs --follow

.PHONY: install
install: .venv/installed ## the locked packages, in .venv

.venv/installed: pyproject.toml requirements.lock tools/install tools/compile tools/find-python tools/uv.lock
	@tools/install

.PHONY: lock
lock: install ## renew requirements.lock
	tools/lock

.PHONY: clean
clean: ## stop the engine, and remove all that was installed, built or recorded here
	@[ ! -x $(bin)/harness ] || $(bin)/harness down
	rm -rf .venv .harness .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
