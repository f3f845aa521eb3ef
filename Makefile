# Every command of this file works from a fresh clone; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
UV_VERSION := 0.13.9
WORKERS ?= 2
SOURCES := config.py wsgi.py gunicorn.conf.py ledger scripts tests $(wildcard migrations bench verify_journal.py)

.PHONY: help run test check bench pictures lock environment environment-tests system assets format-check lint types security imports migrations-check translations-check

help: ## Show what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: environment ## Serve the demo on http://127.0.0.1:$PORT (8000): environment, database and data are made where missing
	@$(BIN)/python scripts/assets.py
	@exec $(BIN)/python scripts/run.py

test: environment-tests system ## Install what the tests need, then run all of them: unit, SQLite, PostgreSQL, browser
	@$(BIN)/python scripts/assets.py --required
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope

check: environment-tests format-check lint types security imports migrations-check translations-check ## Formatter, linter, types, import contracts, migrations, translations, then every test
	@$(MAKE) test

bench: environment-tests system ## Measure every ratio of bench/ on a PostgreSQL of its own; FIGURES="acts reads" measures a part
	@$(BIN)/python -m bench $(FIGURES)

pictures: environment-tests system ## Take the pictures of docs/pictures again, and write docs/tour.md
	@$(BIN)/python scripts/assets.py --required
	@$(BIN)/python scripts/take_pictures.py

lock: environment ## Compile every lock anew: requirements.in, requirements-dev.in, and what the bench compares with
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@for name in requirements requirements-dev bench/hordak-requirements; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
			--no-emit-index-url --no-emit-find-links $$name.in -o $$name.txt; \
	done
	@! grep -nE '://|^--' requirements.txt requirements-dev.txt bench/hordak-requirements.txt

environment:
	@python=$$(scripts/find_python.sh) && "$$python" scripts/environment.py

environment-tests:
	@python=$$(scripts/find_python.sh) && "$$python" scripts/environment.py --tests

system:
	@scripts/system_packages.sh

format-check:
	@$(BIN)/ruff format --check --quiet $(SOURCES)

lint:
	@$(BIN)/ruff check --quiet $(SOURCES)

types:
	@$(BIN)/mypy

security:
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive config.py wsgi.py ledger migrations
	@# Scripts start programs with fixed arguments: that is what they are for.
	@$(BIN)/bandit --quiet --configfile pyproject.toml --skip B404,B603,B606 --recursive scripts
	@# So do the benchmarks; their chances decide which pilot is next, not who gets in.
	@$(BIN)/bandit --quiet --configfile pyproject.toml --skip B404,B603,B606,B311 --recursive bench

imports:
	@$(BIN)/lint-imports --no-cache

migrations-check:
	@$(BIN)/python scripts/check_migrations.py

translations-check:
	@$(BIN)/python scripts/translations.py check
