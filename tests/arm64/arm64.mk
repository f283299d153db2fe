# SPDX-License-Identifier: GPL-2.0
#
# The programs of other suites, cross-built for guests that boot the arm64 kernel (tests/arm64/suite).

.PHONY: arm64-programs
arm64-programs:
	$(Q)$(MAKE) CC=aarch64-linux-gnu-gcc LOAD_BUILD=build/arm64/load LOAD_BIN=build/arm64/vmalock-load \
		FUZZ=build/arm64/fuzz HAZARDS=build/arm64/hazards build/arm64/vmalock-load build/arm64/fuzz build/arm64/hazards
	$(Q)tests/kselftest/build tests/arm64/programs build/arm64/kselftest arm64 aarch64-linux-gnu-
