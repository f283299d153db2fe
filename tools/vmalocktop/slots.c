// SPDX-License-Identifier: GPL-2.0
#include "slots.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rank.h"
#include "row_order.h"
#include "snapshot.h"
#include "vmalocktop.skel.h"

/* What is known of a slot. */
enum known {
	NOT_SEEN,		/* free, or in use and not looked at since */
	IN_USE,
	TAKEN,			/* no longer in the hash, not given back yet */
};

struct maps_of {
	struct bpf_map *hash, *slots, *given, *queues;
};

struct slots {
	struct maps_of maps;
	const struct row_order *order;
	size_t room;
	size_t size, key_size, row_size; /* in bytes: of a slot, of a key, of a key with its value */
	/* mapped */
	char *v;
	uint64_t *given;
	struct vt_slot_queue *queues, *queue; /* all, and ours */
	/* ours alone */
	uint8_t *known;			/* enum known, of each slot */
	uint32_t *used;			/* which are in use, in the order of their keys */
	size_t n_used;
	uint32_t *taken;
	size_t n_taken;
	bool unsorted;			/* used: some aren't in use any more, or not in their places */
};

static struct maps_of maps_of(const struct vmalocktop *skel, enum vt_slots kind)
{
	if (kind == VT_VMA_SLOTS)
		return (struct maps_of){
			skel->maps.vmas, skel->maps.vmas_slots, skel->maps.vmas_given, skel->maps.queues,
		};
	return (struct maps_of){
		skel->maps.blockers, skel->maps.blockers_slots, skel->maps.blockers_given, skel->maps.queues,
	};
}

void slots__set_room(struct vmalocktop *skel, enum vt_slots kind, uint32_t room)
{
	struct maps_of maps = maps_of(skel, kind);

	bpf_map__set_max_entries(maps.hash, room);
	bpf_map__set_max_entries(maps.slots, room);
	bpf_map__set_max_entries(maps.given, room);
	skel->rodata->vt_slots_room[kind] = room;
}

static size_t bytes_of(const struct bpf_map *map)
{
	size_t page = sysconf(_SC_PAGESIZE), bytes = (size_t)bpf_map__max_entries(map) * bpf_map__value_size(map);

	return (bytes + page - 1) / page * page;
}

static void *map_it(const struct bpf_map *map)
{
	void *at = mmap(NULL, bytes_of(map), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	return at == MAP_FAILED ? NULL : at;
}

static void unmap(void *at, const struct bpf_map *map)
{
	if (at)
		munmap(at, bytes_of(map));
}

struct slots *slots__open(const struct vmalocktop *skel, enum vt_slots kind)
{
	struct slots *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->maps = maps_of(skel, kind);
	s->order = kind == VT_VMA_SLOTS ? &order_of_vmas : &order_of_stalls;
	s->room = bpf_map__max_entries(s->maps.slots);
	s->size = bpf_map__value_size(s->maps.slots);
	s->key_size = bpf_map__key_size(s->maps.hash);
	s->row_size = kind == VT_VMA_SLOTS ? sizeof(struct vma_row) : sizeof(struct blocker_row);
	s->v = map_it(s->maps.slots);
	s->given = map_it(s->maps.given);
	s->queues = map_it(s->maps.queues);
	s->queue = s->queues + kind;
	s->known = calloc(s->room, sizeof(*s->known));
	s->used = malloc(s->room * sizeof(*s->used));
	s->taken = malloc(s->room * sizeof(*s->taken));
	if (s->v && s->given && s->queues && s->known && s->used && s->taken)
		return s;
	slots__close(s);
	return NULL;
}

void slots__close(struct slots *s)
{
	if (!s)
		return;
	unmap(s->v, s->maps.slots);
	unmap(s->given, s->maps.given);
	unmap(s->queues, s->maps.queues);
	free(s->known);
	free(s->used);
	free(s->taken);
	free(s);
}

static uint64_t *slot(const struct slots *s, uint32_t at)
{
	return (uint64_t *)(s->v + at * s->size);
}

/* The state comes first. */
static const void *key_of(const struct slots *s, uint32_t at)
{
	return slot(s, at) + 1;
}

/* Make the slot free.  No program knows it. */
static void give_back(struct slots *s, uint32_t at)
{
	uint64_t given = s->queue->given;

	memset(slot(s, at), 0, s->size);
	s->known[at] = NOT_SEEN;
	s->given[given % s->room] = at;
	/* Whoever sees that there is one more sees which, and that it is empty. */
	__atomic_store_n(&s->queue->given, given + 1, __ATOMIC_RELEASE);
}

/* Of keys whose ranks are alike. */
static int by_key(const void *a, const void *b, void *slots)
{
	const struct ranked *x = a, *y = b;
	const struct slots *s = slots;

	return s->order->cmp(key_of(s, x->at), key_of(s, y->at));
}

/* Returns 0, -1 when memory is short. */
static int sort(struct slots *s)
{
	struct ranked *room, *ranked;
	size_t n = 0;

	room = malloc((2 * s->n_used + 1) * sizeof(*room));
	if (!room)
		return -1;
	for (size_t i = 0; i < s->n_used; i++)
		if (s->known[s->used[i]] == IN_USE)
			room[n++] = (struct ranked){ s->order->rank(key_of(s, s->used[i])), s->used[i] };
	ranked = rank__sort(room, n, by_key, s);
	for (size_t i = 0; i < n; i++)
		s->used[i] = ranked[i].at;
	s->n_used = n;
	free(room);
	s->unsorted = false;
	return 0;
}

/* Look for rows that are new.  Returns 0, -1 when memory is short. */
static int look(struct slots *s)
{
	uint64_t taken = __atomic_load_n(&s->queue->taken, __ATOMIC_ACQUIRE);
	size_t end = taken < s->room ? taken : s->room;

	if (s->unsorted && sort(s))
		return -1;
	/* Those that programs have, but we don't know, and those that are new. */
	if (taken - s->queue->given == s->n_used + s->n_taken)
		return 0;
	for (size_t at = 0; at < end; at++) {
		uint64_t state;

		if (s->known[at] != NOT_SEEN)
			continue;
		state = __atomic_load_n(slot(s, at), __ATOMIC_ACQUIRE);
		if (state == VT_SLOT_SPARE)
			give_back(s, at);
		if (state != VT_SLOT_USED)
			continue;
		s->known[at] = IN_USE;
		s->used[s->n_used++] = at;
		s->unsorted = true;
	}
	return s->unsorted ? sort(s) : 0;
}

/* Programs write meanwhile, 64 bits at a time. */
static void copy(void *to, const void *from, size_t bytes)
{
	const uint64_t *f = from;
	uint64_t *t = to;

	for (size_t i = 0; i < bytes / sizeof(*f); i++)
		t[i] = __atomic_load_n(&f[i], __ATOMIC_RELAXED);
}

int slots__read(struct slots *s, size_t more, void **rows, size_t *n)
{
	char *out = NULL;

	if (look(s))
		return -1;
	if (s->n_used + more) {
		out = malloc((s->n_used + more) * s->row_size);
		if (!out)
			return -1;
	}
	for (size_t i = 0; i < s->n_used; i++)
		copy(out + i * s->row_size, key_of(s, s->used[i]), s->row_size);
	*rows = out;
	*n = s->n_used;
	return 0;
}

void slots__each(struct slots *s, void (*fn)(void *ctx, const void *key), void *ctx)
{
	/* Short of memory: the next time will do. */
	if (look(s))
		return;
	for (size_t i = 0; i < s->n_used; i++)
		fn(ctx, key_of(s, s->used[i]));
}

int slots__take(struct slots *s, const void *key, void *value)
{
	uint32_t at;

	if (bpf_map_lookup_and_delete_elem(bpf_map__fd(s->maps.hash), key, &at))
		return -1;
	copy(value, (const char *)key_of(s, at) + s->key_size, s->row_size - s->key_size);
	s->unsorted |= s->known[at] == IN_USE;
	s->known[at] = TAKEN;
	s->taken[s->n_taken++] = at;
	return 0;
}

bool slots__taken(const struct slots *s)
{
	return s->n_taken;
}

void slots__give_back(struct slots *s)
{
	for (size_t i = 0; i < s->n_taken; i++)
		give_back(s, s->taken[i]);
	s->n_taken = 0;
}
