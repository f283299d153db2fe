# SPDX-License-Identifier: GPL-2.0
#
# What tools/vm/run measures of this machine; it does without where this isn't built.

all: build/bin/tsc-khz
TEST_NEEDS += build/bin/tsc-khz

build/bin/tsc-khz: tools/vm/tsc-khz.c tools/vm/vm.mk
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror $(CFLAGS) $(LDFLAGS) -o $@ $<
