# SPDX-License-Identifier: GPL-2.0
#
# Each tool brings its own fragment.

-include $(sort $(wildcard tools/*/*.mk))
