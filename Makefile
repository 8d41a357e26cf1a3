# make run        the bot on Discord, or without a token the local Discord
# make demo       the local Discord plays a heat and prints the summary
# make test       all tests, on SQLite and on PostgreSQL
# make check      style, types, import rules, migrations
# make bench      what everything costs, measured and written to docs/performance.md (20 minutes)
# make bench-quick  the same in a minute, with less of everything; writes no page
# make scale      what a process, a database and Discord carry, simulated from what make bench has
#                 measured; writes docs/scaling.md (a minute)
# make weekend    two hours of a race day at ten times their speed, with all trouble at once; writes
#                 docs/weekend.md (12 minutes; MINUTES=2 is a short one that writes nothing)
# make pictures   the pictures of the documentation; those of the page take Chromium
# make figures    the figures in docs/orp.md, from real laps
# make lock       the locked requirements again, from pyproject.toml

PYTHON ?= python3
# Tests start many processes; compiled files are worth having whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin

# An environment is whole once a stamp says so and as long as its Python runs and has pip. Half made,
# or with a Python that is no longer there, it is made again from nothing.
HAS_STAMP := $(wildcard .venv/run.done .venv/dev.done)
IS_WHOLE := $(if $(HAS_STAMP),$(shell $(BIN)/python -c 'import pip' 2>/dev/null && echo yes))
ifeq ($(IS_WHOLE),)
.PHONY: $(BIN)/python .venv/run.done .venv/dev.done
endif

.PHONY: run demo test check bench bench-quick scale weekend pictures figures lock format
.DELETE_ON_ERROR:

run: .venv/run.done
	@if $(BIN)/python -m bot has-token; \
	then exec $(BIN)/python -m bot; \
	else exec $(BIN)/python -m localdiscord; fi

demo: .venv/run.done
	@$(BIN)/python -m localdiscord --demo

# Many tests wait for a process or a lease to run out: three at a time keep two cores busy.
test: .venv/dev.done
	@$(BIN)/python -m pytest -n 3 --dist worksteal

check: .venv/dev.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m migrations.check

format: .venv/dev.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.done
	@$(BIN)/python -m bench $(ONLY:%=--only %)

bench-quick: .venv/dev.done
	@$(BIN)/python -m bench --quick

scale: .venv/dev.done
	@$(BIN)/python -m bench.scaling

weekend: .venv/dev.done
	@$(BIN)/python -m tests.soak $(MINUTES:%=--minutes %)

pictures: .venv/dev.done
	@$(BIN)/python -m bot.pictures.gallery tests/data/real_heats.csv docs/pictures
	@$(BIN)/python -m tests.e2e.page.pictures docs/pictures

figures: .venv/dev.done
	@$(BIN)/python -m tests.core.orp_figures

# Needs uv; the files it writes are for every system and Python version the project supports.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --extra local pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --extra local --extra dev -c requirements.txt \
		pyproject.toml -o requirements-dev.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed.") if sys.version_info < (3, 11) else None'
	@echo "Making .venv and installing into it, which takes a minute once …"
	@$(PYTHON) -m venv --clear .venv

# Interrupted halfway through, no stamp is left.
.venv/run.done: requirements.txt | $(BIN)/python
	@rm -f .venv/*.done
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.done: requirements-dev.txt | $(BIN)/python
	@rm -f .venv/*.done
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run.done
