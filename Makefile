# Myoline. `make help` lists what there is.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Unless told otherwise, one test process more than there are processors: some tests wait for servers to stop.
TEST_PROCESSES ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
PYTEST_FLAGS ?=
MUTATION_JOBS ?= 2
# Whatever the environment says: what a test starts would else compile everything anew, each time.
export PYTHONDONTWRITEBYTECODE :=
TYPED := $(wildcard */rules */protocol */facts.py */facts */actions.py */actions */selectors.py */selectors)
TYPED += tracker/protocols.py tracker/comparison.py tracker/comparison_report.py tracker/journal.py tracker/entry_kinds.py
TYPED += tracker/embedded tracker/demo tracker/logs.py tracker/settings.py tracker/staffing tracker/celery.py manage.py
TYPED += patients/acting.py patients/seen.py tracker/acting.py tracker/access_log.py tracker/database tracker/audit tracker/reports tracker/sign_in
TYPED += tracker/second_factor.py tracker/emergencies.py tracker/patient_life
TYPED += tracker/caseload tracker/timeline tracker/home tracker/search tracker/glossary tracker/letters tracker/record_tabs.py tracker/since_visit.py
TYPED += tracker/patient_flags.py tracker/paper.py patients/drafts.py tracker/frame.py tracker/wrong_method.py
TYPED += tracker/views tracker/presenters tracker/templatetags patients/inputs patients/addresses.py $(wildcard */forms.py */*_forms.py)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install install-demo install-test demo demo-reset servers test check lint types contracts migrations deployment chromium \
	bench mutation messages lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Each stamp stands for one requirement file as it is now: another content, another stamp, another installation.
# The files hold one another: demo in test, test in dev.
stamp = $(VENV)/installed-$(1)-$(firstword $(shell cksum requirements/$(1).txt))
DEMO_STAMP := $(call stamp,demo)
TEST_STAMP := $(call stamp,test)
DEV_STAMP := $(call stamp,dev)

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

define install_unless # $(1) the requirement file, $(2) stamps of files that hold it
	@if test -z "$$(ls $(2) 2>/dev/null)"; then \
		echo "Installing requirements/$(1).txt into $(VENV) (once; about a minute) ..."; \
		$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --no-deps \
			-r requirements/$(1).txt && rm -f $(VENV)/installed-$(1)-*; \
	fi
	@touch $@
endef

$(DEMO_STAMP): | $(VENV)/pyvenv.cfg
	$(call install_unless,demo,$(TEST_STAMP) $(DEV_STAMP))

$(TEST_STAMP): | $(VENV)/pyvenv.cfg
	$(call install_unless,test,$(DEV_STAMP))

$(DEV_STAMP): | $(VENV)/pyvenv.cfg
	$(call install_unless,dev,$(DEV_STAMP))

install: $(DEV_STAMP) ## Make .venv with everything for development

install-demo: $(DEMO_STAMP)

install-test: $(TEST_STAMP)

demo: install-demo ## Run Myoline with demo patients on port 8000 of this machine until Ctrl-C (PORT= for another)
	@exec $(BIN)/python -m tracker.demo --port $(PORT)

demo-reset: install-demo ## Throw the demo data away and load it afresh
	@exec $(BIN)/python -m tracker.demo --reset

servers: install-demo ## Keep the embedded PostgreSQL and Redis up until Ctrl-C
	@exec $(BIN)/python -m tracker.embedded

test: install-test ## Run every test that can run here (PYTEST_FLAGS= for more options)
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal $(PYTEST_FLAGS)

check: install lint types contracts migrations deployment test ## Everything that must pass before a change goes in

lint: install ## Lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/deptry .

types: install ## Types of the clinical rules and of what feeds them
	DEBUG=true $(BIN)/mypy $(TYPED)

contracts: install ## Who may import whom
	$(BIN)/lint-imports --no-logo

migrations: install ## Models and migrations agree
	$(BIN)/python manage.py makemigrations --check --dry-run

# Which warnings there may be, tests/access/test_deployment.py says: only that of a protocol whose review is due.
deployment: install ## Django's deployment checks under production settings
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))')" DEBUG=false \
		ALLOWED_HOSTS=clinic.invalid DATABASE_URL=postgresql://nobody@database.invalid/none \
		REDIS_URL=redis://redis.invalid $(BIN)/python manage.py check --deploy

# CHROMIUM= names another one than the system's, which we then never install.
FIND_CHROMIUM := $(BIN)/python -m tests.browser.chromium
chromium: install-test ## Install the browser that the browser tests drive, where we may (Debian, as root); fail without one
	@if ! $(FIND_CHROMIUM) >/dev/null 2>&1 && test -z "$$CHROMIUM" -a "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	fi
	@$(FIND_CHROMIUM) >/dev/null

bench: install-demo ## Print how fast the rules and the pages are
	@exec $(BIN)/python -m benchmarks

mutation: install ## Change the clinical rules one place at a time and see whether a test notices (MUTATION_JOBS=2)
	@rm -rf mutants
	nice -n 10 $(BIN)/mutmut run --max-children $(MUTATION_JOBS)
	@$(BIN)/python -m tests.mutation.report

messages: install ## Gather the texts for translators: make messages LANGUAGE=cy (needs gettext)
	@test -n "$(LANGUAGE)" || { echo "Which language? make messages LANGUAGE=cy" >&2; exit 2; }
	@mkdir -p locale
	$(BIN)/python manage.py makemessages --locale $(LANGUAGE) --ignore .venv --ignore .local --ignore tests

LOCKED = $(BIN)/uv pip compile --quiet --generate-hashes --universal --no-header --no-annotate --python-version 3.11
lock: install ## Pin every dependency anew in requirements/*.txt
	$(LOCKED) pyproject.toml --output-file requirements/base.txt
	$(LOCKED) pyproject.toml --group demo --constraint requirements/base.txt --output-file requirements/demo.txt
	$(LOCKED) pyproject.toml --group demo --group test --constraint requirements/demo.txt \
		--output-file requirements/test.txt
	$(LOCKED) pyproject.toml --group demo --group test --group dev --constraint requirements/test.txt \
		--output-file requirements/dev.txt
