# SPDX-License-Identifier: GPL-2.0
#
# The bench: a plugin for QEMU, the program that it watches, and what runs them.

BENCH_BUILD := build/bench
BENCH_PLUGIN := $(BENCH_BUILD)/cacheline.so
BENCH_GUEST := $(BENCH_BUILD)/bench-guest
BENCH_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror

.PHONY: bench bench-quick bench-programs
bench: deps all kernel kernel-base kernel-experiment bench-programs	## Measure scaling and cost: build/bench/bench.json, docs/benchmarks.md (10 minutes)
	$(Q)bench/run
	$(Q)bench/document

bench-quick: deps all kernel kernel-base bench-programs	## The same with fewer CPUs and repetitions: build/bench/quick.json (3 minutes)
	$(Q)bench/run --quick

bench-programs: $(BENCH_PLUGIN) $(BENCH_GUEST)
TEST_NEEDS += bench-programs kernel-base

$(BENCH_PLUGIN): $(wildcard bench/plugin/*.c bench/plugin/*.h) bench/marker.h
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BENCH_CFLAGS) -fPIC -shared -fvisibility=hidden -o $@ $(filter %.c,$^)

$(BENCH_GUEST): $(wildcard bench/guest/*.c bench/guest/*.h) bench/marker.h
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BENCH_CFLAGS) -static -no-pie -pthread -o $@ $(filter %.c,$^)
