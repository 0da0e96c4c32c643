# Two commands do everything: `make run` and `make test`. `make bench` measures.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What a town hall installs, and nothing that the tests bring: signing in is tried in it.
SERVED := .venv-served
SYSTEM_TOOLS := tests/install_system_tools.sh
PORT ?= 8501
# Open the browser where there is a screen; on a server, only print the address.
HEADLESS := $(if $(DISPLAY)$(WAYLAND_DISPLAY),false,true)

.PHONY: run test bench accuracy check lint format clean

run: $(VENV)/run.stamp
	$(BIN)/python -m data demo --if-new
	$(BIN)/python -m ui --server.port $(PORT) --server.headless $(HEADLESS) --server.showEmailPrompt false

test: lint $(SERVED)/run.stamp
	bash $(SYSTEM_TOOLS)
	$(BIN)/python -m pytest

# What is looked at before each commit, in seconds: lint, types, walls of the house.
check: lint
	$(BIN)/python -m pytest -n 0 tests/test_architecture.py

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyrefly check

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

accuracy: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.accuracy

clean:
	rm -rf $(VENV) $(SERVED) .ruff_cache .pytest_cache

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(SERVED)/run.stamp: requirements.txt
	$(PYTHON) -m venv $(SERVED)
	$(SERVED)/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
