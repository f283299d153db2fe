// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of the case "inject": how it is made, and what is to be found there.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "inject.h"

#define OLD_VALUE	10000U
#define NEW_VALUE	20000U
#define DISK_VALUE	30000U
#define OWN_VALUE	40000U

char *stage, *nook;
int old_file, new_file_fd, disk_file;

uint64_t old_value(unsigned int number)
{
	return OLD_VALUE + number;
}

uint64_t new_value(unsigned int number)
{
	return NEW_VALUE + number;
}

uint64_t disk_value(unsigned int number)
{
	return DISK_VALUE + number;
}

char *page_at(unsigned int number)
{
	return stage + number * PAGE;
}

bool set_up_value(unsigned int number, uint64_t *value)
{
	/* in private memory, every second page is still to be touched, or copied */
	switch (number / PART) {
	case SHARED_FILE:
		*value = old_value(number);
		return true;
	case ANONYMOUS:
	case NOT_DUMPED:
		*value = number % 2 ? 0 : OWN_VALUE + number;
		return true;
	case PRIVATE_FILE:
		*value = number % 2 ? disk_value(number) : OWN_VALUE + number;
		return true;
	default:
		return false;
	}
}

static enum access done_if(bool possible)
{
	return possible ? DONE : REFUSED_SEGV;
}

void expect_page(const struct call *call, enum look look, unsigned int number, enum access *load, enum access *store,
		 uint64_t *value)
{
	bool moved = look == MOVED || look == MOVED_ZEROES || look == MOVED_DISK;
	unsigned int from = number;

	*value = 0;
	if (moved && number >= GAP * PART && number < GAP * PART + call->count) {
		from = call->first + number - GAP * PART;
		look = AS_SET_UP;
	} else if (number < call->first || number >= call->first + call->count) {
		look = AS_SET_UP;
	}
	*load = DONE;
	*store = DONE;
	switch (look) {
	case AS_SET_UP:
	case READ_ONLY:
		*load = done_if(set_up_value(from, value));
		*store = look == READ_ONLY ? REFUSED_SEGV : *load;
		break;
	case NEW_FILE:
		*value = new_value(number);
		break;
	case MOVED_DISK:
		*value = disk_value(number);
		break;
	case NOTHING:
	case MOVED:
		*load = REFUSED_SEGV;
		*store = REFUSED_SEGV;
		break;
	case ZEROES:
	case MOVED_ZEROES:
		break;
	}
}

void make_stage(void)
{
	stage = reserve(TABLE);
	nook = reserve(TABLE);
	old_file = new_file(NULL, STAGE);
	new_file_fd = new_file(NULL, STAGE);
	disk_file = new_file(work_dir, STAGE);
	for (unsigned int i = 0; i < STAGE; i++) {
		fill_page(old_file, i, old_value(i));
		fill_page(new_file_fd, i, new_value(i));
		fill_page(disk_file, i, disk_value(i));
	}
}

void map_part(enum part part, unsigned int parts, int flags, int fd)
{
	map_at(page_at(part * PART), parts * PART, PROT_READ | PROT_WRITE, flags, fd, part * PART);
}

void write_own(enum part first, enum part end)
{
	uint64_t value;

	for (unsigned int i = first * PART; i < end * PART; i += 2)
		if (set_up_value(i, &value) && store(page_at(i), value) != DONE)
			violation("page %u can't be written to when it is set up", i);
}

void set_stage(void)
{
	map_part(SHARED_FILE, 1, MAP_SHARED, old_file);
	map_part(ANONYMOUS, 2, 0, -1);
	/* so that it is a mapping of its own */
	if (madvise(page_at(NOT_DUMPED * PART), PART * PAGE, MADV_DONTDUMP))
		die("MADV_DONTDUMP: %m");
	map_part(PRIVATE_FILE, 1, MAP_PRIVATE, disk_file);
	if (munmap(page_at(GAP * PART), PART * PAGE))
		die("munmap: %m");
	write_own(ANONYMOUS, GAP);
}
