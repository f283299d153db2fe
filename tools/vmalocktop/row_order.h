/* SPDX-License-Identifier: GPL-2.0 */
/* How the rows of a map are ordered. */
#ifndef VMALOCKTOP_ROW_ORDER_H
#define VMALOCKTOP_ROW_ORDER_H

#include <stdint.h>

struct row_order {
	int (*cmp)(const void *a, const void *b);
	/* a number that is less if the key is, and may be the same of several: few keys need more */
	uint64_t (*rank)(const void *key);
};

extern const struct row_order order_of_vmas, order_of_stalls, order_of_groups, order_of_stacks, order_of_offsets;

#endif
