# SPDX-License-Identifier: GPL-2.0
#
# What the crowd suite watches.

build/tests/crowd/crowd: tests/crowd/crowd.c
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -O2 -g -Wall -Wextra -Werror -pthread $(CFLAGS) -o $@ $<
