# SPDX-License-Identifier: GPL-2.0
#
# The program that replaces a region that is always mapped, with actors that do everything else; runs in guests.

CHURN := build/tests/churn/churn
TEST_NEEDS += $(CHURN) kernel-experiment

# what it has in common with the hazards
$(CHURN): $(wildcard tests/churn/*.c tests/churn/*.h) \
	$(addprefix tests/hazards/,core.c memory.c access.c core.h hazards.h access.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-clobbered -pthread -Itests/hazards -o $@ $(filter %.c,$^)
