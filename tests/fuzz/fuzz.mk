# SPDX-License-Identifier: GPL-2.0
#
# The fuzzer of memory-management system calls; runs in guests and on the host.

FUZZ := build/tests/fuzz/fuzz
TEST_NEEDS += $(FUZZ) kernel-experiment

$(FUZZ): $(wildcard tests/fuzz/*.c tests/fuzz/*.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-clobbered -pthread -o $@ $(filter %.c,$^)
