# SPDX-License-Identifier: GPL-2.0

.PHONY: grafana
grafana:	## Render the Grafana dashboards from their jsonnet
	$(call say,JSONNET,dashboards/grafana/rendered)
	$(Q)dashboards/grafana/render dashboards/grafana/rendered >/dev/null
