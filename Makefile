# make demo   plays a go-live acceptance against the embedded reference issuer
# make install   installs honnin into $(VENV)
# make score  plays every known defect of the reference issuer (hours; goes on where it was stopped)
# make test   runs every test;   make check   lint, types, import walls
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
SHARED  = -n $(JOBS) --dist loadgroup --no-loadscope-reorder
JOBS   ?= 2
STAMP   = $(VENV)/.installed

.PHONY: demo score test test-unit check install clean

install: $(STAMP)
	@echo "installed. Call $(BIN)/honnin, or first: . $(BIN)/activate"

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("honnin needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Try: make $(MAKECMDGOALS) PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "installing into $(VENV) (first time: about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/honnin demo

score: $(STAMP)
	@$(BIN)/honnin score --incidents

test: $(STAMP)
	@$(BIN)/python -m pytest $(SHARED) --durations 20

test-unit: $(STAMP)
	@$(BIN)/python -m pytest $(SHARED) -m 'not slow'

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build dist *.egg-info
