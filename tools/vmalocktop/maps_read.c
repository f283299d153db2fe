// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "maps_read.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "hist.h"
#include "rank.h"
#include "row_order.h"
#include "vmalocktop.skel.h"

/* Sum the values of all CPUs at @key, @size bytes of 64-bit numbers each, with @add. */
static int read_percpu(const struct bpf_map *map, __u32 key, size_t size,
		       void (*add)(void *sum, const void *value), void *sum)
{
	int cpus = libbpf_num_possible_cpus(), err;
	char *all = cpus > 0 ? calloc(cpus, size) : NULL;

	if (!all)
		return -1;
	err = bpf_map_lookup_elem(bpf_map__fd(map), &key, all);
	for (int cpu = 0; !err && cpu < cpus; cpu++)
		add(sum, all + cpu * size);
	free(all);
	return err;
}

static void add_counters(void *sum, const void *value)
{
	const __u64 *from = value;
	__u64 *to = sum;

	for (size_t i = 0; i < sizeof(struct vt_counters) / sizeof(*to); i++)
		to[i] += from[i];
}

static void add_hist(void *sum, const void *value)
{
	hist__add(sum, value);
}

/* The entries of a hash, as the kernel gives them. */
struct entries {
	char *keys, *values;
	size_t key_size, value_size, n, room;
};

/* Make room for @more entries.  Returns 0 or -ENOMEM. */
static int make_room(struct entries *e, size_t more)
{
	size_t room = e->n + more;
	char *keys, *values;

	if (room <= e->room)
		return 0;
	keys = realloc(e->keys, room * e->key_size);
	if (!keys)
		return -ENOMEM;
	e->keys = keys;
	values = realloc(e->values, room * e->value_size);
	if (!values)
		return -ENOMEM;
	e->values = values;
	e->room = room;
	return 0;
}

/*
 * Append all entries of a hash, of which the programs never delete any.  @chunk entries at a
 * time; the kernel wants room for a whole bucket.  Returns 0, or an error with @e as before.
 */
static int read_chunks(const struct bpf_map *map, struct entries *e, __u32 chunk)
{
	/* For all there can be, at once; of what isn't used no page is touched. */
	int err = make_room(e, bpf_map__max_entries(map) + chunk);
	size_t before = e->n;
	__u64 at = 0;			/* the kernel's, opaque */
	bool first = true;

	while (!err) {
		__u32 count = chunk;

		err = bpf_map_lookup_batch(bpf_map__fd(map), first ? NULL : &at, &at,
					   e->keys + e->n * e->key_size, e->values + e->n * e->value_size,
					   &count, NULL);
		if (err && err != -ENOENT)
			break;
		first = false;
		e->n += count;
		if (!err)
			err = make_room(e, chunk);
	}
	if (err == -ENOENT)
		return 0;
	e->n = before;
	return err;
}

static int read_hash(const struct bpf_map *map, struct entries *e)
{
	__u32 most = bpf_map__max_entries(map), chunk = most < 1024 ? most : 1024;
	int err;

	e->key_size = bpf_map__key_size(map);
	e->value_size = bpf_map__value_size(map);
	do {
		err = read_chunks(map, e, chunk);
		chunk *= 2;
	} while (err == -ENOSPC && chunk < 2 * most);
	return err;
}

struct sorting {
	const struct entries *entries;
	const struct row_order *order;
};

/* Of entries whose ranks are alike. */
static int by_key(const void *a, const void *b, void *sorting)
{
	const struct ranked *x = a, *y = b;
	const struct sorting *s = sorting;

	return s->order->cmp(s->entries->keys + x->at * s->entries->key_size,
			     s->entries->keys + y->at * s->entries->key_size);
}

/*
 * Make rows of the entries, each the key and right behind it the value, in @order.
 * Neither moves until it is known where a row belongs: values are large.
 */
static int make_rows(const struct entries *e, const struct row_order *order, void *rows)
{
	struct sorting sorting = { .entries = e, .order = order };
	size_t size = e->key_size + e->value_size;
	char *out = malloc(e->n * size);
	struct ranked *room = malloc(2 * e->n * sizeof(*room)), *ranked = room;

	if (!out || !room) {
		free(out);
		free(room);
		return -ENOMEM;
	}
	for (size_t i = 0; i < e->n; i++)
		ranked[i] = (struct ranked){ order->rank(e->keys + i * e->key_size), i };
	ranked = rank__sort(room, e->n, by_key, &sorting);
	for (size_t i = 0; i < e->n; i++) {
		char *row = out + i * size;

		memcpy(row, e->keys + ranked[i].at * e->key_size, e->key_size);
		memcpy(row + e->key_size, e->values + ranked[i].at * e->value_size, e->value_size);
	}
	free(room);
	*(char **)rows = out;
	return 0;
}

/* All rows of a hash, in @order. */
static int read_rows(const struct bpf_map *map, const struct row_order *order, void *rows, size_t *n)
{
	struct entries e = { 0 };
	int err = read_hash(map, &e);

	if (!err && e.n)
		err = make_rows(&e, order, rows);
	if (!err)
		*n = e.n;
	free(e.keys);
	free(e.values);
	errno = -err;
	return err ? -1 : 0;
}

/* The rows of VMAs, and those of processes for what found no room there: two sorted lists, merged from their ends. */
static int read_vmas(const struct vmalocktop *skel, struct slots *slots, struct snapshot *s)
{
	struct vma_row *rest = NULL, *rows;
	size_t n_rest = 0, n, to;
	void *read;

	if (read_rows(skel->maps.rest, &order_of_vmas, &rest, &n_rest))
		return -1;
	if (slots__read(slots, n_rest, &read, &n)) {
		free(rest);
		return -1;
	}
	s->vmas = rows = read;
	s->n_vmas = to = n + n_rest;
	while (n_rest)
		rows[--to] = n && vma_key_cmp(&rows[n - 1].key, &rest[n_rest - 1].key) > 0 ? rows[--n] : rest[--n_rest];
	free(rest);
	return 0;
}

static int read_blockers(struct slots *slots, struct snapshot *s)
{
	void *read;

	if (slots__read(slots, 0, &read, &s->n_blockers))
		return -1;
	s->blockers = read;
	return 0;
}

/*
 * Events that came while the same CPU was still at work on one of the same kind.
 * Those of locks don't matter: a program runs with preemption disabled, so
 * that what interrupts it, or itself, waits for spinlocks at most.
 */
static int read_missed(const struct vmalocktop *skel, uint64_t *missed)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) < 0 || prog == skel->progs.contention_begin ||
		    prog == skel->progs.contention_end)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			return -1;
		*missed += info.recursion_misses;
	}
	return 0;
}

static int read_open(const struct bpf_link *link, struct snapshot *s)
{
	size_t bytes = 0, room = 0;
	char *text = NULL;
	ssize_t n;
	int fd;

	if (!link)
		return 0;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return -1;
	do {
		if (bytes == room) {
			char *more = realloc(text, room += 64 * sizeof(*s->open));

			if (!more) {
				n = -1;
				break;
			}
			text = more;
		}
		n = read(fd, text + bytes, room - bytes);
		if (n > 0)
			bytes += n;
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	close(fd);
	s->open = (struct vt_open_wait *)text;
	s->n_open = bytes / sizeof(*s->open);
	return n < 0 ? -1 : 0;
}

int maps_read__stacks(const struct vmalocktop *skel, struct stack_row **rows, size_t *n)
{
	return read_rows(skel->maps.stacked, &order_of_stacks, rows, n);
}

int maps_read__offsets(const struct vmalocktop *skel, struct offset_row **rows, size_t *n)
{
	return read_rows(skel->maps.offsets, &order_of_offsets, rows, n);
}

int maps_read__counts(const struct vmalocktop *skel, struct snapshot *s)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->ns = clock__now();
	clock_gettime(CLOCK_REALTIME, &s->when);
	err = read_percpu(skel->maps.counters, 0, sizeof(s->counters), add_counters, &s->counters);
	for (__u32 id = 0; !err && id < VT_HISTS; id++)
		err = read_percpu(skel->maps.hists, id, sizeof(s->hists[id]), add_hist, &s->hists[id]);
	return err || read_missed(skel, &s->missed) ? -1 : 0;
}

int maps_read__snapshot(const struct vmalocktop *skel, struct slots *const *slots, const struct bpf_link *open_waits,
			struct snapshot *s)
{
	int err;

	err = maps_read__counts(skel, s) ||
	      read_vmas(skel, slots[VT_VMA_SLOTS], s) ||
	      read_rows(skel->maps.groups, &order_of_groups, &s->groups, &s->n_groups) ||
	      read_blockers(slots[VT_STALL_SLOTS], s) ||
	      maps_read__stacks(skel, &s->stacks, &s->n_stacks) ||
	      read_open(open_waits, s);
	if (err) {
		snapshot__free(s);
		return -1;
	}
	snapshot__sort_open(s);
	return 0;
}
