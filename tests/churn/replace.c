// SPDX-License-Identifier: GPL-2.0
/*
 * Actor "replace": maps other memory over pages of its part of the region, and looks that it is there.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "churn.h"
#include "region.h"

#ifndef MADV_MERGEABLE
#define MADV_MERGEABLE	12
#endif

/* What to map: flags of mmap(), the file's number or -1, and what that is for the region. */
struct material {
	int flags, file;
	unsigned int what;
};

static struct material pick_material(unsigned int *seed)
{
	struct material material = { .file = pick(seed, FILES) };

	/* remap_file_pages() would move shared anonymous pages to where they don't belong */
	switch (pick(seed, plays(do_filepages) ? 7 : 8)) {
	case 0 ... 2:
		material = (struct material){ pick(seed, 2) ? MAP_NORESERVE : 0, -1, OWN_PAGES };
		break;
	case 3 ... 4:
		material.flags = MAP_PRIVATE;
		material.what = FROM_FILE(material.file) | OWN_PAGES;
		break;
	case 5 ... 6:
		material.flags = MAP_SHARED;
		material.what = FROM_FILE(material.file);
		break;
	default:
		material = (struct material){ MAP_SHARED, -1, OWN_PAGES };
	}
	if (!pick(seed, 10))
		material.flags |= MAP_POPULATE;
	if (!pick(seed, 20))
		material.flags |= MAP_LOCKED;
	return material;
}

/* Signs a few pages of RANGE, which is mapping KNOWN now, and looks at them. */
static void sign(struct range range, uint64_t known, struct job *job)
{
	enum access access;
	size_t page;

	for (unsigned int i = 0; i < 4; i++) {
		page = range.first + pick(&job->seed, range.count);
		/* before it is written to, too */
		look("replace", page);
		access = store(page_at(page), origin(page, known));
		if (access != DONE && !(access == REFUSED_BUS && may_be_short()))
			violation("replace: page %zu, just mapped: %s", page, access_name(access));
		look("replace", page);
	}
}

void do_replace(struct job *job)
{
	while (alive()) {
		struct range range = pick_range_in(&job->seed, job->copy * PART_PAGES, PART_PAGES);
		struct material material = pick_material(&job->seed);
		int fd = material.file < 0 ? -1 : region_files[material.file];

		begin_change(range);
		map_at(page_at(range.first), range.count, PROT_READ | PROT_WRITE, material.flags, fd,
		       fd < 0 ? 0 : range.first);
		sign(range, end_change(range, material.what), job);
		if (!pick(&job->seed, 4))
			madvise(page_at(range.first), range.count * PAGE,
				pick(&job->seed, 2) ? MADV_HUGEPAGE : MADV_MERGEABLE);
		count_one(job);
		if (!pick(&job->seed, 8))
			usleep(pick(&job->seed, 500));
	}
}
