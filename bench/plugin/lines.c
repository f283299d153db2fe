// SPDX-License-Identifier: GPL-2.0
/*
 * Ownership of cache lines: a hash table with one entry per line.
 */
#include "lines.h"

#include <stdio.h>
#include <stdlib.h>

struct line {
	uint64_t tag;		/* line + 1; 0: free */
	uint32_t holders;	/* CPUs with a copy of the newest version */
	uint8_t writer;		/* CPU + 1 that wrote it last; 0: nobody */
};

static struct line *table;
static uint64_t size, used;	/* size is a power of two */

static struct line *find(uint64_t tag)
{
	uint64_t i = (tag * 0x9e3779b97f4a7c15ULL) >> 20;

	for (;; i++) {
		struct line *l = &table[i & (size - 1)];

		if (l->tag == tag || !l->tag)
			return l;
	}
}

static void grow(void)
{
	struct line *old = table;
	uint64_t n = size;

	size = n ? n * 2 : 1 << 18;
	table = calloc(size, sizeof(*table));
	if (!table) {
		fprintf(stderr, "cacheline: no memory for %llu lines\n", (unsigned long long)size);
		exit(1);
	}
	for (uint64_t i = 0; i < n; i++)
		if (old[i].tag)
			*find(old[i].tag) = old[i];
	free(old);
}

enum transfer lines_access(unsigned int cpu, uint64_t line, bool store)
{
	uint32_t self = 1u << cpu;
	enum transfer transfer = TRANSFER_NONE;
	struct line *l;

	if (used * 2 >= size)
		grow();
	l = find(line + 1);
	if (!l->tag) {
		l->tag = line + 1;
		used++;
	}
	if (store) {
		if (l->holders & ~self)
			transfer = l->holders & self ? TRANSFER_UPGRADE : TRANSFER_STORE;
		l->holders = self;
		l->writer = cpu + 1;
	} else if (!(l->holders & self)) {
		if (l->writer)
			transfer = TRANSFER_READ;
		l->holders |= self;
	}
	return transfer;
}
