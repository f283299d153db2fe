# SPDX-License-Identifier: GPL-2.0
#
# The fleet demo.

.PHONY: fleet-demo
fleet-demo: kernel kernel-stock vmalocktop vmalock-load $(if $(SCREENSHOT),dashboards-npm)	## Three guests, one Prometheus, an alert that fires (KEEP=1: stay; SCREENSHOT=1: pictures for docs/)
	$(Q)deps/install vm exporter-tests dashboards-tests long/fleet
	$(Q)dashboards/fleet/run $(if $(KEEP),--keep) $(if $(SCREENSHOT),--screenshot)
