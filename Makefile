.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
# Every worker has databases and servers of its own, in memory where there is such a folder: half of the time of a test is
# spent waiting for a disk otherwise.
MEMORY := $(firstword $(wildcard /dev/shm) /tmp)
PYTEST := TMPDIR=$(MEMORY) $(PYTHON) -m pytest
SIDE_BY_SIDE := -n logical

# Pages and programs of one file after the other, of two files side by side.
BY_FILE := $(SIDE_BY_SIDE) --dist loadfile

.PHONY: help demo stop test unit sqlite postgres bot contract browser e2e lint types arrows spared bench env env-dev bot-env debian migrations

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: env bot-env ## start everything on loopback with sample data; prints addresses and fresh passwords
	@$(PYTHON) -m ops.demo start

stop: ## stop the demo
	@test ! -x $(PYTHON) || $(PYTHON) -m ops.demo stop

test: env-dev bot-env debian ## everything that must hold, in this order
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint types arrows bot
	@$(MAKE) --no-print-directory sqlite postgres contract browser e2e

lint:
	@echo "== lint"; .venv/bin/ruff check . && .venv/bin/ruff format --check .

types:
	@echo "== types"; .venv/bin/mypy

arrows:
	@echo "== arrows"; .venv/bin/lint-imports

unit: sqlite postgres bot ## pure and in-process tests on SQLite, then on PostgreSQL, then the bot under Python 3.10

sqlite:
	@echo "== unit (SQLite)"; $(PYTEST) $(SIDE_BY_SIDE) tests --ignore=tests/e2e --ignore=tests/contracts --ignore=tests/bot -m "not browser"

postgres:
	@echo "== unit (PostgreSQL)"; TINGSU_TEST_DATABASE=postgres $(PYTEST) $(SIDE_BY_SIDE) tests/casebackend --ignore-glob='*/test_rules.py' -m "not browser"

bot:
	@echo "== bot"; bot/.venv/bin/python -m pytest tests/bot

spared: ## finds anew which tests have nothing to say to PostgreSQL that others do not say
	@rm -rf var/notes; TINGSU_TEST_NOTES=$(CURDIR)/var/notes $(MAKE) --no-print-directory sqlite && $(PYTHON) -m tests.sparing var/notes

contract: ## the wire, on both databases
	@echo "== contract (SQLite)"; $(PYTEST) $(SIDE_BY_SIDE) tests/contracts
	@echo "== contract (PostgreSQL)"; TINGSU_TEST_DATABASE=postgres $(PYTEST) $(SIDE_BY_SIDE) tests/contracts

browser: ## pages in a real Chromium
	@echo "== browser"; $(PYTEST) $(BY_FILE) tests --ignore=tests/e2e --ignore=tests/bot -m browser

e2e: ## all programs, real Rasa
	@echo "== e2e"; bot/.venv/bin/python bot/train.py && $(PYTEST) $(BY_FILE) tests/e2e

bench: $(patsubst bench/%.py,bench-%,$(filter-out bench/__init__.py,$(wildcard bench/*.py))) ## every figure

bench-%: env-dev bot-env
	@$(PYTHON) -m bench.$*

env:
	@sh ops/environment.sh . requirements.lock

env-dev:
	@sh ops/environment.sh . requirements-dev.lock

bot-env:
	@sh ops/environment.sh bot requirements.lock

debian:
	@sh ops/debian.sh
