# SPDX-License-Identifier: GPL-2.0
#
# Pictures of the Grafana dashboards, by components that Grafana publishes.

GRAFANA_DRAW := build/grafana-draw

$(GRAFANA_DRAW)/node_modules/.package-lock.json: dashboards/grafana/draw/package.json dashboards/grafana/draw/package-lock.json
	$(call say,NPM,$(GRAFANA_DRAW)/node_modules)
	@mkdir -p $(@D)
	$(Q)cp $^ $(GRAFANA_DRAW)
	$(Q)cd $(GRAFANA_DRAW) && npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error >&2
	@touch $@

.PHONY: grafana-draw
grafana-draw: dashboards-npm $(GRAFANA_DRAW)/node_modules/.package-lock.json	## Draw the Grafana dashboards to build/grafana-draw (PROMETHEUS=URL HOST=INSTANCE)
	$(Q)node dashboards/grafana/draw/draw.mjs $(abspath $(GRAFANA_DRAW)/node_modules) '$(PROMETHEUS)' '$(HOST)' $(GRAFANA_DRAW)
