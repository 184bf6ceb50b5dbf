# Every target does its own set-up; the second time that takes a moment. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Set in many containers: then each of the many processes of a test compiles our modules anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo up test check fix system bench faults soak docs gallery pages lock setup setup-dev servers

bin := .venv/bin
JOBS ?= 2
# Room for a person: make test TESTS=tests/domain OPTIONS='-k quorum'
TESTS ?= tests
OPTIONS ?=
pytest := $(bin)/python -m pytest
# loadfile: what a file shares (a server, a cluster) is started by one process only.
# The order is that of tests/conftest.py, not by number of tests: the longest files have the fewest.
parallel := -n $(JOBS) --dist loadfile --no-loadscope-reorder

help:  ## this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r name text; do printf '%-8s %s\n' "$$name" "$$text"; done

demo: setup  ## live through the alliances of examples/ and write their papers (var/demo); SCENARIO=name for one of examples/scenarios
	$(bin)/teikei demo $(if $(SCENARIO),--scenario $(SCENARIO))

up: setup  ## serve the API, pages and workers until Ctrl-C
	$(bin)/teikei up

test: setup-dev servers  ## all tests (NO_SYSTEM=1: install no system packages)
	$(pytest) $(parallel) -m "not soak" $(TESTS) $(OPTIONS)

check: setup-dev  ## lint, format, types, rooms, the house's own checks
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports --no-cache
	tools/checks.sh

fix: setup-dev  ## let ruff repair what it can
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

system:  ## the Debian packages that tests use (root; quick if nothing is missing)
	tools/system.sh

bench: setup-dev servers  ## the benchmarks; numbers go to var/bench/*.json
	for script in bench/*.py; do case $$script in */_*) ;; *) $(bin)/python $$script ;; esac; done

faults: setup-dev servers  ## kill everything at random moments, at most 20 minutes
	TEIKEI_CAMPAIGN=faults $(pytest) -m faults $(TESTS) $(OPTIONS)

soak: setup-dev servers  ## the long campaigns; results go to docs/results/*.json
	TEIKEI_CAMPAIGN=soak $(pytest) -m "faults or soak" $(TESTS) $(OPTIONS)

docs: setup-dev  ## write the generated pages of docs/ anew
	$(bin)/python tools/docs.py

gallery: setup-dev  ## every paper in every language for 2, 3, 5 and 10 parties (var/gallery); FORMAT=pdf as PDF
	$(bin)/python tools/gallery.py

pages: setup-dev servers  ## every paper before outside judges, and contact sheets of their pages (docs/results), ten minutes
	$(bin)/python tools/every_page.py
	$(bin)/python tools/sheets.py

lock:  ## compile the lock files anew
	tools/lock.sh

setup:
	@tools/setup.sh run

setup-dev:
	@tools/setup.sh dev

# What tests start as servers, fetched or built here so that its progress is seen.
servers: setup-dev system
	@$(bin)/python -m teikei.adapters.temporal.find >/dev/null
	@$(bin)/python -m tests.support.time_skipping >/dev/null
	@$(bin)/python -m tests.support.schema_validator >/dev/null
	@$(bin)/python -m tests.support.verapdf >/dev/null
	@$(bin)/python -m tests.support.axe >/dev/null
