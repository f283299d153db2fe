/* SPDX-License-Identifier: GPL-2.0 */
/* What the program counts. The names are keys of the JSON report: only add, never rename. */
#ifndef VMALOCK_LOAD_COUNTERS_H
#define VMALOCK_LOAD_COUNTERS_H

#include <stdint.h>

/* X(name, what it counts) */
#define LOAD_COUNTERS(X)						\
	X(fault_ops, "operations of the faulting threads")		\
	X(map_ops, "operations of the mapping threads")			\
	X(touches, "page accesses that may have faulted")		\
	X(verified_pages, "pages whose content was judged")		\
	X(mmap_fixed_replacements, "mmap(MAP_FIXED) calls that replaced at least one VMA")	\
	X(mmap_gap, "mmap() calls into a hole")				\
	X(munmaps, "munmap() calls")					\
	X(mprotects, "mprotect() calls")				\
	X(mremaps, "mremap() calls")					\
	X(madvises, "madvise() calls")					\
	X(fadvises, "posix_fadvise() calls")				\
	X(mlocks, "mlock(), mlock2() and munlock() calls")		\
	X(brks, "brk() calls")						\
	X(prctls, "prctl(PR_SET_VMA) calls")				\
	X(forks, "fork() calls; each child was waited for")		\
	X(refused, "optional calls that the kernel refused")		\
	X(expected_segv, "SIGSEGV while the program had the range unmapped or forbidden")	\
	X(retries, "writes repeated after an expected SIGSEGV, slots skipped because they were busy") \
	X(faults_minor, "minor faults of all threads (getrusage)")	\
	X(faults_major, "major faults of all threads (getrusage)")

struct counters {
#define X(name, text) uint64_t name;
	LOAD_COUNTERS(X)
#undef X
};

#define LATENCY_BUCKETS 48

/* Time that page accesses took; bucket i counts those of [2^i, 2^(i+1)) nanoseconds. */
struct latency {
	uint64_t bucket[LATENCY_BUCKETS];
	uint64_t max_ns;
};

#endif
