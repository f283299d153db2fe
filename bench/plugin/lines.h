/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ownership of cache lines among CPUs with caches that never evict.
 */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_SHIFT	6	/* lines of 64 bytes */
#define LINES_MAX_CPUS	32

/* Why an access needed another CPU's cache. */
enum transfer {
	TRANSFER_NONE,
	TRANSFER_READ,		/* another CPU wrote the line since this one last held it */
	TRANSFER_STORE,		/* this one doesn't hold it, others do */
	TRANSFER_UPGRADE,	/* this one holds it, but not alone */
};

/**
 * lines_access - note that a CPU accesses a line
 * @cpu: 0 to LINES_MAX_CPUS - 1
 * @line: address of the line, shifted right by LINE_SHIFT
 * @store: it writes
 *
 * Nobody holds a line that was never accessed: the first read or store of each
 * line is no transfer, nor is a read of a line that nobody has written.
 *
 * Return: the transfer that the access causes.
 */
enum transfer lines_access(unsigned int cpu, uint64_t line, bool store);

#endif
