# SPDX-License-Identifier: GPL-2.0
#
# What the guest suite watches, besides the load.

build/tests/guest/old_calls: tests/guest/old_calls.c
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -O2 -g -Wall -Wextra -Werror -pthread $(CFLAGS) -o $@ $<
