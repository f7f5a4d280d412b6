# Two commands do it all on a clean clone: `make demo` and `make test`.  Every target builds what it needs first.
#
#   PY=python3.12 make test     picks another interpreter (3.11 or newer)

PY ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n auto --dist loadgroup
# Whether the tests may start a systemd of their own: as root, where it is installed.
LAB ?= $(shell [ "$$(id -u)" = 0 ] && [ -x /lib/systemd/systemd ] && command -v dbus-daemon)
STEPS ?= 1000000
PREFIX ?= $(HOME)/.local
APP := $(PREFIX)/share/calsync/venv

.PHONY: demo test test-rooms test-service kills year soak lint format bench bench-promises bench-hours bench-sync bench-daemon reference constraints install uninstall clean help
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(BIN)/python:
	@test -n "$(PY)" || { echo "calsync needs Python 3.11 or newer with its venv module."; \
		echo "On Debian or Ubuntu: sudo apt-get install python3 python3-venv   Elsewhere: make PY=/path/to/python3.11 demo"; exit 2; }
	$(PY) -m venv $(VENV)

# One stamp per kind of install, so that nothing is installed twice and a changed dependency is noticed.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing calsync and what it needs into $(VENV) (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed  ## the main job on the shipped example; shows the week
	@$(BIN)/calsync demo --into demo-calendar

test: test-rooms test-service  ## every test

test-rooms: $(VENV)/.installed-dev  ## every test but those of test-service
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m "not lab"

test-service: $(VENV)/.installed-dev  ## the service in a systemd of its own; alone, because it is timed
	$(if $(LAB),$(BIN)/python -m pytest $(SERVICE_ARGS) -m lab,@echo "left out, they need root, systemd and dbus-user-session: the tests of the service")

kills: $(VENV)/.installed-dev  ## the daemon killed 200 times at random moments under load (make test: 20 times)
	CALSYNC_KILLS=200 $(BIN)/python -m pytest -q --timeout=1800 tests/daemon/test_killed.py

year: $(VENV)/.installed-dev  ## three years of a rep with 2,000 contacts, fifteen of reps with fewer: kept rate, moves, calls outside hours
	CALSYNC_YEARS=3 $(BIN)/python -m pytest -s --timeout=0 tests/year

soak: kills  ## a million steps of a rep's life; the daemon killed 200 times; 500 attempts by the clock
	CALSYNC_STEPS=$(STEPS) $(BIN)/python -m pytest -q -n auto tests/machine --timeout=0
	$(BIN)/python -m benchmarks.daemon --samples 500

lint: $(VENV)/.installed-dev  ## style, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev  ## put the source into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev  ## 100,000 attempts read and folded, next to a bare csv.reader; 5,000 calls placed
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.placing

bench-promises: $(VENV)/.installed-dev  ## the promise language scored on the open corpora, next to other date parsers
	$(BIN)/python -m benchmarks.promises

bench-hours: $(VENV)/.installed-dev  ## who picks up: our hours next to fixed and random ones, over 20 seeds
	$(BIN)/python -m benchmarks.hours

bench-sync: $(VENV)/.installed-dev  ## what a sync costs, next to bare requests and vdirsyncer; FULL=--full for all of it
	$(BIN)/python -m benchmarks.sync $(FULL)

bench-daemon: $(VENV)/.installed-dev  ## what the daemon costs: wake-ups, CPU, memory, start, latency
	$(BIN)/python -m benchmarks.daemon

reference: $(VENV)/.installed-dev  ## docs/reference and the picture of a week, made again from the source
	$(BIN)/python -m tools.reference
	$(BIN)/python -m tools.week_picture

constraints: $(VENV)/.installed-dev  ## constraints.txt, from what is installed and tested here
	$(BIN)/python -m tools.constraints > constraints.new && mv constraints.new constraints.txt

install:  ## calsync on the path, in an environment of its own; offers the service
	@test -n "$(PY)" || { echo "calsync needs Python 3.11 or newer with its venv module."; exit 2; }
	$(PY) -m venv $(APP)
	$(APP)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt .
	@mkdir -p $(PREFIX)/bin && ln -sf $(APP)/bin/calsync $(PREFIX)/bin/calsync
	@echo "calsync is at $(PREFIX)/bin/calsync"
	@case ":$$PATH:" in *":$(PREFIX)/bin:"*) ;; *) echo "Add $(PREFIX)/bin to your PATH to type just: calsync";; esac
	@$(APP)/bin/calsync service offer

uninstall:  ## takes calsync off the path; your files and the ledger stay
	@test ! -x $(APP)/bin/calsync || $(APP)/bin/calsync service uninstall
	rm -rf $(APP) && rm -f $(PREFIX)/bin/calsync

clean:  ## throws away the environment and what was built
	rm -rf $(VENV) build dist demo-calendar .mypy_cache .ruff_cache .pytest_cache
