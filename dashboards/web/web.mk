# SPDX-License-Identifier: GPL-2.0
#
# The live page.  Its files are served as they are; only uPlot comes from npm.

.PHONY: page-uplot
page-uplot: dashboards-npm	## Copy the locked uPlot from npm into the live page
	$(Q)dashboards/web/uplot copy $(NPM_MODULES)/uplot

.PHONY: page-pictures
page-pictures: dashboards-npm vmalocktop vmalock-load	## Take the pictures of the live page in docs/
	$(Q)dashboards/web/pictures
