# `make demo` and `make test` set up everything they need: Python >= 3.11, make, git and a package registry are enough.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test lab setup lint bench lock clean

help: ## Show what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

demo: setup ## Run the main job on the practice MWAA: notebook, graph, run, check, publish, live
	@$(BIN)/mwaa-kit demo

test: ## Set up, lint, check types and run every test
	@$(PYTHON) scripts/bootstrap.py --browser
	@$(BIN)/python scripts/verify.py

lab: setup ## Open JupyterLab on the tutorials
	@$(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 --ServerApp.root_dir=notebooks \
		--LabApp.default_url=/lab/tree/00_start_here.ipynb $(if $(filter 0,$(shell id -u)),--allow-root)

setup: ## Make .venv with everything pinned
	@$(PYTHON) scripts/bootstrap.py

lint: setup ## Lint and check types only
	@$(BIN)/python scripts/verify.py --lint

bench: setup ## Measure the speed beside dag.test() of four Airflows; CONSTRAINTS=folder for theirs
	@MWAA_KIT_CONSTRAINTS="$${MWAA_KIT_CONSTRAINTS:-$(CONSTRAINTS)}" $(BIN)/python benchmarks/speed.py

lock: setup ## Compile the pinned requirements again: make lock CONSTRAINTS=folder-or-url-template
	@$(BIN)/python scripts/lock.py $(CONSTRAINTS)

clean: ## Remove what set-up and tests made
	@rm -rf .venv extensions/node_modules .mypy_cache .ruff_cache .pytest_cache
