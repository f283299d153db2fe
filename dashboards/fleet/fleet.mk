# SPDX-License-Identifier: GPL-2.0
#
# The fleet demo.

.PHONY: fleet-deps fleet-demo
fleet-deps:
	$(Q)deps/install kernel vmalocktop load vm exporter-tests $(if $(SCREENSHOT),dashboards-tests) long/fleet

fleet-demo: fleet-deps kernel kernel-stock vmalocktop vmalock-load $(if $(SCREENSHOT),dashboards-npm)	## Three guests, one Prometheus, an alert that fires (KEEP=1: stay; SCREENSHOT=1: pictures for docs/)
	$(Q)dashboards/fleet/run $(if $(KEEP),--keep) $(if $(SCREENSHOT),--screenshot)
