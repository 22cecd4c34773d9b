# Evenhand. Needed: Python 3.11 or newer, make, and the package registries. `make run` is where to begin.
PYTHON ?= python3
PORT ?= 8000
export PORT
# Without compiled bytecode every process compiles the whole of Django again: 2.6 s to start instead of 1.2 s.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes
# A stamp carries the hash of its lock file, so a changed lock is installed and an unchanged one costs nothing.
stamp = $(VENV)/.$(1)-$(shell cksum < $(1).txt | cut -d' ' -f1)
RUNTIME := $(call stamp,requirements)
DEVELOPMENT := $(call stamp,requirements-dev)

.DEFAULT_GOAL := help
.PHONY: help run test lint proofs bench lock

help:
	@echo "make run     set everything up and serve on http://127.0.0.1:$(PORT) (PORT=, DATA_DIR=, DATABASE_URL=, REDIS_URL=)"
	@echo "make test    the whole suite; again on PostgreSQL + Redis with TEST_DATABASE_URL and TEST_REDIS_URL"
	@echo "make lint    only the linters and types of the suite"
	@echo "make proofs  the long proofs at full size; writes docs/proofs.md (ONLY='notes/tests/test_fuzz.py -k calls', ON=sqlite)"
	@echo "make bench   the benchmarks; writes bench/results.json"
	@echo "make lock    pin requirements*.in with hashes again"

run: export DEBUG ?= 1
run: $(RUNTIME)
	@exec $(BIN)/python manage.py serve

test: $(DEVELOPMENT)
	@exec $(BIN)/python .ci/check.py

lint: $(DEVELOPMENT)
	@exec $(BIN)/python .ci/check.py --only-lint

proofs: $(DEVELOPMENT)
	@exec $(BIN)/python .ci/proofs.py

bench: $(DEVELOPMENT)
	@exec $(BIN)/python -m bench

# Keeps what is pinned; `make lock UPGRADE=--upgrade` takes the newest.
lock: $(BIN)/uv
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	echo uv | $(COMPILE) - -o deploy/uv.txt
COMPILE = $(BIN)/uv pip compile -q $(UPGRADE) --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Evenhand needs Python 3.11 or newer, this is %s. Try: make PYTHON=python3.12 ..." % sys.version.split()[0])'
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(BIN)/uv: | $(BIN)/python
	@$(PIP) -r deploy/uv.txt

$(RUNTIME): LOCK := requirements.txt
$(DEVELOPMENT): LOCK := requirements-dev.txt
# uv installs in a fraction of pip's time; where it cannot be had or fails, pip reads the same lock file.
$(RUNTIME) $(DEVELOPMENT): | $(BIN)/python
	@echo "Installing $(LOCK) into $(VENV) ..."
	@{ $(PIP) -r deploy/uv.txt && $(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r $(LOCK); } \
	|| { echo "Not with uv; now with pip, which is slower ..." \
	&& $(PIP) -r $(LOCK); }
	@touch $@
