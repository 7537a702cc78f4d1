# Everything that one does with a checkout. `make` alone lists it.

# The OctoPrint versions that the plugin is tested on; OCTOPRINT=… narrows a command to one.
VERSIONS = 1.11.8 2.0.0rc7
NEWEST = $(lastword $(VERSIONS))

OCTOPRINT =
HOST = 127.0.0.1
PORT = 5000
# passed on to pytest or to the benchmarks: make test ARGS="-k menu"
ARGS =
# make run MQTT=1 starts a broker as well
MQTT =

venv_of = .venv/octoprint-$(1)
ONE = $(or $(OCTOPRINT),$(NEWEST))

.DEFAULT_GOAL := help
.PHONY: help run test test-unit test-js screenshots bench lint format translations openapi dist clean

help: ## list the commands
	@echo 'make <command>, on OctoPrint $(VERSIONS):'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start OctoPrint with this plugin and sample commands [OCTOPRINT=version HOST= PORT= MQTT=1]
	@development/venv.sh $(ONE)
	@exec $(call venv_of,$(ONE))/bin/python -m development.run --host $(HOST) --port $(PORT) $(if $(MQTT),--mqtt)

test: ## all tests, on both versions of OctoPrint [OCTOPRINT=version ARGS="-k menu"]
	@development/test.sh "$(or $(OCTOPRINT),$(VERSIONS))" $(ARGS)

test-unit: ## only the tests that need no server [OCTOPRINT=version ARGS=]
	@development/venv.sh $(ONE)
	@$(call venv_of,$(ONE))/bin/python -m pytest tests/unit $(ARGS)

test-js: ## only the tests of the page's JavaScript, in node [ARGS=]
	@development/test_js.sh $(ARGS)

screenshots: ## take the pictures of the documentation, of what `make run` shows
	@development/venv.sh $(NEWEST)
	@. development/debian.sh && need_browser
	@$(call venv_of,$(NEWEST))/bin/python -m pip install --quiet --disable-pip-version-check -e '.[pictures]'
	@$(call venv_of,$(NEWEST))/bin/python -m development.screenshots
	@$(call venv_of,$(NEWEST))/bin/python -m development.moving_picture

bench: ## measure the plugin beside OctoPrint's own endpoint [OCTOPRINT=version ARGS=]
	@development/venv.sh $(or $(OCTOPRINT),$(firstword $(VERSIONS)))
	@$(call venv_of,$(or $(OCTOPRINT),$(firstword $(VERSIONS))))/bin/python -m benchmarks $(ARGS)

lint: ## check code, styles, templates, types, and who imports whom
	@development/venv.sh $(NEWEST)
	@development/lint.sh

format: ## bring code and styles into the form that `make lint` expects
	@development/tools.sh tools node
	@.venv/tools/bin/ruff check --fix --quiet .
	@.venv/tools/bin/ruff format --quiet .
	@.venv/node/node_modules/.bin/prettier --write --log-level warn .

translations: ## collect the texts, update and compile the translations
	@development/venv.sh $(NEWEST)
	@development/translations.sh $(call venv_of,$(NEWEST))/bin

openapi: ## write docs/openapi.json, the copy of the API's description
	@development/venv.sh $(NEWEST)
	@$(call venv_of,$(NEWEST))/bin/python -m development.openapi_copy

dist: ## build the zip that OctoPrint's Plugin Manager installs
	@development/tools.sh dist node
	@.venv/dist/bin/python -m development.make_dist

clean: ## remove what the other commands made, except the data of `make run`
	rm -rf .venv tests/js/node_modules dist build test-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -path ./.git -prune -o -name __pycache__ -type d -exec rm -rf {} +
