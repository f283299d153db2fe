/* SPDX-License-Identifier: GPL-2.0 */
/* Sorting many things by a number, and only those that have the same one by comparison. */
#ifndef VMALOCKTOP_RANK_H
#define VMALOCKTOP_RANK_H

#include <stddef.h>
#include <stdint.h>

struct ranked {
	uint64_t rank;
	size_t at;		/* what it is the rank of: the caller's index */
};

/**
 * rank__sort() - sort, the smallest rank first
 * @v: what is sorted, with room for twice as many
 * @n: how many
 * @cmp: as for qsort_r(), of two struct ranked with the same rank; NULL: those stay in the order in which they were
 * @ctx: passed to @cmp
 *
 * Return: where they are then: @v, or right behind the first @n.
 */
struct ranked *rank__sort(struct ranked *v, size_t n, int (*cmp)(const void *a, const void *b, void *ctx), void *ctx);

#endif
