// SPDX-License-Identifier: GPL-2.0
#include "row_order.h"

#include "snapshot.h"

static uint64_t rank_vma(const void *key)
{
	const struct vt_vma_key *k = key;
	uint64_t high = k->start >> 16;

	return (uint64_t)k->tgid << 32 | (high < UINT32_MAX ? high : UINT32_MAX);
}

static uint64_t rank_stall(const void *key)
{
	return ((const struct vt_stall_key *)key)->start;
}

/* Of keys that memcmp() compares. */
static uint64_t rank_bytes(const void *key)
{
	const unsigned char *k = key;
	uint64_t rank = 0;

	for (int i = 0; i < 8; i++)
		rank = rank << 8 | k[i];
	return rank;
}

const struct row_order order_of_vmas = { vma_key_cmp, rank_vma };
const struct row_order order_of_stalls = { blocker_key_cmp, rank_stall };
const struct row_order order_of_groups = { group_key_cmp, rank_bytes };
const struct row_order order_of_stacks = { stack_key_cmp, rank_bytes };
const struct row_order order_of_offsets = { offset_key_cmp, rank_bytes };
