# Two commands: `make demo` and `make test`. Each makes a virtual environment of its own with what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
WORKERS ?= auto

# Node and jlpm come from the virtual environment: none has to be on the machine.
JLPM = cd labextension && PATH="$(abspath $(BIN)):$$PATH" jlpm
FRONT_END = labextension/package.json labextension/yarn.lock $(shell find labextension/src labextension/style labextension/schema -type f)

.PHONY: demo test lint docs e2e tour bench bench-small clean

$(VENV)/.installed-%: pyproject.toml $(FRONT_END)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	touch $@

demo: $(VENV)/.installed-demo
ifdef HEADLESS
	$(BIN)/python notebooks/run.py
else
	$(BIN)/python notebooks/run.py --lab
endif

test: $(VENV)/.installed-test
	$(JLPM) install --immutable
	$(JLPM) test
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(JLPM) install --immutable
	$(JLPM) lint:check

# The pages: every warning is an error, no network is needed. They are in build/docs/index.html.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -W --keep-going -n -q docs build/docs

# One after the other; what fails on a busy machine gets one more try.
e2e: $(VENV)/.installed-test
	$(BIN)/python -m pytest tests/e2e -m browser -n 0 || $(BIN)/python -m pytest tests/e2e -m browser -n 0 --last-failed

# The pictures of the README's tour; ImageMagick makes them small.
tour: $(VENV)/.installed-test
	KIT_SCREENSHOTS="$(abspath build/tour)" $(BIN)/python -m pytest tests/e2e/test_demo.py -m browser -n 0
	mkdir -p notebooks/tour
	for name in panel contents notebook diff promote snapshot cell; do \
	  convert build/tour/tour-$$name.png +dither -colors 96 -strip "PNG8:notebooks/tour/$$name.png" || exit 1; done

bench: $(VENV)/.installed-test
	$(BIN)/python -m pytest tests/bench -m bench -n 0 -s

# Shows that every measurement works, not how fast we are: once, with little data, and no bar is held to.
bench-small: $(VENV)/.installed-test
	KIT_BENCH_GIB=0.03125 $(BIN)/python -m pytest tests/bench -m bench -n $(WORKERS)

clean:
	rm -rf $(VENV) kitops_jupyter/labextension labextension/node_modules labextension/lib .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist docs/reference/verbs docs/reference/verbs.md docs/reference/api.md docs/tutorials/*.ipynb
