// SPDX-License-Identifier: GPL-2.0
/*
 * Read faults on shared files: a giant sparse one in memory, and one on a disk whose pages are thrown out of
 * the page cache again and again, so that the faults sleep for I/O.
 */
#include "modes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access.h"
#include "check.h"
#include "pool.h"
#include "stamp.h"

#define FILE_SPACE	0x20000000u	/* the tags of these pages differ from those of all slots */
#define COLD_SPACE	0x28000000u
#define CLUSTERS	64	/* parts of the giant file that are used */
#define CLUSTER_PAGES	64
#define COLD_RANGE	64	/* pages thrown out at a time */

static char *file_start, *cold_start;
static size_t cluster_distance, cold_pages;
static int cold_fd;

/* Stamps @n pages from @offset on, every @step'th of them. */
static int stamp_file(struct load *ld, int fd, off_t offset, uint32_t space, size_t n, size_t step)
{
	uint64_t *page = ld->setup.buffer;

	for (size_t i = 0; i < n; i += step) {
		stamp_fill(page, ld->page_words, stamp_base(space, (uint32_t)i), 1);
		if (pwrite(fd, page, ld->page_size, offset + (off_t)(i * ld->page_size)) !=
		    (ssize_t)ld->page_size)
			return load_error(ld, "cannot write the file to be read");
	}
	return 0;
}

int file_setup(struct load *ld, enum mode_id id)
{
	int fd = pool_file(ld, ld->opt.size, false);

	(void)id;
	if (fd < 0)
		return -1;
	cluster_distance = ld->opt.size / CLUSTERS & ~(ld->page_size - 1);
	/* Every other page stays a hole. */
	for (unsigned int i = 0; i < CLUSTERS; i++)
		if (stamp_file(ld, fd, (off_t)(i * cluster_distance), FILE_SPACE + i, CLUSTER_PAGES, 2))
			return -1;
	file_start = mmap(NULL, ld->opt.size, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (file_start == MAP_FAILED)
		return load_error(ld, "cannot map the giant file");
	close(fd);
	return 0;
}

/* Reads a page and compares it with generation 1, or with zeroes. */
static void verify(struct worker *w, enum mode_id id, char *page, uint32_t space, uint32_t number,
		   uint32_t want)
{
	uint64_t word[FIXED_WORDS];
	uint16_t index[FIXED_WORDS];
	struct finding f;
	int signo;

	fixed_index(w->ld, index);
	signo = access_read(w, page, index, FIXED_WORDS, word);
	if (signo) {
		load_violation(w, access_fault_kind(signo), "mode=%s space=%#x page=%u addr=%p", mode_name(id),
			       space, number, (void *)page);
		return;
	}
	w->count.verified_pages++;
	if (!check_owned(want, want, stamp_base(space, number), index, word, FIXED_WORDS, &f))
		load_violation(w, f.kind, "mode=%s space=%#x page=%u addr=%p word=%u value=%#llx want=%u",
			       mode_name(id), space, number, (void *)page, f.index,
			       (unsigned long long)f.word, f.want);
}

void file_fault(struct worker *w, enum mode_id id)
{
	unsigned int cluster = load_below(w, CLUSTERS), page = load_below(w, CLUSTER_PAGES);
	char *start = file_start + cluster * cluster_distance;

	verify(w, id, start + page * w->ld->page_size, FILE_SPACE + cluster, page, !(page & 1));
	/* Let the cluster fault again. */
	if (!load_below(w, 4)) {
		w->count.madvises++;
		madvise(start, CLUSTER_PAGES * w->ld->page_size, MADV_DONTNEED);
	}
}

int cold_setup(struct load *ld, enum mode_id id)
{
	(void)id;
	cold_pages = ld->opt.cold_size / ld->page_size;
	cold_fd = pool_file(ld, cold_pages * ld->page_size, true);
	if (cold_fd < 0 || stamp_file(ld, cold_fd, 0, COLD_SPACE, cold_pages, 1))
		return -1;
	if (fsync(cold_fd))
		return load_error(ld, "cannot write the cold file to the disk");
	posix_fadvise(cold_fd, 0, 0, POSIX_FADV_DONTNEED);
	cold_start = mmap(NULL, cold_pages * ld->page_size, PROT_READ, MAP_SHARED, cold_fd, 0);
	if (cold_start == MAP_FAILED)
		return load_error(ld, "cannot map the cold file");
	/* No readahead: each fault has to wait for its own page. */
	madvise(cold_start, cold_pages * ld->page_size, MADV_RANDOM);
	return 0;
}

void cold_fault(struct worker *w, enum mode_id id)
{
	size_t page = load_random(w) % cold_pages;

	verify(w, id, cold_start + page * w->ld->page_size, COLD_SPACE, (uint32_t)page, 1);
	if (!load_below(w, 16)) {
		size_t first = page & ~(size_t)(COLD_RANGE - 1), len = COLD_RANGE;

		if (len > cold_pages - first)
			len = cold_pages - first;
		w->count.madvises++;
		w->count.fadvises++;
		/* Mapped pages stay in the page cache. */
		madvise(cold_start + first * w->ld->page_size, len * w->ld->page_size, MADV_DONTNEED);
		posix_fadvise(cold_fd, (off_t)(first * w->ld->page_size), (off_t)(len * w->ld->page_size),
			      POSIX_FADV_DONTNEED);
	}
}
