# Everything that can be done here. `make` alone lists it.

.DEFAULT_GOAL := help
python := .venv/bin/python
build := $(python) docs/_ext/build_site.py
# Without running anything: numbers that the prose takes from cells are missing then.
dry := -D plot_gallery=0 -D nb_execution_mode=off -D suppress_warnings=mystnb.glue
PORT ?= 8000

ifneq ($(words $(CURDIR)),1)
$(error The path of this folder has a space in it, which make cannot handle: $(CURDIR))
endif

# All caches stay inside the repository.
cache := $(CURDIR)/.cache
export CONVDOC_CACHE := $(cache)/convdoc
export KERAS_HOME := $(cache)/keras
export THEANO_FLAGS := base_compiledir=$(cache)/theano
export MPLCONFIGDIR := $(cache)/matplotlib
export IPYTHONDIR := $(cache)/ipython
export JUPYTER_CONFIG_DIR := $(cache)/jupyter/config
export JUPYTER_DATA_DIR := $(cache)/jupyter/data
export JUPYTER_RUNTIME_DIR := $(cache)/jupyter/runtime
export DENO_DIR := $(cache)/deno
export DENO_NO_UPDATE_CHECK := 1
kernel_profile := .cache/ipython/profile_default/ipython_kernel_config.py

.PHONY: help html html-noplot serve example linkcheck test mutants test-python test-engines bench bench-large bench-site libraries format lint requirements clean clean-all

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

html: .venv/site.stamp $(kernel_profile) ## set up, build the site into _build/html
	@$(build) html $(SPHINXOPTS)

html-noplot: .venv/site.stamp $(kernel_profile) ## build the site without running scripts and pages
	@$(build) html $(dry) $(SPHINXOPTS)

serve: html ## build the site and serve it on localhost: make serve PORT=8000
	@$(python) -m http.server --bind localhost --directory _build/html $(PORT) || \
		{ echo "Is the port taken? Choose another: make serve PORT=8001"; exit 1; }

example: ## run one script of the gallery again and rebuild: make example NAME=impulse
	@test -n "$(NAME)" && find gallery -name '*$(NAME)*.py' | grep . || \
		{ echo "NAME is a script, or a part of its name, as in make example NAME=impulse:"; \
		find gallery -name '*.py' | sort; exit 1; }
	@$(MAKE) --no-print-directory html SPHINXOPTS="--again '$(NAME)' $(SPHINXOPTS)"

linkcheck: .venv/site.stamp $(kernel_profile) ## check the links to other sites
	@$(build) linkcheck $(dry)

# Files of tests are shared out to processes; conftest.py says in which order.
workers := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
test: .venv/dev.stamp $(kernel_profile) ## set up, run the tests: make test PYTESTOPTS="-n 0 --pdb"
	@$(python) -m pytest $(workers) --durations 25 $(PYTESTOPTS)

mutants: .venv/dev.stamp ## put faults into the code, list what no test catches: make mutants MODULE=convdoc/spec.py
	@$(if $(filter %.js,$(MODULE)),,$(python) tests/mutants.py $(MODULE))
	@$(if $(filter %.py,$(MODULE)),,$(python) tests/script_mutants.py $(basename $(notdir $(MODULE))))

test-python: html ## test the site's downloads on a newer Python: make test-python PYTHON3=python3.14
	@sh requirements/test-python.sh

snippets := .cache/explorer_snippets.json
keras3 := KERAS_HOME=$(cache)/keras3 .venv-keras3/bin/python
test-engines: .venv/dev.stamp .venv-engines/engines.stamp .venv-keras3/keras3.stamp ## set up PyTorch, JAX, Keras 3, test every engine
	@$(python) tests/explorer_snippets.py --write $(snippets)
	@$(keras3) tests/explorer_snippets.py --run $(snippets)
	@$(keras3) benchmarks/libraries.py --check
	@.venv-engines/bin/python -m pytest $(PYTESTOPTS) tests/test_engines.py tests/test_glossary.py tests/test_tabs.py \
		-k "test_engines and (torch or jax or flax or load) or border or parameters or test_tabs" # the rest is in make test
	@for backend in torch jax; do \
		KERAS_BACKEND=$$backend $(keras3) -m pytest $(PYTESTOPTS) tests/test_engines.py -k keras || exit; \
	done
	@KERAS_BACKEND=tensorflow $(keras3) -m pytest $(PYTESTOPTS) tests/test_engines.py tests/test_glossary.py tests/test_tabs.py \
		-k "test_engines and (keras or any_memory or settings) or border and TensorFlow or are_parameters and tf or test_tabs and keras3" # on NumPy 2

bench: .venv-engines/engines.stamp ## time the engines, for the site's page on speed
	@.venv-engines/bin/python benchmarks/engines.py
	@.venv-engines/bin/python benchmarks/spectrum.py

bench-large: .venv/dev.stamp ## time an image larger than memory, from zarr to zarr
	@$(python) benchmarks/large.py

libraries: .venv-keras3/keras3.stamp ## record what PyTorch, JAX, TensorFlow answer, for the guide
	@$(keras3) benchmarks/libraries.py

bench-site: .venv/dev.stamp html ## time the build and the explorer, weigh the pages, ask Lighthouse
	@$(python) benchmarks/explorer_page.py
	@$(python) benchmarks/build.py
	@$(python) benchmarks/lighthouse.py

format: .venv/dev.stamp ## format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .
	@.venv/bin/deno fmt --quiet

lint: .venv/dev.stamp ## check the code's format, style and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/deno fmt --check --quiet
	@.venv/bin/deno lint --quiet
	@$(python) -m mypy

compile := .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header
requirements: .venv/dev.stamp ## pin the newest versions that pyproject.toml allows
	@$(compile) requirements/build.in -o requirements/build.txt
	@$(compile) pyproject.toml --extra site --no-emit-package convdoc -o requirements/site.txt
	@$(compile) pyproject.toml --extra dev --no-emit-package convdoc -c requirements/site.txt -o requirements/dev.txt
	@$(compile) pyproject.toml requirements/engines.in --extra compare --extra engines --torch-backend cpu \
		--no-emit-package convdoc -c requirements/dev.txt -o requirements/engines.txt
	@$(compile) requirements/keras3.in --torch-backend cpu -o requirements/keras3.txt

clean: ## remove what a build made
	@rm -rf _build docs/auto_gallery docs/reference/generated

clean-all: clean ## remove the environments and all caches too
	@rm -rf .venv .venv-engines .venv-keras3 .cache build convdoc.egg-info .hypothesis .pytest_cache .ruff_cache .mypy_cache

.venv/site.stamp: requirements/install.sh requirements/build.txt requirements/site.txt pyproject.toml
	@sh requirements/install.sh site
	@touch $@

.venv/dev.stamp: .venv/site.stamp requirements/dev.txt
	@sh requirements/install.sh dev
	@touch $@

.venv-engines/engines.stamp: requirements/install.sh requirements/build.txt requirements/engines.txt pyproject.toml
	@sh requirements/install.sh engines
	@touch $@

.venv-keras3/keras3.stamp: requirements/install.sh requirements/build.txt requirements/keras3.txt pyproject.toml
	@sh requirements/install.sh keras3
	@touch $@

$(kernel_profile): docs/_ext/ipython_kernel_config.py
	@{ mkdir -p $(dir $@) && cp $< $@.new && mv $@.new $@; } 2>/dev/null || { \
		echo "Nothing can be written to $(CURDIR)/.cache: it is read-only, full, or another user's." \
		"Build in a copy of the repository." >&2; exit 1; }
