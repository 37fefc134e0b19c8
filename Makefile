# make run   the demo: corpora/samples → out/
# make test  the tests; `make test REQUIRE=all` lets only needs_shared be skipped
# make repro dvc repro: the stages of dvc.yaml that something has changed for
# make bundle  an offline installer: wheels for Linux and Windows, scripts and a sheet, in dist/gonghui-offline
#              `make bundle EXTRAS=ocr` with the reader of scans
# make evaluate  train on the train split, score the dev split, and the documents beside the checkout where there are any
PYTHON ?= python3
INPUT ?= corpora/samples
OUT ?= out
REQUIRE ?=
TESTS ?= tests
EXTRAS ?=
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif

.PHONY: run test dev repro notebooks docs bundle bench evaluate scale soak lint wheel clean

run: .venv/.run
	@$(BIN)/gonghui run $(INPUT) -o $(OUT)

test: .venv/.test
	REQUIRE=$(REQUIRE) $(BIN)/python -m pytest $(TESTS) --ignore=tests/benchmarks

dev: .venv/.dev

# every stage of dvc.yaml that something has changed for; STAGE= names where to stop
repro: .venv/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro $(STAGE)

# the notebooks run anew on the demo's output; each keeps its last picture
notebooks: .venv/.dev run
	$(BIN)/python -m tests.notebooks.refresh

docs: .venv/.dev
	$(BIN)/python -m pdoc --docformat google --output-directory build/docs pipeline pipeline.records pipeline.products pipeline.errors pipeline.flow pipeline.frames pipeline.plots '!pipeline.run'
	@echo build/docs/index.html

bundle: .venv/.test
	$(BIN)/python bundle/make.py dist/gonghui-offline $(addprefix --extra ,$(EXTRAS))

bench: .venv/.dev
	$(BIN)/python -m tests.benchmarks.speed
	$(BIN)/python -m pytest tests/benchmarks -s -m "not slow"

evaluate: .venv/.dev
	$(BIN)/python -m pytest tests/learn -m slow
	$(BIN)/gonghui evaluate --split dev --by genre --by phenomenon --perturb all
	$(BIN)/gonghui evaluate --curve --cards models
	$(if $(wildcard ../shared/real/gold),$(BIN)/gonghui evaluate --gold ../shared/real/gold --texts ../shared/real/texts)

# what a large run costs, foretold from small ones (docs/scale.md): hours; SIZES= and LARGE= say how large
SIZES ?= 2000 5000 10000 20000
LARGE ?= 200000
scale: .venv/.test
	$(BIN)/python -m tests.benchmarks.scale measure $(SIZES)
	$(BIN)/python -m tests.benchmarks.scale predict $(LARGE) 3000000
	$(BIN)/python -m tests.benchmarks.scale measure $(LARGE)

soak: .venv/.test
	$(BIN)/python -m pytest tests/benchmarks -s -m slow
	$(BIN)/python -m pytest tests -s -m soak

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

wheel: .venv/.test
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf .venv build dist out

.venv/pyvenv.cfg:
	$(PYTHON) -c "import sys; sys.exit('gonghui needs Python 3.11 or newer; say which: make PYTHON=python3.12') if sys.version_info < (3, 11) else None"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling editables

# one stamp for each set of dependencies; constraints.txt pins them all
.venv/.run: .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --constraint constraints.txt --editable .
	@touch $@

.venv/.test: .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --constraint constraints.txt --editable ".[test,learn,notebook,dvc]"
	@touch $@ .venv/.run

.venv/.dev: .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --constraint constraints.txt --editable ".[dev]"
	@touch $@ .venv/.test .venv/.run
