# SPDX-License-Identifier: GPL-2.0
#
# What shows a fleet's VMA locks: rules for Prometheus, dashboards, the live page.

-include $(sort $(wildcard dashboards/*/*.mk))

.PHONY: check-rules
check-rules:	## Check the Prometheus rules, and test every alert with promtool
	$(Q)cd dashboards/prometheus && promtool check config prometheus.yml >/dev/null && \
		promtool test rules tests/*.test.yml
