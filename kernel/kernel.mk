# SPDX-License-Identifier: GPL-2.0
#
# The kernel: its source, the series, builds.  The work is in kernel/*.

.PHONY: kernel-tree kernel kernel-experiment kernel-inject kernel-debug kernel-kcsan kernel-rt kernel-base kernel-arm64 kernel-stock kernel-stock-6.1 kernel-stock-6.18
.PHONY: series kernel-export

kernel-tree:	## Make build/linux: Debian's 6.12 source with the series applied
	$(Q)deps/install kernel
	$(Q)kernel/prepare

kernel: kernel-tree	## Build the patched kernel for the guest
	$(Q)kernel/build patched

kernel-experiment: kernel-tree	## Build it with parameters that take protections away (tests only)
	$(Q)kernel/build experiment

kernel-inject: kernel-tree	## Build that with allocations that can fail
	$(Q)kernel/build inject

kernel-debug: kernel-tree	## Build it with KASAN, lockdep and other checks
	$(Q)kernel/build debug

kernel-kcsan: kernel-tree	## Build it with the data-race detector
	$(Q)kernel/build kcsan

kernel-rt: kernel-tree	## Build it with PREEMPT_RT and strict RCU grace periods
	$(Q)kernel/build rt

kernel-base:	## Build the pristine source with the same configuration
	$(Q)deps/install kernel
	$(Q)kernel/prepare-base
	$(Q)kernel/build base

kernel-arm64: kernel-tree	## Cross-build for arm64, and unpack a root file system for its guests
	$(Q)deps/install long/arm64
	$(Q)kernel/build arm64
	$(Q)tools/vm/arm64-root

kernel-stock:	## Fetch Debian's own kernel of the same version
	$(Q)deps/install kernel
	$(Q)kernel/fetch-stock

kernel-stock-6.1: ## Fetch Debian 12's own kernel, without per-VMA locks
	$(Q)deps/install kernel
	$(Q)kernel/fetch-stock 6.1

kernel-stock-6.18: ## Fetch a kernel of Debian 13's backports, with reference counts in VMAs
	$(Q)deps/install kernel
	$(Q)kernel/fetch-stock 6.18

series: kernel-tree	## Write the series as git format-patch mails to build/series
	$(Q)kernel/format-series

kernel-export:	## Write the commits of build/linux back to kernel/{series,patches,src}
	$(Q)kernel/export
