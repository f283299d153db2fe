# SPDX-License-Identifier: GPL-2.0
#
# The unit tests of the bench's plugin.

BENCH_TEST := build/tests/bench/test_plugin
BENCH_TEST_PARTS := $(addprefix bench/plugin/,lines.c events.c hooks.c modes.c decode.c)

.PHONY: bench-tests
bench-tests: $(BENCH_TEST)
TEST_NEEDS += bench-tests

$(BENCH_TEST): tests/bench/test_plugin.c $(BENCH_TEST_PARTS) $(wildcard bench/plugin/*.h) bench/marker.h
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $(filter %.c,$^) -lcmocka
