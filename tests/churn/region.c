// SPDX-License-Identifier: GPL-2.0
/*
 * The region and what may be found in it, see region.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "churn.h"
#include "region.h"

/* Pages of each part where most of it happens: the last ones of one page table and the first ones of the next one. */
#define HOT_PAGES	48U
#define HOT_FIRST	(TABLE_PAGES - HOT_PAGES / 2)

#define FILE_MARK	(0x74ULL << 56)
#define OWN_MARK	(0x6dULL << 56)
#define TOUCH_MARK	(0x4dULL << 56)

char *region;
int region_files[FILES];

/* What is mapped at each page: number of the mapping << 8 | what; ANY while that changes. A child has its own copy. */
static _Atomic uint64_t map[REGION_PAGES];

/* --- the region ------------------------------------------------------ */

void region_begin(void)
{
	region = reserve(PARTS * PART_PAGES * PAGE + TABLE);
	for (unsigned int i = 0; i < FILES; i++) {
		region_files[i] = new_file(i == FILES - 1 ? work_dir : NULL, REGION_PAGES);
		for (size_t page = 0; page < REGION_PAGES; page++)
			fill_page(region_files[i], page, origin(page, FROM_FILE(i)));
	}
}

void region_map(void)
{
	struct range all = { 0, REGION_PAGES };

	begin_change(all);
	map_at(region, REGION_PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	end_change(all, OWN_PAGES);
}

void *page_at(size_t page)
{
	return region + page * PAGE;
}

size_t pick_page(unsigned int *seed)
{
	if (pick(seed, 2))
		return pick(seed, REGION_PAGES);
	return pick(seed, PARTS) * PART_PAGES + HOT_FIRST + pick(seed, HOT_PAGES);
}

struct range pick_range_in(unsigned int *seed, size_t first, size_t count)
{
	struct range range = { .count = 1 + pick(seed, pick(seed, 4) ? HOT_PAGES : count) };

	/* all of it, or what is hot, or anything */
	switch (pick(seed, 8)) {
	case 0:
		return (struct range){ first, count };
	case 1 ... 4:
		range.first = HOT_FIRST + pick(seed, HOT_PAGES);
		break;
	default:
		range.first = pick(seed, count);
	}
	if (range.count > count - range.first)
		range.count = count - range.first;
	range.first += first;
	return range;
}

struct range pick_range(unsigned int *seed)
{
	if (pick(seed, 4))
		return pick_range_in(seed, pick(seed, PARTS) * PART_PAGES, PART_PAGES);
	return pick_range_in(seed, 0, REGION_PAGES);
}

bool may_be_short(void)
{
	return plays(do_truncate);
}

/* --- what is mapped -------------------------------------------------- */

static void set_known(struct range range, uint64_t known)
{
	for (size_t i = 0; i < range.count; i++)
		atomic_store(&map[range.first + i], known);
}

void begin_change(struct range range)
{
	set_known(range, ANY);
}

uint64_t end_change(struct range range, unsigned int what)
{
	static atomic_uint mappings;
	uint64_t known = (uint64_t)(atomic_fetch_add(&mappings, 1) + 1) << 8 | what;

	set_known(range, known);
	return known;
}

static uint64_t file_origin(size_t page, unsigned int file)
{
	return FILE_MARK | (uint64_t)file << 32 | page;
}

/* 40 bits of a mapping's number are enough */
static uint64_t own_origin(size_t page, uint64_t known)
{
	return OWN_MARK | known >> 8 << 16 | page;
}

uint64_t origin(size_t page, uint64_t known)
{
	return known & OWN_PAGES ? own_origin(page, known) : file_origin(page, (known & 0xf) - 1);
}

uint64_t touched(size_t page)
{
	return TOUCH_MARK | page;
}

/* May VALUE be PAGE's first word, where KNOWN is mapped? */
static bool may_be(size_t page, uint64_t value, uint64_t known)
{
	unsigned int file = known & 0xf;

	if (!value)
		return true;
	if (known == ANY) {
		for (unsigned int i = 0; i < FILES; i++)
			if (value == file_origin(page, i))
				return true;
		return (value & ~0xffffffffff0000) == (OWN_MARK | page);
	}
	if (file && value == file_origin(page, file - 1))
		return true;
	return (known & OWN_PAGES) && value == own_origin(page, known);
}

/* --- accesses -------------------------------------------------------- */

static void complain(const char *who, size_t page, const uint64_t words[2], uint64_t known)
{
	violation("%s: page %zu has %#" PRIx64 ", %#" PRIx64 " where mapping %" PRIu64 " of kind %#x is", who, page, words[0],
		  words[1], known >> 8, (unsigned int)(known & 0xff));
}

static void judge_as(const char *who, size_t page, const uint64_t words[2], uint64_t known)
{
	if (!may_be(page, words[0], known) || (words[1] && words[1] != touched(page)))
		complain(who, page, words, known);
}

void judge(const char *who, size_t page, const uint64_t words[2])
{
	judge_as(who, page, words, ANY);
}

/* What the process has mapped at ADDRESS by now, as it says itself; in TEXT. */
static void find_mapping(uintptr_t address, char *text, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	bool found = false;

	if (!maps)
		die("/proc/self/maps: %m");
	while (!found && fgets(text, size, maps))
		found = sscanf(text, "%lx-%lx", &start, &end) == 2 && start <= address && address < end;
	fclose(maps);
	if (found)
		text[strcspn(text, "\n")] = '\0';
	else
		snprintf(text, size, "nothing");
}

static void refused(const char *who, size_t page, enum access access)
{
	char mapping[128];

	if (access == REFUSED_BUS && may_be_short())
		return;
	find_mapping((uintptr_t)page_at(page), mapping, sizeof(mapping));
	violation("%s: page %zu: %s; now there: %s", who, page, access_name(access), mapping);
}

void look(const char *who, size_t page)
{
	const uint64_t *at = page_at(page);
	uint64_t words[2], known = atomic_load(&map[page]);
	enum access access = load(&at[0], &words[0]);

	if (access == DONE)
		access = load(&at[1], &words[1]);
	/* both are read before it is looked up again */
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load(&map[page]) != known)
		known = ANY;
	if (access == DONE)
		judge_as(who, page, words, known);
	else
		refused(who, page, access);
}

void touch(const char *who, size_t page)
{
	uint64_t *at = page_at(page);
	enum access access = store(&at[1], touched(page));

	if (access != DONE)
		refused(who, page, access);
}

void look_or_touch(const char *who, unsigned int *seed)
{
	size_t page = pick_page(seed);

	if (pick(seed, 3))
		look(who, page);
	else
		touch(who, page);
}
