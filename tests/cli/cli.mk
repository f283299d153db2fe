# SPDX-License-Identifier: GPL-2.0
#
# What the cli suite watches, besides the load.

build/tests/cli/callers: tests/cli/callers.c
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -O2 -g -Wall -Wextra -Werror -pthread $(CFLAGS) -o $@ $<
