PYTHON ?= python3
BIN = .venv/bin
export OMP_WAIT_POLICY = PASSIVE

.PHONY: demo test test-slow lint bench wheel-test clean

demo: .venv/installed
	$(BIN)/python -m experiments.demo

test: .venv/installed
	$(BIN)/python -m pytest

test-slow: .venv/installed
	$(BIN)/python -m pytest -m slow

lint: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy parsing graphs hgr experiments
	$(BIN)/python -m pytest tests/test_layering.py

bench: .venv/installed
	$(BIN)/python -m benchmarks

wheel-test: .venv/installed
	$(BIN)/python -m pytest -m slow tests/test_wheel.py

# torch first and pinned: a bare requirement on torch resolves to gigabytes of CUDA packages.
.venv/installed: setup.cfg constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv build dist *.egg-info demo runs
