// SPDX-License-Identifier: GPL-2.0
#include "maps_read.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
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

/*
 * Append all entries of a hash, in which nothing is ever deleted, to the @n
 * rows: of @size bytes, the value following the key.
 */
static int read_hash(const struct bpf_map *map, void **rows, size_t *n, size_t size)
{
	size_t key_size = bpf_map__key_size(map), room = *n + bpf_map__max_entries(map);
	char key[128], *out = realloc(*rows, room * size);
	int err;

	if (!out)
		return -1;
	*rows = out;
	for (err = bpf_map_get_next_key(bpf_map__fd(map), NULL, key); !err && *n < room;
	     err = bpf_map_get_next_key(bpf_map__fd(map), key, key)) {
		memcpy(out + *n * size, key, key_size);
		if (bpf_map_lookup_elem(bpf_map__fd(map), key, out + *n * size + key_size))
			return -1;
		++*n;
	}
	return err && errno != ENOENT ? -1 : 0;
}

static int read_missed(const struct vmalocktop *skel, uint64_t *missed)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) < 0)
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

int maps_read__snapshot(const struct vmalocktop *skel, const struct bpf_link *open_waits,
			struct snapshot *s)
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
	err = err || read_missed(skel, &s->missed) ||
	      read_hash(skel->maps.vmas, (void **)&s->vmas, &s->n_vmas, sizeof(*s->vmas)) ||
	      read_hash(skel->maps.rest, (void **)&s->vmas, &s->n_vmas, sizeof(*s->vmas)) ||
	      read_hash(skel->maps.groups, (void **)&s->groups, &s->n_groups, sizeof(*s->groups)) ||
	      read_hash(skel->maps.blockers, (void **)&s->blockers, &s->n_blockers, sizeof(*s->blockers)) ||
	      read_hash(skel->maps.stacked, (void **)&s->stacks, &s->n_stacks, sizeof(*s->stacks)) ||
	      read_open(open_waits, s);
	if (err) {
		snapshot__free(s);
		return -1;
	}
	snapshot__sort(s);
	return 0;
}
