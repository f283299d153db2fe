# SPDX-License-Identifier: GPL-2.0
#
# The program that makes the kernel fire vma_lock events.

TRACE_STIMULUS := build/tests/trace/stimulus
TEST_NEEDS += $(TRACE_STIMULUS) kernel-experiment

$(TRACE_STIMULUS): $(wildcard tests/trace/*.c tests/trace/*.h)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -pthread -o $@ $(filter %.c,$^)
