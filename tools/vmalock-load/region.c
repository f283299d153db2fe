// SPDX-License-Identifier: GPL-2.0
#include "region.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define SLOT_OFFSET (2ul << 20)	/* of a slot's first home in its cell */
#define ALIGNMENT (2ul << 20)	/* what one page table maps */

static size_t align(size_t n)
{
	return (n + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static size_t common_size(const struct load *ld)
{
	return align(ld->opt.touch_window * (ld->nr_faulters ? ld->nr_faulters : 1));
}

static size_t head_size(const struct load *ld)
{
	return REGION_HEAD_SIZE + REGION_COMMON_WINDOWS * common_size(ld);
}

static size_t carve_size(const struct load *ld)
{
	return ld->opt.modes & 1u << MODE_CARVE ? ld->opt.slots * CARVE_CELL_SIZE : 0;
}

/* Bytes of the giant VMA that each faulting thread has for itself. */
static size_t share_size(const struct load *ld)
{
	size_t threads = (ld->nr_faulters + 1) / 2;
	size_t half = (ld->giant_len - head_size(ld) - carve_size(ld)) / 2;

	return half / (threads ? threads : 1) & ~(ALIGNMENT - 1);
}

int region_name(struct worker *w, void *addr, size_t len)
{
	w->count.prctls++;
	return prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, addr, len, w->ld->opt.name);
}

int region_reserve(struct load *ld)
{
	unsigned int with_cells = ld->opt.modes &
		~(1u << MODE_ANON | 1u << MODE_FILE | 1u << MODE_COLD | 1u << MODE_CARVE);
	size_t cells = (size_t)__builtin_popcount(with_cells) * ld->opt.slots * CELL_SIZE;
	size_t size = ld->opt.size & ~(ALIGNMENT - 1);
	size_t need = cells + head_size(ld) + carve_size(ld) +
		      (ld->nr_faulters + 2) * align(ld->opt.touch_window);

	if (size < need) {
		errno = 0;
		return load_error(ld, "--size %zuM is too small for these modes and threads: at least %zuM",
				  size >> 20, (need >> 20) + 1);
	}
	ld->region = mmap(NULL, size + ALIGNMENT, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ld->region == MAP_FAILED)
		return load_error(ld, "cannot reserve %zuM of address space (see ulimit -v)", size >> 20);
	ld->giant = (char *)align((uintptr_t)ld->region);
	ld->giant_len = size - cells;
	ld->cells = ld->giant + ld->giant_len;
	ld->carve = ld->giant + head_size(ld) + share_size(ld) * ((ld->nr_faulters + 1) / 2);
	if (mprotect(ld->giant, ld->giant_len, PROT_READ | PROT_WRITE))
		return load_error(ld, "cannot make the giant VMA (vm.overcommit_memory must not be 2)");
	if (ld->opt.thp && madvise(ld->giant, ld->giant_len, MADV_HUGEPAGE))
		return load_error(ld, "MADV_HUGEPAGE");
	ld->named = *ld->opt.name && !region_name(&ld->setup, ld->giant, ld->giant_len);
	return 0;
}

int region_slots(struct load *ld, enum mode_id mode, bool spread, bool always_gap)
{
	unsigned int nr = ld->opt.slots;
	struct slot *slots = aligned_alloc(64, nr * sizeof(*slots));

	if (!slots)
		return load_error(ld, "no memory for the slots");
	for (unsigned int i = 0; i < nr; i++) {
		struct slot *s = slots + i;
		bool wide = spread && i & 1;

		*s = (struct slot) {
			.id = ld->next_slot_id++,
			.mode = mode,
			.pages = ld->opt.slot_pages,
			.stride = wide ? SPREAD_SIZE / ld->opt.slot_pages & ~(ld->page_size - 1) :
					 ld->page_size,
			.fd = { -1, -1, -1, -1 },
		};
		s->len = wide ? SPREAD_SIZE : s->pages * s->stride;
		if (mode == MODE_CARVE) {
			s->home[0] = ld->carve + ld->carves_used++ * CARVE_CELL_SIZE;
			s->home[1] = s->home[0];
		} else {
			char *cell = ld->cells + ld->cells_used++ * CELL_SIZE;

			s->home[0] = cell + SLOT_OFFSET;
			s->home[1] = cell + (8ul << 20);
			s->gap = always_gap || ld->opt.layout == LAYOUT_GAP ||
				 (ld->opt.layout == LAYOUT_MIXED && i / 2 % 2);
		}
	}
	ld->slots[mode] = (struct slot_set) { slots, nr };
	return 0;
}

int region_open_gaps(struct load *ld)
{
	for (unsigned int m = 0; m < MODE_NR; m++)
		for (unsigned int i = 0; i < ld->slots[m].nr; i++) {
			struct slot *s = ld->slots[m].slot + i;
			char *cell = s->home[0] - SLOT_OFFSET;
			size_t before = s->mapped ? SLOT_OFFSET : 0;
			size_t after = s->mapped ? SLOT_OFFSET + s->len : 0;

			if (!s->gap)
				continue;
			if ((before && munmap(cell, before)) || munmap(cell + after, CELL_SIZE - after))
				return load_error(ld, "munmap");
		}
	return 0;
}

char *region_window(const struct load *ld, unsigned int id, unsigned int pos)
{
	size_t share = share_size(ld);
	size_t room = share - align(ld->opt.touch_window);
	char *base = id & 1 ? ld->carve + carve_size(ld) : ld->giant + head_size(ld);

	return base + id / 2 * share + (room / REGION_WINDOWS * pos & ~(ALIGNMENT - 1));
}

char *region_common(const struct load *ld, unsigned int pos)
{
	return ld->giant + REGION_HEAD_SIZE + pos * common_size(ld);
}
