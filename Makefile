# Two commands: `make demo` and `make test`. Each makes a virtual environment of its own with what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
LOWEST ?= .venv-lowest
LIBRARIES ?= .venv-libraries
WORKERS ?= auto
BROWSERS ?= 2

# Node and jlpm come from the virtual environment: none has to be on the machine.
JLPM = cd labextension && PATH="$(abspath $(BIN)):$$PATH" jlpm
FRONT_END = labextension/package.json labextension/yarn.lock $(shell find labextension/src labextension/style labextension/schema -type f)

.PHONY: demo test test-libraries test-lowest lint lint-python lint-panel docs dist e2e tour bench bench-small clean

# Tests start Python hundreds of times: each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

# As a user installs it.
$(VENV)/.installed-demo: pyproject.toml $(FRONT_END) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[demo]'
	touch $@

# With uv, which takes half of pip's time for so many packages.
$(VENV)/.installed-%: pyproject.toml $(FRONT_END) | $(BIN)/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --editable '.[$*]'
	touch $@

$(BIN)/uv: | $(BIN)/python
	$(BIN)/python -m pip install --quiet 'uv>=0.5'

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

# Round trips of live variables through the libraries that `make test` does not install, in an environment of their own.
test-libraries: $(VENV)/.installed-test
	test -x $(LIBRARIES)/bin/python || $(BIN)/uv venv --quiet --seed --python $(BIN)/python $(LIBRARIES)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(LIBRARIES)/bin/python \
	  --editable '.[test,catboost,datasets,diffusers,figures,geo,keras,lightgbm,onnx,peft,prophet,sentence-transformers,spacy,torch,transformers,xarray,zarr]' \
	  accelerate lightning ml_dtypes pydantic statsmodels transformers xgboost-cpu
	$(LIBRARIES)/bin/python -m pytest -n $(WORKERS) --dist loadfile -m libraries tests/capture
	$(LIBRARIES)/bin/python -m pytest -n 0 tests/capture/formats/test_hostile_files.py

# The oldest libraries that pyproject allows, in an environment of their own, under the rooms that use them. Left out: the
# scenarios that fsspec brings along, which do not know new pytests. Old IPythons warn at each %cd.
test-lowest: $(VENV)/.installed-test
	test -x $(LOWEST)/bin/python || $(BIN)/uv venv --quiet --seed --python $(BIN)/python $(LOWEST)
	mkdir -p build
	$(BIN)/uv pip compile --quiet --no-header --resolution lowest-direct --python $(LOWEST)/bin/python \
	  --extra demo --extra fsspec --extra s3 --extra zstd pyproject.toml --output-file build/lowest.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(LOWEST)/bin/python --constraints build/lowest.txt \
	  --editable '.[test]'
	$(LOWEST)/bin/python -m pytest -n $(WORKERS) -W 'ignore:using dhist:UserWarning' \
	  --ignore tests/filesystem/test_abstract.py $(addprefix tests/,capture filesystem kitfile magics registry server widgets)

lint: lint-python lint-panel

lint-python: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-panel: $(VENV)/.installed-test
	$(JLPM) install --immutable
	$(JLPM) lint:check

# The pages: every warning is an error, no network is needed. They are in build/docs/index.html.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -W --keep-going -n -q docs build/docs

# Two at a time: each worker has a JupyterLab, registries and homes of its own, and the tests of a file stay together.
# What fails gets one more try, alone, and is listed: a test that needs it is a fault to mend.
e2e: $(VENV)/.installed-test
	$(BIN)/python -m pytest tests/e2e -m browser -n $(BROWSERS) --dist loadfile || { \
	  echo "A second try for:"; $(BIN)/python -m pytest tests/e2e -m browser -n 0 --last-failed --collect-only; \
	  $(BIN)/python -m pytest tests/e2e -m browser -n 0 --last-failed; }

# The pictures of the README's tour; ImageMagick makes them small.
tour: $(VENV)/.installed-test
	KIT_SCREENSHOTS="$(abspath build/tour)" $(BIN)/python -m pytest tests/e2e/test_demo.py -m browser -n 0
	mkdir -p notebooks/tour
	for name in panel contents notebook diff promote snapshot cell; do \
	  convert build/tour/tour-$$name.png +dither -colors 96 -strip "PNG8:notebooks/tour/$$name.png" || exit 1; done

# The source archive and the wheel, with the panel in it; what the package index would show of them is checked.
dist: $(VENV)/.installed-docs
	rm -rf dist
	$(BIN)/python -m build --installer uv --outdir dist
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/python -c 'import glob, zipfile; names = zipfile.ZipFile(*glob.glob("dist/*.whl")).namelist(); \
	  assert any(name.endswith("labextensions/kitops-jupyter/package.json") for name in names), names; \
	  assert not any(name.startswith(("tests/", "docs/")) for name in names), names'

bench: $(VENV)/.installed-test
	$(BIN)/python -m pytest tests/bench -m bench -n 0 -s

# Shows that every measurement works, not how fast we are: once, with little data, and no bar is held to.
bench-small: $(VENV)/.installed-test
	KIT_BENCH_GIB=0.03125 $(BIN)/python -m pytest tests/bench -m bench -n $(WORKERS)

clean:
	rm -rf $(VENV) $(LOWEST) $(LIBRARIES) kitops_jupyter/labextension labextension/node_modules labextension/lib .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist docs/reference/verbs docs/reference/verbs.md docs/reference/api.md docs/tutorials/*.ipynb
