// SPDX-License-Identifier: GPL-2.0
#include "maps_sweep.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "maps_read.h"
#include "vmalocktop.skel.h"

static void mark(bool *used, size_t room, int32_t id)
{
	if (id >= 0 && (size_t)id < room)
		used[id] = true;
}

/* Delete the keys, numbers, of @map that aren't @used; NULL: none is.  Returns how many. */
static int delete_unused(const struct bpf_map *map, const bool *used, size_t room)
{
	int fd = bpf_map__fd(map), deleted = 0;
	__u32 key, next;
	bool more = !bpf_map_get_next_key(fd, NULL, &key);

	for (; more; key = next) {
		/* After a key that is gone comes the first one again. */
		more = !bpf_map_get_next_key(fd, &key, &next);
		if (!used || (key < room && !used[key]))
			deleted += !bpf_map_delete_elem(fd, &key);
	}
	return deleted;
}

/* Programs are paused: what they have taken is in the maps. */
static int sweep(const struct vmalocktop *skel, bool *used, size_t room, struct stack_row **rows,
		 size_t *n)
{
	if (maps_read__stacks(skel, rows, n))
		return -1;
	for (size_t i = 0; i < *n; i++) {
		const struct vt_stack_key *k = &(*rows)[i].key;

		mark(used, room, k->user);
		mark(used, room, k->kernel);
		mark(used, room, k->blocker_user);
		mark(used, room, k->blocker_kernel);
	}
	/* These refer to stacks, too; and most are of threads that have gone on long ago. */
	delete_unused(skel->maps.wanted, NULL, 0);
	return delete_unused(skel->maps.stacks, used, room);
}

int maps_sweep__stacks(struct vmalocktop *skel, struct stack_row **rows, size_t *n)
{
	/* The kernel rounds the number of places up to a power of two. */
	size_t room = 2 * (size_t)bpf_map__max_entries(skel->maps.stacks);
	bool *used = calloc(room, sizeof(*used));
	int deleted;

	*rows = NULL;
	*n = 0;
	if (!used) {
		errno = ENOMEM;
		return -1;
	}
	__atomic_store_n(&skel->bss->vt_stacks_paused, 1, __ATOMIC_SEQ_CST);
	/* The kernel's synchronize_rcu(), which waits for all programs that run. */
	deleted = syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) ? -1 : 0;
	if (!deleted)
		deleted = sweep(skel, used, room, rows, n);
	if (deleted < 0) {
		free(*rows);
		*rows = NULL;
	}
	__atomic_store_n(&skel->bss->vt_stacks_paused, 0, __ATOMIC_SEQ_CST);
	free(used);
	return deleted;
}

size_t maps_sweep__count(const struct vmalocktop *skel)
{
	int fd = bpf_map__fd(skel->maps.stacks);
	__u32 key;
	size_t n = 0;

	for (int err = bpf_map_get_next_key(fd, NULL, &key); !err;
	     err = bpf_map_get_next_key(fd, &key, &key))
		n++;
	return n;
}
