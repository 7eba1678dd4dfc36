# Everything that can be done here. `make` alone lists it.

.DEFAULT_GOAL := help
python := .venv/bin/python
sphinx := $(python) -m sphinx -M
options := -c . -n -W --keep-going -T

# All caches stay inside the repository.
cache := $(CURDIR)/.cache
export KERAS_HOME := $(cache)/keras
export THEANO_FLAGS := base_compiledir=$(cache)/theano
export MPLCONFIGDIR := $(cache)/matplotlib
export IPYTHONDIR := $(cache)/ipython
export JUPYTER_CONFIG_DIR := $(cache)/jupyter/config
export JUPYTER_DATA_DIR := $(cache)/jupyter/data
export JUPYTER_RUNTIME_DIR := $(cache)/jupyter/runtime
kernel_profile := $(IPYTHONDIR)/profile_default/ipython_kernel_config.py

.PHONY: help html html-noplot serve example linkcheck test bench format lint requirements clean clean-all

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

html: .venv/site.stamp $(kernel_profile) ## set up, build the site into _build/html
	@$(sphinx) html docs _build $(options) $(SPHINXOPTS)
	@echo "Open $(CURDIR)/_build/html/index.html"

html-noplot: .venv/site.stamp $(kernel_profile) ## build the site without running scripts and pages
	@$(sphinx) html docs _build $(options) -D plot_gallery=0 -D nb_execution_mode=off $(SPHINXOPTS)

serve: html ## build the site and serve it on http://localhost:8000
	@$(python) -m http.server --bind localhost --directory _build/html 8000

example: ## run one script of the gallery again and rebuild: make example NAME=impulse
	@test -n "$(NAME)" || { echo "Name a script, or a part of its name: make example NAME=impulse"; exit 1; }
	@ls gallery/*$(NAME)*.py
	@rm -f docs/auto_gallery/*$(NAME)*.py.md5
	@$(MAKE) --no-print-directory html

linkcheck: .venv/site.stamp $(kernel_profile) ## check the links to other sites
	@$(sphinx) linkcheck docs _build $(options) -D plot_gallery=0 -D nb_execution_mode=off

test: .venv/dev.stamp $(kernel_profile) ## set up, run the tests
	@$(python) -m pytest $(PYTESTOPTS)

bench: .venv/dev.stamp $(kernel_profile) ## measure the build
	@$(python) benchmarks/build.py

format: .venv/dev.stamp ## format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lint: .venv/dev.stamp ## check the code's format and style
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .

compile := .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header
requirements: .venv/dev.stamp ## pin the newest versions that pyproject.toml allows
	@$(compile) requirements/build.in -o requirements/build.txt
	@$(compile) pyproject.toml --extra site --no-emit-package convdoc -o requirements/site.txt
	@$(compile) pyproject.toml --extra dev --no-emit-package convdoc -c requirements/site.txt -o requirements/dev.txt

clean: ## remove what a build made
	@rm -rf _build docs/auto_gallery docs/reference/generated

clean-all: clean ## remove the environment and all caches too
	@rm -rf .venv .cache convdoc.egg-info

.venv/site.stamp: requirements/install.sh requirements/build.txt requirements/site.txt pyproject.toml
	@sh requirements/install.sh site
	@touch $@

.venv/dev.stamp: .venv/site.stamp requirements/dev.txt
	@sh requirements/install.sh dev
	@touch $@

$(kernel_profile): docs/_ext/ipython_kernel_config.py
	@mkdir -p $(dir $@)
	@cp $< $@
