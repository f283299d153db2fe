// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "rank.h"

#include <stdbool.h>
#include <stdlib.h>

/* Move all of @from to @to, ordered by the byte of their ranks at @shift and, where that is the same, as before. */
static void order_by_byte(const struct ranked *from, struct ranked *to, size_t n, int shift)
{
	size_t next[256] = { 0 }, before = 0;

	for (size_t i = 0; i < n; i++)
		next[from[i].rank >> shift & 255]++;
	for (int byte = 0; byte < 256; byte++) {
		size_t count = next[byte];

		next[byte] = before;
		before += count;
	}
	for (size_t i = 0; i < n; i++)
		to[next[from[i].rank >> shift & 255]++] = from[i];
}

static bool in_order(const struct ranked *v, size_t n, int (*cmp)(const void *a, const void *b, void *ctx), void *ctx)
{
	for (size_t i = 1; i < n; i++)
		if (cmp(&v[i - 1], &v[i], ctx) > 0)
			return false;
	return true;
}

struct ranked *rank__sort(struct ranked *v, size_t n, int (*cmp)(const void *a, const void *b, void *ctx), void *ctx)
{
	struct ranked *other = v + n;
	uint64_t differ = 0;

	for (size_t i = 0; i < n; i++)
		differ |= v[i].rank ^ v[0].rank;
	for (int shift = 0; shift < 64; shift += 8) {
		struct ranked *sorted = other;

		if (!(differ >> shift & 255))
			continue;
		order_by_byte(v, sorted, n, shift);
		other = v;
		v = sorted;
	}
	for (size_t i = 0, end; cmp && i < n; i = end) {
		for (end = i + 1; end < n && v[end].rank == v[i].rank; end++)
			;
		/* Often they came in the order that they shall have. */
		if (!in_order(v + i, end - i, cmp, ctx))
			qsort_r(v + i, end - i, sizeof(*v), cmp, ctx);
	}
	return v;
}
