// SPDX-License-Identifier: GPL-2.0
#include "symbol_table.h"

#include <stdlib.h>
#include <string.h>

void symbol_table__add(struct symbol_table *t, uint64_t start, uint64_t end, const char *name)
{
	char *copy = strdup(name);

	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 1024;
		struct symbol *v = realloc(t->v, room * sizeof(*v));

		if (!v) {
			free(copy);
			return;
		}
		t->v = v;
		t->room = room;
	}
	if (copy)
		t->v[t->n++] = (struct symbol){ start, end, copy };
}

static int by_start(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

void symbol_table__sort(struct symbol_table *t)
{
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_start);
}

const char *symbol_table__find(const struct symbol_table *t, uint64_t address)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->v[mid].start <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || (t->v[low - 1].end && address >= t->v[low - 1].end))
		return NULL;
	return t->v[low - 1].name;
}

void symbol_table__free(struct symbol_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].name);
	free(t->v);
	*t = (struct symbol_table){ 0 };
}
