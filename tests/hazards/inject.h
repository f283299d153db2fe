/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What inject.c, which lets allocations fail, and inject_calls.c, which has the calls whose allocations those are, share.
 *
 * The memory under test is the stage: STAGE pages, in parts that are mappings of different kinds; the last part isn't
 * mapped. Beside it there is a page table's worth of memory that only the main thread uses, the nook.
 */
#ifndef HAZARDS_INJECT_H
#define HAZARDS_INJECT_H

#include "hazards.h"

#define PART	16U	/* pages */
enum part { SHARED_FILE, ANONYMOUS, NOT_DUMPED, PRIVATE_FILE, GAP, PARTS };
#define STAGE	(PARTS * PART)

/* What is to be found in the pages that a call is about. */
enum look {
	AS_SET_UP,
	READ_ONLY,	/* the same, but nobody may write */
	ZEROES,
	NEW_FILE,
	NOTHING,
	MOVED,		/* nothing; and the gap begins with what was there */
	MOVED_ZEROES,	/* zeroes; and the gap begins with what was there */
	MOVED_DISK,	/* the file's pages; and the gap begins with what was there */
};

struct call {
	const char *name;
	/* 0, or -1 and errno */
	int (*call)(const struct call *call);
	/* Goes before it, and doesn't fail. */
	void (*prepare)(const struct call *call);
	/* Pages of the stage that it is about, and how they look before and after it. */
	unsigned int first, count;
	enum look before, after;
	/* What it may come to instead, unless that is AS_SET_UP: where it fails, or doesn't. */
	enum look otherwise;
	/* That is so after a failure. */
	bool fails_otherwise;
	/* It may not fail at all. */
	bool always;
	/* It goes on with allocations that can't all fail. */
	bool only_one;
	/* How often it is repeated with the same allocation failing, 0 for the usual number. */
	unsigned int repeat;
};

extern const struct call calls[];
extern const unsigned int call_count;

extern char *stage, *nook;
extern int old_file, new_file_fd, disk_file;

/* The first word of page NUMBER in the files. */
uint64_t old_value(unsigned int number);
uint64_t new_value(unsigned int number);
uint64_t disk_value(unsigned int number);

/* Where page NUMBER of the stage is. */
char *page_at(unsigned int number);
/* Page NUMBER as it was set up: its first word; false if there is none. */
bool set_up_value(unsigned int number, uint64_t *value);
/* How accesses to page NUMBER of the stage must end when CALL's pages look like LOOK. */
void expect_page(const struct call *call, enum look look, unsigned int number, enum access *load, enum access *store,
		 uint64_t *value);
/* Makes files and reserves memory; then makes the stage as it has to be before a call. */
void make_stage(void);
void set_stage(void);
/* Maps PARTS parts from PART on; writes to every second page of the private ones from FIRST to END what belongs there. */
void map_part(enum part part, unsigned int parts, int flags, int fd);
void write_own(enum part first, enum part end);

#endif /* HAZARDS_INJECT_H */
