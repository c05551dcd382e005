# Two commands are enough: `make run` and `make test`. Each sets everything up by itself.

.DEFAULT_GOAL := help
.PHONY: help run plan test check setup bench clean requirements

# The first Python that is new enough; `make run PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& command -v "$$p" && break; done)
# Offices often stand behind a proxy whose certificate only the system knows.
export UV_SYSTEM_CERTS ?= 1
export UV_NATIVE_TLS ?= 1
BIN := .venv/bin
READY := .venv/.ready

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(READY) ## build, plan and serve the invented sample on http://127.0.0.1:8501
	@$(BIN)/python outreach.py demo
	@$(BIN)/python outreach.py serve

plan: $(READY) ## the same without serving
	@$(BIN)/python outreach.py demo

test: check ## lint, types, import contracts and every test
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered -q

check: $(READY) ## what CI also runs before the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## the figures of docs/benchmarks.md, measured on this machine
	@$(BIN)/python outreach.py bench plan

setup: $(READY) ## install into .venv only

$(READY): requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found."; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python "$(PYTHON)" .venv && \
		uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.txt; \
	else \
		"$(PYTHON)" -m venv .venv && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check \
			--require-hashes --only-binary :all: --no-deps -r requirements.txt; \
	fi
	@touch $(READY)

requirements: ## pin the newest versions again (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --generate-hashes \
		--no-emit-index-url --no-header --upgrade --output-file requirements.txt

clean: ## remove what was installed; the office's home folder stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
