# SPDX-License-Identifier: GPL-2.0
#
# The program with a case for each hazard of page faults without a reference; runs in guests.

HAZARDS := build/tests/hazards/hazards
TEST_NEEDS += $(HAZARDS) kernel-experiment

$(HAZARDS): $(wildcard tests/hazards/*.c tests/hazards/*.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-clobbered -pthread -o $@ $(filter %.c,$^)
