# make demo: the whole main job on invented data; make test: every test; make check: what CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HUB := $(VENV)/.installed-hub
STAMP := $(VENV)/.installed
BENCH := $(VENV)/.installed-bench
ROWS ?=
OPTIONS ?=
MINUTES ?= 60
MIGRATIONS := hub/allin_hub/store/migrations/versions

.PHONY: demo test check fix lint types schemas migration docs constraints verified audit build clean fuzz bench bench-publish proof-kills proof-office proof-backup proof-faults proof-postgresql proof-reading proof-strangers proof-storage

# uv is used when it is there; plain pip does the same, slower. All is compiled ahead, on every core, where pip uses one;
# what this Python cannot compile of others' packages it lets pass, as pip does.
define install
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing $(1) into $(VENV) …"
	@if command -v uv >/dev/null 2>&1; \
	then uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '$(2)'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt --editable '$(2)'; fi
	@$(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true
	@$(BIN)/python -m compileall -q schemas hub plugins flows
	@touch $@
endef

# What the demo and an office need.
$(HUB): pyproject.toml constraints.txt
	$(call install,the hub,.[postgresql])

# What tests and checks need besides.
$(STAMP): $(HUB)
	$(call install,what the tests need,.[dev])

demo: $(HUB)
	@$(BIN)/allin demo demo

# Two workers to a core, for half of what the tests take is waiting: for servers, for processes that they end.
test: $(STAMP)
	$(BIN)/python -m pytest -n $$($(BIN)/python -c "import os; print(min(2 * os.cpu_count(), 16))") --dist loadfile

# Kills runs at every point and at 200 random moments, fills disks in small steps, lets many runs work at once; both databases.
proof-kills: $(STAMP)
	$(BIN)/python -m pytest -m "slow or not slow" tests/hub/crash

# Runs an office by its schedules, kills parts of it, and shares its sources between two workers; takes minutes.
proof-office: $(STAMP)
	$(BIN)/python -m pytest -m slow tests/flows

# Backs hubs up at a hundred random moments of syncs, and at every point of one; some minutes.
proof-backup: $(STAMP)
	$(BIN)/python -m pytest -s -m "slow or not slow" tests/hub/core/test_backup.py

# Plays every fault of a server through every kind of source; some minutes.
proof-faults: $(STAMP)
	$(BIN)/python -m pytest -m "slow or not slow" tests/faults

# Reads thousands of invented numbers, addresses and links fast and by the library, and compares.
proof-reading: $(STAMP)
	$(BIN)/python -m pytest -m slow tests/schemas/reading/test_agreement.py

# Runs on PostgreSQL also what no database decides: guard, maps, matching, messages, quarantine, screens.
proof-postgresql: $(STAMP)
	$(BIN)/python -m pytest -m "slow or not slow" tests/hub/core tests/hub/cli tests/hub/postgresql tests/hub/keys tests/hub/upgrade -k "(postgresql or upgrade) and not random"

# Feeds every reader, door, map and setting with new damaged inputs; MINUTES=5 for a shorter look, SEED=1 to repeat one.
fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

# Runs the whole suites on every bad plugin: each fault fails one check, and no other.
proof-strangers: $(STAMP)
	$(BIN)/python -m pytest -m slow tests/strangers

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Mends what ruff can mend by itself.
fix: $(STAMP)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: $(STAMP)
	$(BIN)/mypy

check: lint types test

# Prints what a sync costs beside dlt and a floor, in one run; ROWS="300000" OPTIONS=--alone for the hub alone.
bench: $(BENCH)
	@$(BIN)/python bench/sync.py $(OPTIONS) $(ROWS)

$(BENCH): $(STAMP)
	$(call install,what the benchmark compares with,.[bench])

# Prints what publishing the directory costs; ROWS="100000" for other sizes.
bench-publish: $(STAMP)
	@$(BIN)/python bench/publish.py $(ROWS)

# Outputs on every sort of storage, S3 too.
proof-storage: $(STAMP)
	$(BIN)/python -m pytest tests/hub/storage -m "slow or not slow"

# Writes the JSON Schema files: of the entities for partners, of what screens show for programs.
schemas: $(STAMP)
	$(BIN)/python -m allin_schemas.json_schema
	$(BIN)/python -m allin_hub.cli.json_schema

# Writes the next migration from what the models have and the migrations do not; EMPTY=yes for one of rows alone.
migration: $(STAMP)
	@$(BIN)/python -m allin_hub.store.migrations.write_migration $(if $(EMPTY),--empty) "$(MESSAGE)"
	@$(BIN)/ruff format --quiet $(MIGRATIONS)

# Writes the list of messages in docs/partners.md from the catalogue.
docs: $(STAMP)
	$(BIN)/python docs/problem_codes.py
	$(BIN)/python docs/cells.py

# Needs uv. Names and versions only, and beside them the same with the hashes of all files; no address of a registry.
COMPILE := uv pip compile --quiet --no-emit-index-url --no-annotate --all-extras --python-version 3.11 --universal
constraints:
	$(COMPILE) --upgrade pyproject.toml -o constraints.txt
	$(COMPILE) --no-header --generate-hashes --constraint constraints.txt pyproject.toml -o constraints.hashes.txt

# Installs exactly what is locked, each file compared with its hash before anything of it runs; then the hub itself, beside it.
verified:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement constraints.hashes.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(HUB) $(STAMP) $(BENCH)

# Asks the advisory service which of the locked versions have known vulnerabilities; says so where it does not answer.
audit: $(STAMP)
	@$(BIN)/python tools/audit.py constraints.hashes.txt

# Makes the packages in dist/, and the list of all that they bring along (CycloneDX) beside them.
build: $(STAMP)
	$(BIN)/python -m hatchling build
	@$(BIN)/python tools/sbom.py dist

clean:
	rm -rf $(VENV) demo
