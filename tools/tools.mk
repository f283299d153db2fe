# SPDX-License-Identifier: GPL-2.0
#
# Each tool brings its own fragment, and so do the unit tests of each tool.

-include $(sort $(wildcard tools/*/*.mk)) $(sort $(wildcard tests/unit/*.mk))
