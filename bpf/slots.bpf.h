/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Rows in arrays that user space has mapped, see struct vt_slot_queue and what is before it in vmalocktop.h. */
#ifndef SLOTS_BPF_H
#define SLOTS_BPF_H

#include "vmlinux_min.h"
#include <bpf/bpf_helpers.h>

#include "vmalocktop.h"

#define EEXIST		17
#define TAKE_TRIES	8

/* How many slots each kind has: max_entries of its maps. */
const volatile __u32 vt_slots_room[VT_SLOTS_KINDS] = { 1, 1 };

/* An array that user space can map. */
#define MAPPED_ARRAY(name, entries, value_type)		\
struct {						\
	__uint(type, BPF_MAP_TYPE_ARRAY);		\
	__uint(max_entries, entries);			\
	__uint(map_flags, BPF_F_MMAPABLE);		\
	__type(key, __u32);				\
	__type(value, value_type);			\
} name SEC(".maps")

MAPPED_ARRAY(queues, VT_SLOTS_KINDS, struct vt_slot_queue);

/* The maps of one kind: @name from keys to indices, @name_slots, and @name_given, the indices that were given back. */
#define SLOTS_OF(name, key_type, slot_type)		\
struct {						\
	__uint(type, BPF_MAP_TYPE_HASH);		\
	__uint(max_entries, 1);				\
	__type(key, key_type);				\
	__type(value, __u32);				\
} name SEC(".maps");					\
MAPPED_ARRAY(name##_slots, 1, slot_type);		\
MAPPED_ARRAY(name##_given, 1, __u64)

/*
 * Take a free slot of @kind.  Returns whether there was one, with its index in @slot; also false if other CPUs took
 * slots again and again meanwhile.
 */
static __always_inline bool take_slot(__u32 kind, void *given, __u32 *slot)
{
	/* What has an address may be anything for the verifier after a call. */
	__u32 key = kind, room = vt_slots_room[kind];
	struct vt_slot_queue *q = bpf_map_lookup_elem(&queues, &key);

	if (!q || !room)
		return false;
	for (int i = 0; i < TAKE_TRIES; i++) {
		__u64 at = *(volatile __u64 *)&q->taken;

		if (at < room) {
			*slot = at;
		} else {
			__u32 turn = (at - room) % room;
			__u64 *back;

			/* Adding nothing is a load, and a barrier before what follows. */
			if (at - room >= __sync_fetch_and_add(&q->given, 0))
				return false;
			back = bpf_map_lookup_elem(given, &turn);
			if (!back)
				return false;
			/* Not written anew before "taken" is beyond it: then it isn't ours anyway. */
			*slot = *(volatile __u64 *)back;
		}
		if (__sync_val_compare_and_swap(&q->taken, at, at + 1) == at)
			return true;
	}
	return false;
}

/* Make a slot for @key, which is new in @map.  Returns the slot, that of another CPU if that was faster; NULL: no room. */
static __always_inline void *make_slot(void *map, void *slots, void *given, __u32 kind, const void *key,
				       __u32 key_size)
{
	__u32 at, *first;
	__u64 *s;
	long err;

	if (!take_slot(kind, given, &at))
		return NULL;
	s = bpf_map_lookup_elem(slots, &at);
	if (!s)
		return NULL;
	__builtin_memcpy(s + 1, key, key_size);
	err = bpf_map_update_elem(map, key, &at, BPF_NOEXIST);
	/* Whoever sees this sees the key. */
	__sync_lock_test_and_set(s, err ? VT_SLOT_SPARE : VT_SLOT_USED);
	if (!err)
		return s;
	first = err == -EEXIST ? bpf_map_lookup_elem(map, key) : NULL;
	return first ? bpf_map_lookup_elem(slots, first) : NULL;
}

/* The slot for @key, made if need be; NULL when there is no room. */
static __always_inline void *slot_for(void *map, void *slots, void *given, __u32 kind, const void *key,
				      __u32 key_size)
{
	__u32 *at = bpf_map_lookup_elem(map, key);

	return at ? bpf_map_lookup_elem(slots, at) : make_slot(map, slots, given, kind, key, key_size);
}

/* The same in the maps that SLOTS_OF() has made for @name. */
#define SLOT_FOR(name, kind, key) \
	slot_for(&name, &name##_slots, &name##_given, kind, key, sizeof(*(key)))

#endif
