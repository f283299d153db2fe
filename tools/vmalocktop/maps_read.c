// SPDX-License-Identifier: GPL-2.0
#include "maps_read.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hist.h"
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

/* Put @count keys and values into rows of @size bytes at @out. */
static void interleave(char *out, size_t size, const char *keys, size_t key_size,
		       const char *values, size_t count)
{
	size_t value_size = size - key_size;

	for (size_t i = 0; i < count; i++) {
		memcpy(out + i * size, keys + i * key_size, key_size);
		memcpy(out + i * size + key_size, values + i * value_size, value_size);
	}
}

/*
 * Append all entries of a hash, of which the programs never delete any, to the @n
 * rows: of @size bytes, the value following the key.  @chunk entries at a
 * time; the kernel wants room for a whole bucket.
 */
static int read_chunks(const struct bpf_map *map, char **rows, size_t *n, size_t size, __u32 chunk)
{
	size_t key_size = bpf_map__key_size(map), before = *n;
	char *keys = malloc(chunk * key_size), *values = malloc(chunk * (size - key_size));
	int err = keys && values ? 0 : -ENOMEM;
	__u64 at = 0;			/* the kernel's, opaque */
	bool first = true;

	while (!err) {
		__u32 count = chunk;
		char *more;

		err = bpf_map_lookup_batch(bpf_map__fd(map), first ? NULL : &at, &at, keys, values, &count,
					   NULL);
		if (err && err != -ENOENT)
			break;
		first = false;
		more = realloc(*rows, (*n + count + 1) * size);
		if (!more) {
			err = -ENOMEM;
			break;
		}
		*rows = more;
		interleave(more + *n * size, size, keys, key_size, values, count);
		*n += count;
	}
	free(keys);
	free(values);
	if (err == -ENOENT)
		return 0;
	*n = before;
	return err;
}

static int read_hash(const struct bpf_map *map, void *rows, size_t *n, size_t size)
{
	__u32 most = bpf_map__max_entries(map), chunk = most < 1024 ? most : 1024;
	int err;

	do {
		err = read_chunks(map, rows, n, size, chunk);
		chunk *= 2;
	} while (err == -ENOSPC && chunk < 2 * most);
	errno = -err;
	return err ? -1 : 0;
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
	return read_hash(skel->maps.stacked, rows, n, sizeof(**rows));
}

int maps_read__offsets(const struct vmalocktop *skel, struct offset_row **rows, size_t *n)
{
	return read_hash(skel->maps.offsets, rows, n, sizeof(**rows));
}

int maps_read__counts(const struct vmalocktop *skel, struct snapshot *s)
{
	struct timespec t;
	int err;

	memset(s, 0, sizeof(*s));
	clock_gettime(CLOCK_MONOTONIC, &t);
	clock_gettime(CLOCK_REALTIME, &s->when);
	s->ns = t.tv_sec * 1000000000ULL + t.tv_nsec;
	err = read_percpu(skel->maps.counters, 0, sizeof(s->counters), add_counters, &s->counters);
	for (__u32 id = 0; !err && id < VT_HISTS; id++)
		err = read_percpu(skel->maps.hists, id, sizeof(s->hists[id]), add_hist, &s->hists[id]);
	return err || read_missed(skel, &s->missed) ? -1 : 0;
}

int maps_read__snapshot(const struct vmalocktop *skel, const struct bpf_link *open_waits,
			struct snapshot *s)
{
	int err;

	err = maps_read__counts(skel, s) ||
	      read_hash(skel->maps.vmas, &s->vmas, &s->n_vmas, sizeof(*s->vmas)) ||
	      read_hash(skel->maps.rest, &s->vmas, &s->n_vmas, sizeof(*s->vmas)) ||
	      read_hash(skel->maps.groups, &s->groups, &s->n_groups, sizeof(*s->groups)) ||
	      read_hash(skel->maps.blockers, &s->blockers, &s->n_blockers, sizeof(*s->blockers)) ||
	      maps_read__stacks(skel, &s->stacks, &s->n_stacks) ||
	      read_open(open_waits, s);
	if (err) {
		snapshot__free(s);
		return -1;
	}
	snapshot__sort(s);
	return 0;
}
