// SPDX-License-Identifier: GPL-2.0
/*
 * How often each instruction caused a transfer of each address: a hash table.
 */
#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct event *table;
static uint64_t size, used;	/* size is a power of two */

static struct event *find(const struct event *key)
{
	uint64_t i = (key->addr * 0x9e3779b97f4a7c15ULL) ^ (key->pc * 0xc2b2ae3d27d4eb4fULL);

	i = (i >> 20) + key->mode * 4 + key->type;
	for (;; i++) {
		struct event *e = &table[i & (size - 1)];

		if (!e->count || (e->addr == key->addr && e->pc == key->pc &&
				  e->mode == key->mode && e->type == key->type))
			return e;
	}
}

static void grow(void)
{
	struct event *old = table;
	uint64_t n = size;

	size = n ? n * 2 : 1 << 14;
	table = calloc(size, sizeof(*table));
	if (!table) {
		fprintf(stderr, "cacheline: no memory for %llu events\n", (unsigned long long)size);
		exit(1);
	}
	for (uint64_t i = 0; i < n; i++)
		if (old[i].count)
			*find(&old[i]) = old[i];
	free(old);
}

void events_add(uint64_t addr, uint64_t pc, uint32_t mode, uint32_t type)
{
	struct event key = { .addr = addr, .pc = pc, .mode = mode, .type = type };
	struct event *e;

	if (used * 2 >= size)
		grow();
	e = find(&key);
	if (!e->count) {
		*e = key;
		used++;
	}
	e->count++;
}

void events_for_each(void (*fn)(const struct event *e, void *arg), void *arg)
{
	for (uint64_t i = 0; i < size; i++)
		if (table[i].count)
			fn(&table[i], arg);
}

void events_reset(void)
{
	if (table)
		memset(table, 0, size * sizeof(*table));
	used = 0;
}
