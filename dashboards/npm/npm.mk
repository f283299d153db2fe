# SPDX-License-Identifier: GPL-2.0
#
# What the tests of the dashboards need from npm, as package-lock.json says.
# Building vmalocktop needs nothing of it.

NPM_BUILD := build/dashboards
NPM_MODULES := $(NPM_BUILD)/node_modules

.PHONY: dashboards-npm
dashboards-npm: $(NPM_MODULES)/.package-lock.json
TEST_NEEDS += dashboards-npm

$(NPM_MODULES)/.package-lock.json: dashboards/npm/package.json dashboards/npm/package-lock.json
	$(Q)deps/install dashboards-tests
	$(call say,NPM,$(NPM_MODULES))
	@mkdir -p $(NPM_BUILD)
	$(Q)cp dashboards/npm/package.json dashboards/npm/package-lock.json $(NPM_BUILD)
	$(Q)cd $(NPM_BUILD) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	@touch $@
